package cli

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A line is a command line, taken apart. People write flags anywhere, and short ones together with
// their values, as for ssh and Ansible. What follows "--" is arguments.
type line struct {
	name    string   // of the command, as typed; "" where there is none
	command *command // nil where there is no such
	args    []string
	flags   []given
	dashed  int // how many arguments stand before "--"; -1 where there is none

	help, version bool // --help, --version
}

// A given flag is one that was typed.
type given struct {
	typed string // "-l", "--limit"
	flag  *flag  // nil where there is no such
	own   bool   // whether it is the command's own
	value string
	has   bool // whether it has a value
}

// needsValue tells whether the flag has no value yet and needs one.
func (g given) needsValue() bool { return g.flag != nil && !g.has && g.flag.needsValue() }

// takesNext tells whether the next word is the value of the flag.
func (g given) takesNext(word string) bool {
	return g.needsValue() || g.flag != nil && !g.has && g.flag.mayTake(word)
}

// lacksValue tells whether the last flag needs a value and has none yet.
func (l line) lacksValue() bool {
	n := len(l.flags)
	return n > 0 && l.flags[n-1].needsValue()
}

// readLine takes apart what follows the program's name.
func readLine(words []string) line {
	l := line{command: commandOf(words), dashed: -1}
	if l.command != nil && l.command.raw {
		l.name, l.args = l.command.name, words[slices.Index(words, l.command.name)+1:]
		return l
	}
	global := globalFlags()
	find := func(name string) (*flag, bool) {
		if l.command != nil {
			if f := named(l.command.flags, name); f != nil {
				return f, true
			}
		}
		if f := named(global, name); f != nil {
			return f, false
		}
		return foreignFlag(name), false
	}
	for rest := words; len(rest) > 0; {
		word := rest[0]
		rest = rest[1:]
		if word == "--" {
			l.dashed = len(l.args) - 1
			l.args = append(l.args, rest...)
			break
		}
		if len(word) < 2 || word[0] != '-' {
			if l.args = append(l.args, word); l.command != nil && l.command.rest > 0 && len(l.args) > l.command.rest {
				l.args = append(l.args, rest...)
				break
			}
			continue
		}
		flags := readFlags(find, word)
		last := &flags[len(flags)-1]
		switch {
		case last.flag == nil && slices.Contains([]string{"--help", "-help", "-h", "-?"}, word):
			l.help = true
			continue
		case last.flag == nil && slices.Contains([]string{"--version", "-version", "-V"}, word):
			l.version = true
			continue
		case len(rest) > 0 && last.takesNext(rest[0]):
			last.value, last.has, rest = rest[0], true, rest[1:]
		}
		l.flags = append(l.flags, flags...)
	}
	if len(l.args) > 0 {
		l.name, l.args = l.args[0], l.args[1:]
	}
	// `djship deploy help` is asked, too; nothing that is called so can be meant.
	if l.command != nil && l.command.name != "help" && l.dashed < 0 && len(l.args) == 1 && l.args[0] == "help" {
		l.help, l.args = true, nil
	}
	return l
}

// commandOf returns the command that words name, nil if none: the first word that is no flag and no
// flag's value.
func commandOf(words []string) *command {
	global := globalFlags()
	find := func(name string) (*flag, bool) {
		if f := named(global, name); f != nil {
			return f, false
		}
		return foreignFlag(name), true
	}
	for i := 0; i < len(words) && words[i] != "--"; i++ {
		word := words[i]
		if len(word) < 2 || word[0] != '-' {
			return findCommand(word)
		}
		flags := readFlags(find, word)
		if i+1 < len(words) && flags[len(flags)-1].takesNext(words[i+1]) {
			i++
		}
	}
	return nil
}

// readFlags takes a word apart that begins with a hyphen: one flag, or short ones written together, of
// which the last may have its value behind it, as in -CDp2222.
func readFlags(find func(string) (f *flag, own bool), word string) []given {
	name, value, has := strings.Cut(strings.TrimLeft(word, "-"), "=")
	hyphens := "--"
	if utf8.RuneCountInString(name) == 1 {
		hyphens = "-"
	}
	if f, own := find(name); f != nil {
		return []given{{hyphens + name, f, own, value, has}}
	}
	unknown := given{typed: strings.SplitN(word, "=", 2)[0]}
	if strings.HasPrefix(word, "--") {
		return []given{unknown}
	}
	var flags []given
	for rest := word[1:]; rest != ""; {
		_, size := utf8.DecodeRuneInString(rest)
		letter := rest[:size]
		rest = rest[size:]
		f, own := find(letter)
		switch g := (given{typed: "-" + letter, flag: f, own: own}); {
		case f == nil && len(flags) == 0:
			return []given{unknown}
		case f == nil:
			return append(flags, g)
		case f.needsValue():
			g.value, g.has = strings.TrimPrefix(rest, "="), rest != ""
			return append(flags, g)
		case strings.HasPrefix(rest, "="):
			g.value, g.has = rest[1:], true
			return append(flags, g)
		default:
			flags = append(flags, g)
		}
	}
	return flags
}
