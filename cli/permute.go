package cli

import (
	"slices"
	"strings"
	"unicode/utf8"

	urfave "github.com/urfave/cli/v2"
)

// A line is a command line, taken apart. People write flags anywhere, and short ones together with
// their values, as for ssh and Ansible. What follows "--" is arguments.
type line struct {
	program string
	name    string          // of the command, as typed; "" where there is none
	command *urfave.Command // nil where there is no such
	words   []string        // its arguments
	flags   []given

	help, version bool // --help, --version
}

// A given flag is one that was typed.
type given struct {
	typed string      // "-l", "--limit"
	flag  urfave.Flag // nil where there is no such
	own   bool        // whether it is the command's own
	value string
	has   bool // whether it has a value
}

// name is the flag's long name.
func (g given) name() string { return g.flag.Names()[0] }

// readLine takes args apart, the program's name first.
func readLine(app *urfave.App, args []string) line {
	l := line{program: args[0], command: findCommand(app, args)}
	find := func(name string) (urfave.Flag, bool) {
		if l.command != nil {
			if f := named(l.command.Flags, name); f != nil {
				return f, true
			}
		}
		if f := named(app.Flags, name); f != nil {
			return f, false
		}
		return foreignFlag(app, name), false
	}
	for rest := args[1:]; len(rest) > 0; {
		arg := rest[0]
		rest = rest[1:]
		if arg == "--" {
			l.words = append(l.words, rest...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			l.words = append(l.words, arg)
			continue
		}
		flags, wants := spell(find, arg)
		last := &flags[len(flags)-1]
		switch {
		case last.flag == nil && asksHelp(arg):
			l.help = true
			continue
		case last.flag == nil && asksVersion(arg):
			l.version = true
			continue
		case len(rest) > 0 && (wants || last.maybe() && strings.HasPrefix(rest[0], "/")):
			last.value, last.has, rest = rest[0], true, rest[1:]
		}
		l.flags = append(l.flags, flags...)
	}
	if len(l.words) > 0 {
		l.name, l.words = l.words[0], l.words[1:]
	}
	// `djship deploy help` is asked, too; nothing that is called so can be meant.
	if l.command != nil && l.command.Name != "help" && !l.command.SkipFlagParsing && len(l.words) == 1 && l.words[0] == "help" {
		l.help, l.words = true, nil
	}
	return l
}

func asksHelp(arg string) bool { return slices.Contains([]string{"--help", "-help", "-h", "-?"}, arg) }

func asksVersion(arg string) bool {
	return slices.Contains([]string{"--version", "-version", "-V"}, arg)
}

// spell takes a word apart that begins with a hyphen: one flag, or short ones written together, of
// which the last may have its value behind it, as in -CDp2222. wants tells whether the value of the
// last is the next word.
func spell(find func(string) (urfave.Flag, bool), arg string) (flags []given, wants bool) {
	name, value, has := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	hyphens := "--"
	if utf8.RuneCountInString(name) == 1 {
		hyphens = "-"
	}
	if f, own := find(name); f != nil {
		return []given{{hyphens + name, f, own, value, has}}, takesValue(f) && !has
	}
	unknown := given{typed: strings.SplitN(arg, "=", 2)[0]}
	if strings.HasPrefix(arg, "--") {
		return []given{unknown}, false
	}
	for rest := arg[1:]; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		letter := rest[:size]
		rest = rest[size:]
		f, own := find(letter)
		switch g := (given{typed: "-" + letter, flag: f, own: own}); {
		case f == nil && len(flags) == 0:
			return []given{unknown}, false
		case f == nil:
			return append(flags, given{typed: "-" + letter}), false
		case takesValue(f):
			g.value, g.has = strings.TrimPrefix(rest, "="), rest != ""
			return append(flags, g), rest == ""
		case strings.HasPrefix(rest, "="):
			g.value, g.has = rest[1:], true
			return append(flags, g), false
		default:
			flags = append(flags, g)
		}
	}
	return flags, false
}

// permute brings arguments into the order that urfave/cli reads: the program, its flags, the
// command, the command's flags, the arguments. urfave would take a flag behind an argument for one.
func permute(app *urfave.App, args []string) []string {
	l := readLine(app, args)
	switch {
	case l.help && l.name == "":
		return []string{l.program, "help"}
	case l.help:
		return []string{l.program, "help", l.name}
	case l.version:
		return []string{l.program, "version"}
	}
	var global, own []string
	for _, g := range l.flags {
		if g.own {
			own = append(own, g.word())
		} else {
			global = append(global, g.word())
		}
	}
	out := append([]string{l.program}, global...)
	if l.name == "" {
		return out
	}
	out = append(append(out, l.name), own...)
	// A word that begins with a hyphen can only have come from behind "--".
	if slices.ContainsFunc(l.words, func(w string) bool { return len(w) > 1 && w[0] == '-' }) {
		out = append(out, "--")
	}
	return append(out, l.words...)
}

// word is the flag as urfave reads it whatever its value looks like.
func (g given) word() string {
	if g.flag == nil {
		return g.typed
	}
	if g.has {
		return "--" + g.name() + "=" + g.value
	}
	return "--" + g.name()
}

// waits tells whether the flag has no value yet and needs one.
func (g given) waits() bool { return g.flag != nil && !g.has && takesValue(g.flag) }

// maybe tells whether the flag has no value yet and could take one.
func (g given) maybe() bool { return g.flag != nil && !g.has && mayTakeValue(g.flag) }

// findCommand returns the command that args name, nil if none: the first word that is no flag and
// no flag's value.
func findCommand(app *urfave.App, args []string) *urfave.Command {
	find := func(name string) (urfave.Flag, bool) {
		if f := named(app.Flags, name); f != nil {
			return f, false
		}
		return foreignFlag(app, name), true
	}
	for i := 1; i < len(args) && args[i] != "--"; i++ {
		arg := args[i]
		if len(arg) < 2 || arg[0] != '-' {
			return app.Command(arg)
		}
		flags, wants := spell(find, arg)
		if wants || flags[len(flags)-1].maybe() && i+1 < len(args) && strings.HasPrefix(args[i+1], "/") {
			i++
		}
	}
	return nil
}

// named is the flag of that name, nil where there is none.
func named(flags []urfave.Flag, name string) urfave.Flag {
	i := slices.IndexFunc(flags, func(f urfave.Flag) bool { return slices.Contains(f.Names(), name) })
	if i < 0 {
		return nil
	}
	return flags[i]
}

// foreignFlag is a command's own flag of that name, whichever command's.
func foreignFlag(app *urfave.App, name string) urfave.Flag {
	for _, c := range app.Commands {
		if f := named(c.Flags, name); f != nil {
			return f
		}
	}
	return nil
}

func takesValue(f urfave.Flag) bool {
	_, isBool := f.(*urfave.BoolFlag)
	return !isBool && !mayTakeValue(f)
}
