package cli

import (
	"fmt"
	"slices"
	"strings"
)

// refuse says what is wrong with a line, before anything is read or contacted; nil if nothing is. A
// flag that the command has no use for is wrong: who types it expects something of it.
func (l line) refuse() error {
	switch {
	case l.help && (l.command != nil || l.name == ""), l.version && l.command == nil && l.name == "":
		return nil
	case l.command == nil && l.name != "":
		return unknownCommand(l.name)
	}
	for _, g := range l.flags {
		if g.flag == nil {
			return l.unknownFlag(g.typed)
		}
	}
	if l.command == nil {
		if len(l.flags) > 0 {
			return &usageError{"a command is needed", "`djship help` lists them"}
		}
		return nil
	}
	if l.command.raw {
		return nil
	}
	for _, g := range l.flags {
		if !g.own && !l.command.takes(g.flag.name) {
			return &usageError{fmt.Sprintf("djship %s takes no %s", l.command.name, g.typed), whereFlagGoes(g)}
		}
		if err := g.refuse(); err != nil {
			return err
		}
	}
	if l.version {
		return &usageError{fmt.Sprintf("djship %s takes no --version", l.command.name), "`djship version` prints it"}
	}
	if most := len(strings.Fields(l.command.args)); len(l.args) > most && l.command.rest == 0 && !l.command.many {
		usage := l.command.usage()
		if l.command.tooMany != "" {
			usage = l.command.tooMany
		}
		return &usageError{"too many arguments: " + strings.Join(l.args[most:], " "), usage}
	}
	return nil
}

// refuse says what is wrong with the value that was typed.
func (g given) refuse() error {
	if g.needsValue() {
		return &usageError{g.typed + " needs a value", g.flag.withValue()}
	}
	if !g.has {
		return nil
	}
	if err := g.flag.check(g.value); err != nil {
		return &usageError{fmt.Sprintf("invalid value %q for --%s: %v", g.value, g.flag.name, err), "`djship help flags` lists the flags"}
	}
	return nil
}

// whereFlagGoes names the commands that have a use for a flag, or what is to be typed for one that means
// something else to most people than to the command that has it.
func whereFlagGoes(g given) string {
	if advice, ok := flagAdvice(strings.TrimLeft(g.typed, "-")); ok {
		return advice
	}
	var names []string
	for _, c := range commands() {
		if named(c.flags, g.flag.name) != nil || c.takes(g.flag.name) {
			names = append(names, c.name)
		}
	}
	return "--" + g.flag.name + " goes with " + strings.Join(names, ", ")
}

// unknownCommand says what may have been meant by a command that there is not.
func unknownCommand(name string) error {
	problem := fmt.Sprintf("there is no command %q", name)
	if advice, ok := commandAdvice(name); ok {
		return &usageError{problem, advice}
	}
	if near := suggest(name, commandNames()); near != "" {
		return &usageError{problem, "did you mean: djship " + near}
	}
	return &usageError{problem, "`djship help` lists the commands"}
}

// unknownHelp says what may have been meant by a word that there is no help on.
func unknownHelp(name string) error {
	problem := fmt.Sprintf("there is no help on %q", name)
	if advice, ok := commandAdvice(name); ok {
		return &usageError{problem, advice}
	}
	if near := suggest(name, slices.Concat(commandNames(), topicNames(), variableNames())); near != "" {
		return &usageError{problem, "did you mean: djship help " + near}
	}
	return &usageError{problem, "`djship help` lists the commands"}
}

// unknownFlag says what may have been meant by a flag that there is not.
func (l line) unknownFlag(typed string) error {
	problem, name := "there is no flag "+typed, strings.TrimLeft(typed, "-")
	if advice, ok := flagAdvice(name); ok {
		return &usageError{problem, advice}
	}
	flags, list := globalFlags(), "`djship help flags` lists them"
	if l.command != nil {
		flags, list = l.command.allFlags(), "`djship help "+l.command.name+"` lists its flags"
	}
	var names []string
	for _, f := range flags {
		names = append(names, f.name)
	}
	if near := suggest(name, names); near != "" && len(name) > 1 {
		return &usageError{problem, "did you mean --" + near + "?"}
	}
	return &usageError{problem, list}
}
