package cli

import "strings"

// A command is one of djship's: what help, manual and completion tell of it, what a line may give it,
// and what it does.
type command struct {
	name     string
	args     string // as help shows them, PROJECT DOMAIN [2|3]; no line may have more
	brief    string // what it does, in a line
	more     string // what else its help tells
	examples []string
	tooMany  string // what to type instead of too many arguments, where that is not its usage

	flags    []flag            // of its own
	explains []string          // of the global flags those that its help explains
	accepts  []string          // and those that it only names; all others are refused
	meanings map[string]string // what a global flag does here, where that is not what it does elsewhere

	offers func(t completing, l line, last string) []string // for its next argument, at TAB; nil for none

	many   bool // its last argument may be given as often as one likes
	hidden bool // from people: shells call it
	raw    bool // every word behind it is an argument
	rest   int  // which of its arguments, counted from 1, begins a line of another program, whose flags are not djship's; 0 for none
	run    func(Env, input) error
}

// parseThenRun is a command's run of its two halves: parse makes options of the line, and run does what
// they ask for and knows nothing of lines and flags.
func parseThenRun[O any](parse func(input) (O, error), run func(Env, O) error) func(Env, input) error {
	return func(env Env, in input) error {
		o, err := parse(in)
		if err != nil {
			return err
		}
		return run(env, o)
	}
}

// usage is how the command is called.
func (c *command) usage() string { return strings.TrimSpace("djship " + c.call()) }

// call is its usage without the program's name.
func (c *command) call() string { return strings.TrimSpace(c.name + " " + c.args) }

// findCommand returns the command of that name, nil where there is none.
func findCommand(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return c
		}
	}
	return nil
}

// commandNames are the commands that people see.
func commandNames() []string {
	var names []string
	for _, c := range commands() {
		if !c.hidden {
			names = append(names, c.name)
		}
	}
	return names
}
