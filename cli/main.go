// Package cli is djship's command line: one file for each command, which is its options, its flags
// and its run function. Exit statuses and hints are made here, once.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"djship/secret"

	urfave "github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"
)

// An Env is what a command meets of the world outside.
type Env struct {
	Stdin          *os.File
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Passwords      map[string]secret.Value // by the name of their variable

	Screen struct{ Out, Err *os.File } // the streams themselves, for what draws; nil where they are no files

	signals *signals
}

// OS returns the Env of this process, and takes the passwords out of its environment, so that no
// child has them.
func OS() Env {
	return Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Passwords: takePasswords()}
}

// Main runs the command line and returns the exit status.
func Main(args []string, env Env) int {
	env, done := env.safe()
	defer done()
	env.signals = listen(env.Stderr)
	app := newApp(env)
	l := readLine(app, args)
	err := cmp.Or(l.refuse(app), l.fromEnvironment(app))
	if err == nil {
		err = app.RunContext(context.Background(), permute(app, args))
	}
	return exitStatus(err, env.Stderr)
}

// The exit statuses that are not a rollout's alone, as SURFACE lists them.
const (
	statusUsage       = 2
	statusUnreachable = 3
	statusWouldChange = 5
	statusInterrupted = 130
)

// statuses are what the exit statuses mean, for help and manual.
var statuses = []struct {
	status int
	brief  string // for one line of all; "" where it is not in it
	means  string
}{
	{0, "as asked", "every host is as asked"},
	{1, "failed", "a step failed on at least one host; ping: something stands in the way; status: a site is not up"},
	{2, "usage", "wrong usage or inventory; nothing was contacted"},
	{3, "no login", "a host could not be reached or logged in to, or may not become root; no step failed anywhere"},
	{4, "gate", "stopped at a gate: not healthy, declined, or nobody there to say yes"},
	{5, "would change", "with --check --exit-code: something would change"},
	{130, "", "interrupted"},
}

// statusError ends the program with a status; what is to be said has been said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is wrong usage: nothing was contacted.
type usageError struct{ problem, advice string }

func (e *usageError) Error() string { return e.problem }
func (e *usageError) Hint() string  { return e.advice }

// exitStatus says what went wrong and what to do next, and returns the status for it.
func exitStatus(err error, stderr io.Writer) int {
	var status statusError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled):
		say(stderr, "djship: interrupted; nothing was changed\n")
		return statusInterrupted
	}
	code := statusUsage
	var away *unreachableError
	if errors.As(err, &away) {
		code = statusUnreachable
	}
	for _, e := range flatten(err) {
		say(stderr, "djship: %s\n", paragraph{e.Error(), "        "})
		if hint := hintOf(e); hint != "" {
			say(stderr, "hint: %s\n", paragraph{hint, "      "})
		}
	}
	return code
}

// hintOf is what an error says to do next, "" if it says nothing.
func hintOf(err error) string {
	var advises interface{ Hint() string }
	if errors.As(err, &advises) {
		return advises.Hint()
	}
	return ""
}

// flatten takes apart what errors.Join has put together.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

func newApp(env Env) *urfave.App {
	app := &urfave.App{
		Name:           "djship",
		Usage:          "put Django sites on your own Debian and Ubuntu servers",
		Version:        Version,
		HideVersion:    true,
		HideHelp:       true,
		Flags:          globalFlags(),
		Commands:       commands(env),
		Writer:         env.Stdout,
		ErrWriter:      env.Stderr,
		ExitErrHandler: func(*urfave.Context, error) {},
		OnUsageError: func(_ *urfave.Context, err error, _ bool) error {
			return &usageError{err.Error(), "`djship help flags` lists the flags"}
		},
		DisableSliceFlagSeparator: true,
		Action:                    func(c *urfave.Context) error { return sayText(env.Stdout, frontPage(c.App)) },
	}
	for _, c := range app.Commands {
		c.HideHelp = true
		c.OnUsageError = app.OnUsageError
	}
	return app
}

// unknownCommand says what command may have been meant.
func unknownCommand(app *urfave.App, name string) error {
	problem := fmt.Sprintf("there is no command %q", name)
	if advice, ok := commandElsewhere(name); ok {
		return &usageError{problem, advice}
	}
	if near := nearest(name, commandNames(app)); near != "" {
		return &usageError{problem, "did you mean: djship " + near}
	}
	return &usageError{problem, "`djship help` lists the commands"}
}

// commandNames are the commands that people see.
func commandNames(app *urfave.App) []string {
	var names []string
	for _, c := range app.Commands {
		if !c.Hidden {
			names = append(names, c.Name)
		}
	}
	return names
}

// nearest is the name that is most like what was typed, "" where none is at all.
func nearest(typed string, names []string) string {
	best, most := "", 0.7
	for _, n := range names {
		if like := smetrics.JaroWinkler(typed, n, 0.7, 4); like > most {
			best, most = n, like
		}
	}
	return best
}

func commands(env Env) []*urfave.Command {
	return []*urfave.Command{
		prereqCommand(env), deployCommand(env), upCommand(env),
		hostsCommand(env), inventoryCommand(env), pingCommand(env), statusCommand(env), unlockCommand(env),
		runsCommand(env), logCommand(env), reportCommand(env),
		completionCommand(env), completeCommand(env), manCommand(env),
		versionCommand(env), helpCommand(env),
	}
}

func versionCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "version", Usage: "print the version",
		Action: func(*urfave.Context) error {
			return say(env.Stdout, "djship %s\n", Version)
		}}
}
