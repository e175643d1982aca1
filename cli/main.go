// Package cli is djship's command line: one file for each command, which is its options, its flags
// and its run function. Exit statuses and hints are made here, once.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"
	"github.com/xrash/smetrics"

	"djship/remote"
)

// Version is the program's version; the build sets it.
var Version = "0.1.0-dev"

// An Env is what a command meets of the world outside.
type Env struct {
	Stdin          *os.File
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Passwords      map[string]remote.Secret // by the name of their variable

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
	return exitStatus(app.RunContext(context.Background(), permute(app, args)), env.Stderr)
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
	means  string
}{
	{0, "every host is as asked"},
	{1, "a step failed on at least one host"},
	{2, "wrong usage or inventory; nothing was contacted"},
	{3, "a host could not be reached or logged in to, or may not become root; no step failed anywhere"},
	{4, "stopped at a gate: not healthy, declined, or nobody there to say yes"},
	{5, "with --check --exit-code: something would change"},
	{130, "interrupted"},
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
		Name:                      "djship",
		Usage:                     "put Django sites on your own Debian and Ubuntu servers",
		Version:                   Version,
		HideVersion:               true,
		Flags:                     globalFlags(),
		Commands:                  commands(env),
		Writer:                    env.Stdout,
		ErrWriter:                 env.Stderr,
		ExitErrHandler:            func(*urfave.Context, error) {},
		OnUsageError:              func(c *urfave.Context, err error, _ bool) error { return flagError(c, err) },
		DisableSliceFlagSeparator: true,
		UseShortOptionHandling:    true,
		Action: func(c *urfave.Context) error {
			if c.Args().Present() {
				return unknownCommand(c)
			}
			return urfave.ShowAppHelp(c)
		},
	}
	app.CustomAppHelpTemplate = appHelp(app)
	for _, c := range app.Commands {
		if c.CustomHelpTemplate == "" {
			c.CustomHelpTemplate = commandHelp(c, app.Flags)
		}
		c.OnUsageError = app.OnUsageError
	}
	return app
}

// undefined is how the flag package begins what it says of a flag that does not exist.
const undefined = "flag provided but not defined: "

func flagError(c *urfave.Context, err error) error {
	name, unknown := strings.CutPrefix(err.Error(), undefined)
	if !unknown {
		return &usageError{err.Error(), "`djship help` lists the flags"}
	}
	name = strings.TrimLeft(name, "-")
	advice := "`djship help` lists the flags"
	if near := nearest(name, flagNames(c)); near != "" {
		advice = "did you mean --" + near + "?"
	}
	return &usageError{"there is no flag --" + name, advice}
}

func unknownCommand(c *urfave.Context) error {
	name := c.Args().First()
	var names []string
	for _, command := range c.App.Commands {
		names = append(names, command.Name)
	}
	advice := "`djship help` lists the commands"
	if near := nearest(name, names); near != "" {
		advice = "did you mean: djship " + near
	}
	return &usageError{fmt.Sprintf("there is no command %q", name), advice}
}

func flagNames(c *urfave.Context) []string {
	var names []string
	for _, f := range append(c.App.Flags, c.Command.Flags...) {
		names = append(names, f.Names()...)
	}
	return slices.DeleteFunc(names, func(n string) bool { return len(n) == 1 })
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
		versionCommand(env), variablesCommand(env),
	}
}

func versionCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "version", Usage: "print the version",
		Action: func(*urfave.Context) error {
			return say(env.Stdout, "djship %s\n", Version)
		}}
}
