package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// A manner is how a command is used, beyond its arguments and flags of its own.
type manner struct {
	first    []string // of the global flags those that its help explains
	also     []string // and those that it only names
	examples []string
	instead  string            // what to type where there are too many arguments, if it is not the usage
	says     map[string]string // what a flag does here, where that is not what it does elsewhere
}

var (
	whichFlags  = []string{"inventory", "limit"}
	loginFlags  = []string{"user", "private-key", "port", "jump", "ssh-config", "timeout", "accept-new"}
	secretFlags = []string{"ask-pass", "ask-become-pass", connection.flag, become.flag}
	changeFlags = []string{"check", "diff", "exit-code", "overwrite", "stages", "batch", "max-fail", "canary", "wait", "yes", "no-wait", "log-dir", "json"}
	wayIn       = slices.Concat(whichFlags, loginFlags, secretFlags, []string{"forks", "verbose", "quiet"})
	rollAlso    = append(slices.Clone(wayIn), "no-color")
)

// manners has each command that people see. A global flag that a command has no use for is refused:
// who types it expects something of it.
var manners = map[string]manner{
	"prereq": {first: changeFlags, also: rollAlso,
		examples: []string{"djship -i hosts.ini prereq", "djship prereq --check --diff -l staging", "djship -i root@192.0.2.10, prereq"}},
	"deploy": {first: changeFlags, also: rollAlso,
		examples: []string{"djship deploy example example.com", "djship deploy example example.com --check --diff -l staging",
			"djship deploy shop shop.example.com --canary --batch 2,25%,100%"}},
	"up": {first: changeFlags, also: rollAlso,
		examples: []string{"djship up example example.com -l web1", "djship up example example.com --check"}},
	"hosts": {first: []string{"limit", "verbose", "json"}, also: slices.Concat([]string{"inventory"}, loginFlags, []string{"quiet"}),
		examples: []string{"djship hosts -l 'web*:!web3'", "djship hosts -v -l web1", "djship hosts --json"}, instead: "djship hosts -l PATTERN",
		says: map[string]string{"verbose": "say where each is and how it is reached"}},
	"inventory": {also: []string{"inventory", "limit", "verbose", "quiet"},
		examples: []string{"djship inventory -i hosts.ini", "djship inventory --list -l staging", "djship inventory --host web1"}, instead: "djship inventory --host NAME"},
	"ping": {first: []string{"json"}, also: wayIn,
		examples: []string{"djship ping", "djship ping -l web1 -u root", "djship ping -i deploy@192.0.2.10:2222, --accept-new"}, instead: "djship ping -l PATTERN"},
	"status": {first: []string{"json"}, also: wayIn,
		examples: []string{"djship status", "djship status example -l production"}},
	"unlock": {first: []string{"yes"}, also: wayIn,
		examples: []string{"djship unlock example", "djship unlock example -l web1 --yes"},
		says:     map[string]string{"yes": "end it without asking"}},
	"runs": {first: []string{"json"}, also: []string{"no-color"},
		examples: []string{"djship runs", "djship runs --json"}},
	"log": {examples: []string{"djship log", "djship log web1", "djship log -l web1"},
		instead: "djship log [HOST [RUN]]; `djship runs` lists the runs"},
	"report": {examples: []string{"djship report", "djship report -o page.html"},
		instead: "djship report [RUN]; `djship runs` lists the runs"},
	"completion": {examples: []string{"djship completion bash"}},
	"man":        {examples: []string{"djship man"}},
	"version":    {examples: []string{"djship version"}},
	"help":       {examples: []string{"djship help deploy", "djship help flags"}, instead: "djship help COMMAND"},
}

// takes tells whether a command has a use for a global flag.
func (m manner) takes(name string) bool {
	return slices.Contains(m.first, name) || slices.Contains(m.also, name)
}

// refuse says what is wrong with a line, before anything is read or contacted; nil if nothing is.
func (l line) refuse(app *urfave.App) error {
	switch {
	case l.help && (l.command != nil || l.name == ""), l.version && l.command == nil && l.name == "", l.command != nil && l.command.SkipFlagParsing:
		return nil
	case l.command == nil && l.name != "":
		return unknownCommand(app, l.name)
	}
	for _, g := range l.flags {
		if g.flag == nil {
			return l.noSuchFlag(app, g.typed)
		}
	}
	if l.command == nil {
		if len(l.flags) > 0 {
			return &usageError{"a command is needed", "`djship help` lists them"}
		}
		return nil
	}
	m := manners[l.command.Name]
	for _, g := range l.flags {
		if !g.own && !m.takes(g.name()) {
			return &usageError{fmt.Sprintf("djship %s takes no %s", l.command.Name, g.typed), takers(app, g)}
		}
		if err := g.wrong(); err != nil {
			return err
		}
	}
	if l.version {
		return &usageError{fmt.Sprintf("djship %s takes no --version", l.command.Name), "`djship version` prints it"}
	}
	usage := strings.TrimSpace("djship " + l.command.Name + " " + l.command.ArgsUsage)
	if most := len(strings.Fields(l.command.ArgsUsage)); len(l.words) > most {
		if m.instead != "" {
			usage = m.instead
		}
		return &usageError{"too many arguments: " + strings.Join(l.words[most:], " "), usage}
	}
	return nil
}

// takers names the commands that have a use for a flag, or what is to be typed for one that means
// something else to most people than to the command that has it.
func takers(app *urfave.App, g given) string {
	if advice, ok := flagElsewhere(strings.TrimLeft(g.typed, "-")); ok {
		return advice
	}
	var names []string
	for _, c := range app.Commands {
		if named(c.Flags, g.name()) != nil || manners[c.Name].takes(g.name()) {
			names = append(names, c.Name)
		}
	}
	return "--" + g.name() + " goes with " + strings.Join(names, ", ")
}

// noSuchFlag says what flag may have been meant.
func (l line) noSuchFlag(app *urfave.App, typed string) error {
	problem, name := "there is no flag "+typed, strings.TrimLeft(typed, "-")
	if text, ok := flagElsewhere(name); ok {
		return &usageError{problem, text}
	}
	var names []string
	for _, f := range app.Flags {
		if l.command == nil || manners[l.command.Name].takes(f.Names()[0]) {
			names = append(names, f.Names()[0])
		}
	}
	if l.command != nil {
		for _, f := range l.command.Flags {
			names = append(names, f.Names()[0])
		}
	}
	if near := nearest(name, names); near != "" && len(name) > 1 {
		return &usageError{problem, "did you mean --" + near + "?"}
	}
	if l.command != nil {
		return &usageError{problem, "`djship help " + l.command.Name + "` lists its flags"}
	}
	return &usageError{problem, "`djship help flags` lists them"}
}

// wrong says what is wrong with the value that was typed.
func (g given) wrong() error {
	_, _, value := flagWords(g.flag)
	if g.waits() {
		return &usageError{g.typed + " needs a value", strings.TrimSpace("--" + g.name() + " " + value)}
	}
	if !g.has {
		return nil
	}
	if err := settable(g.flag, g.value); err != nil {
		return &usageError{fmt.Sprintf("invalid value %q for --%s: %v", g.value, g.name(), err), "`djship help flags` lists the flags"}
	}
	return nil
}

// settable tells whether a flag can have a value.
func settable(f urfave.Flag, value string) error {
	switch f := f.(type) {
	case *urfave.BoolFlag:
		if _, err := strconv.ParseBool(value); err != nil {
			return errors.New("expected true or false")
		}
	case *urfave.GenericFlag:
		switch f.Value.(type) {
		case *decimal:
			return new(decimal).Set(value)
		case *overwrites:
			return new(overwrites).Set(value)
		}
	}
	return nil
}

// fromEnvironment lets the flags that the command has a use for, and no others, have their values
// from the environment, and says what is wrong with such a value.
func (l line) fromEnvironment(app *urfave.App) error {
	typed := map[string]bool{}
	for _, g := range l.flags {
		if g.flag != nil {
			typed[g.name()] = true
		}
	}
	var m manner
	if l.command != nil && !l.help {
		m = manners[l.command.Name]
	}
	from := map[string]string{}
	app.Metadata = map[string]any{"variables": from}
	for _, f := range app.Flags {
		name := f.Names()[0]
		if !m.takes(name) || typed[name] {
			ignoreEnvironment(f)
			continue
		}
		variable := envVar(name)[0]
		value := os.Getenv(variable)
		if value == "" {
			continue
		}
		if err := settable(f, value); err != nil {
			return &usageError{fmt.Sprintf("%s=%q: %v", variable, value, err), "it stands for --" + name + ": correct it or unset it"}
		}
		from[name] = fmt.Sprintf("%s=%q: ", variable, value)
	}
	return nil
}

// ignoreEnvironment has a flag not be set by the environment.
func ignoreEnvironment(f urfave.Flag) {
	switch f := f.(type) {
	case *urfave.BoolFlag:
		f.EnvVars = nil
	case *urfave.StringFlag:
		f.EnvVars = nil
	case *urfave.StringSliceFlag:
		f.EnvVars = nil
	case *urfave.GenericFlag:
		f.EnvVars = nil
	}
}

// A variableError is about a flag whose value is from the environment.
type variableError struct {
	from string // DJSHIP_LIMIT="web9":
	error
}

func (e *variableError) Error() string { return e.from + e.error.Error() }
func (e *variableError) Unwrap() error { return e.error }

// blame names the variable that a flag's value is from, where it is from one.
func (o options) blame(flag string, err error) error {
	from := o.from[flag]
	if err == nil || from == "" {
		return err
	}
	var all []error
	for _, e := range flatten(err) {
		all = append(all, &variableError{from, e})
	}
	return errors.Join(all...)
}

// badValue is a usage error about a flag; where its value is from the environment, the variable is named.
func badValue(c *urfave.Context, name, problem, advice string) error {
	return &usageError{variables(c)[name] + problem, advice}
}

// variables are, by the names of flags, the variables that their values are from.
func variables(c *urfave.Context) map[string]string {
	from, _ := c.App.Metadata["variables"].(map[string]string)
	return from
}
