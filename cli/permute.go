package cli

import (
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// permute brings arguments into the order that urfave/cli reads: the program, its flags, the
// command, the command's flags, the arguments. People write them in any order, and urfave would
// take a flag behind an argument for an argument. What follows "--" is arguments.
func permute(app *urfave.App, args []string) []string {
	var global, local, words []string
	command := findCommand(app, args)
	for rest := args[1:]; len(rest) > 0; {
		arg := rest[0]
		rest = rest[1:]
		if arg == "--" {
			words = append(words, rest...)
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			words = append(words, arg)
			continue
		}
		to := &global
		flag, whole := lookup(app.Flags, arg)
		if command != nil {
			if f, w := lookup(command.Flags, arg); f != nil {
				flag, whole, to = f, w, &local
			}
		}
		if name := strings.TrimLeft(arg, "-"); name == "help" || name == "h" {
			if command != nil {
				to = &local
			}
		}
		if flag != nil && whole && mayTakeValue(flag) && len(rest) > 0 && strings.HasPrefix(rest[0], "/") {
			arg, rest = arg+"="+rest[0], rest[1:]
		}
		*to = append(*to, arg)
		if flag != nil && whole && takesValue(flag) && len(rest) > 0 {
			*to = append(*to, rest[0])
			rest = rest[1:]
		}
	}
	out := append([]string{args[0]}, global...)
	if len(words) > 0 {
		out = append(out, words[0])
		out = append(out, local...)
		if len(words) > 1 {
			// A word that begins with a hyphen can only have come from behind "--".
			if slices.ContainsFunc(words[1:], func(w string) bool { return len(w) > 1 && w[0] == '-' }) {
				out = append(out, "--")
			}
			out = append(out, words[1:]...)
		}
	}
	return out
}

// findCommand returns the command that args name, nil if none: the first word that is no flag and
// no flag's value.
func findCommand(app *urfave.App, args []string) *urfave.Command {
	all := slices.Clone(app.Flags)
	for _, c := range app.Commands {
		all = append(all, c.Flags...)
	}
	for i := 1; i < len(args) && args[i] != "--"; i++ {
		if arg := args[i]; len(arg) > 1 && arg[0] == '-' {
			if flag, whole := lookup(all, arg); flag != nil && whole && (takesValue(flag) || mayTakeValue(flag) && i+1 < len(args) && strings.HasPrefix(args[i+1], "/")) {
				i++
			}
			continue
		}
		return app.Command(args[i])
	}
	return nil
}

// lookup finds the flag that arg names. whole tells whether the flag's value, if it takes one, is
// the next argument: not so for --name=value. Of short flags written together ("-CDl") the last
// one counts.
func lookup(flags []urfave.Flag, arg string) (flag urfave.Flag, whole bool) {
	name, _, hasValue := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	find := func(name string) urfave.Flag {
		i := slices.IndexFunc(flags, func(f urfave.Flag) bool { return slices.Contains(f.Names(), name) })
		if i < 0 {
			return nil
		}
		return flags[i]
	}
	if f := find(name); f != nil {
		return f, !hasValue
	}
	if !strings.HasPrefix(arg, "--") && len(name) > 1 {
		return find(name[len(name)-1:]), !hasValue
	}
	return nil, false
}

func takesValue(f urfave.Flag) bool {
	_, isBool := f.(*urfave.BoolFlag)
	return !isBool && !mayTakeValue(f)
}
