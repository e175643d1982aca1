package cli

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
)

// An input is what a command is given: its arguments and the values of its flags, which are typed or,
// where they are not, from the environment. The values are of their flags' kinds.
type input struct {
	command *command
	args    []string
	dashed  int                 // how many of them stand before "--"; -1 where there is none
	values  map[string][]string // by flags' names, those that are set
	origins map[string]string   // by flags' names, the variable that a value is from: `DJSHIP_LIMIT="web9": `
}

// input is what a line that is not refused gives to its command. It says what is wrong with a value of
// the environment; variables of flags that the command has no use for are nobody's mistake.
func (l line) input() (input, error) {
	in := input{command: l.command, args: l.args, dashed: l.dashed, values: map[string][]string{}, origins: map[string]string{}}
	for _, g := range l.flags {
		value := g.value
		if !g.has {
			value = "true"
		}
		in.values[g.flag.name] = append(in.values[g.flag.name], value)
	}
	for _, f := range globalFlags() {
		if !l.command.takes(f.name) || in.set(f.name) {
			continue
		}
		value, ok := os.LookupEnv(f.variable())
		if !ok || value == "" && f.kind != flagText && f.kind != flagTexts {
			continue
		}
		if err := f.check(value); err != nil {
			return in, &usageError{fmt.Sprintf("%s=%q: %v", f.variable(), value, err), "it stands for --" + f.name + ": correct it or unset it"}
		}
		in.values[f.name] = []string{value}
		if value != "" {
			in.origins[f.name] = fmt.Sprintf("%s=%q: ", f.variable(), value)
		}
	}
	return in, nil
}

// arg is the argument at a position, "" where there are not so many.
func (in input) arg(i int) string {
	if i < len(in.args) {
		return in.args[i]
	}
	return ""
}

// set tells whether a flag has a value.
func (in input) set(name string) bool { return in.values[name] != nil }

// text is a flag's value, "" where it is not set.
func (in input) text(name string) string {
	if all := in.values[name]; len(all) > 0 {
		return all[len(all)-1]
	}
	return ""
}

// on tells whether a flag is set and not to false.
func (in input) on(name string) bool {
	on, _ := strconv.ParseBool(in.text(name))
	return on
}

// count is how often a flag is set.
func (in input) count(name string) int {
	n := 0
	for _, value := range in.values[name] {
		if on, _ := strconv.ParseBool(value); on {
			n++
		}
	}
	return n
}

// number is a flag's value, or what it is where it is not set.
func (in input) number(name string, unset int) int {
	if n, err := strconv.Atoi(in.text(name)); err == nil {
		return n
	}
	return unset
}

// overwrites is the value of --overwrite.
func (in input) overwrites() overwrites {
	var o overwrites
	for _, value := range in.values["overwrite"] {
		_ = o.add(value) // has been checked
	}
	return o
}

// words are all flags that are set, but for one, as they can be typed again.
func (in input) words(but string) []string {
	var words []string
	for _, f := range in.command.allFlags() {
		switch {
		case f.name == but || !in.set(f.name):
		case f.kind == flagPaths:
			o := in.overwrites()
			words = append(words, o.words()...)
		case f.kind == flagOnOff, f.kind == flagCounted:
			words = append(words, slices.Repeat([]string{"--" + f.name}, in.count(f.name))...)
		case f.kind == flagTexts:
			for _, value := range in.values[f.name] {
				words = append(words, "--"+f.name, value)
			}
		case f.kind == flagNumber:
			words = append(words, "--"+f.name, strconv.Itoa(in.number(f.name, 0)))
		case f.kind == flagText:
			words = append(words, "--"+f.name, in.text(f.name))
		}
	}
	return words
}

// bad is wrong usage of a flag; where its value is from the environment, the variable is named.
func (in input) bad(name, problem, advice string) error {
	return &usageError{in.origins[name] + problem, advice}
}

// An originError is about a value from the environment.
type originError struct {
	origin string // `DJSHIP_LIMIT="web9": `
	error
}

func (e *originError) Error() string { return e.origin + e.error.Error() }
func (e *originError) Unwrap() error { return e.error }

// withOrigin names the variable that a value is from, where it is from one, in each of the errors about it.
func withOrigin(origin string, err error) error {
	if err == nil || origin == "" {
		return err
	}
	var all []error
	for _, e := range flatten(err) {
		all = append(all, &originError{origin, e})
	}
	return errors.Join(all...)
}
