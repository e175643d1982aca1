package cli

import (
	"errors"
	"strconv"
	"strings"
)

// A flag is one that a line may have.
type flag struct {
	name     string
	short    string // one letter; "" for none
	usage    string // what it does, with its value's name in backquotes
	category string // its heading in the list of all flags
	kind     flagKind
}

// A flagKind is what values a flag may have.
type flagKind int

const (
	flagOnOff   flagKind = iota // none, or true or false behind "="
	flagCounted                 // as flagOnOff, and it matters how often
	flagText                    // any; the last one counts
	flagTexts                   // any, and all count
	flagNumber                  // as ssh reads it: 022 is 22
	flagPaths                   // as flagOnOff, or the path of a file on servers, and all of these count
)

// needsValue tells whether the next word is the flag's value, where none is written behind "=".
func (f *flag) needsValue() bool {
	return f.kind == flagText || f.kind == flagTexts || f.kind == flagNumber
}

// mayTake tells whether the next word is the flag's value though it need not have one.
func (f *flag) mayTake(word string) bool { return f.kind == flagPaths && strings.HasPrefix(word, "/") }

// check says what is wrong with a value, nil if nothing is.
func (f *flag) check(value string) error {
	switch f.kind {
	case flagOnOff, flagCounted:
		if _, err := strconv.ParseBool(value); err != nil {
			return errors.New("expected true or false")
		}
	case flagNumber:
		if _, err := strconv.Atoi(value); err != nil {
			return errors.New("expected a number")
		}
	case flagPaths:
		return new(overwrites).add(value)
	}
	return nil
}

// variable is the environment variable that stands for a global flag: DJSHIP_PRIVATE_KEY.
func (f *flag) variable() string {
	return "DJSHIP_" + strings.ToUpper(strings.ReplaceAll(f.name, "-", "_"))
}

// withValue is the flag's long name and what its value is called: --limit PATTERN.
func (f *flag) withValue() string {
	value := ""
	if _, rest, ok := strings.Cut(f.usage, "`"); ok {
		value, _, _ = strings.Cut(rest, "`")
	}
	return strings.TrimSpace("--" + f.name + " " + value)
}

// named is the flag of that name, long or short; nil where there is none.
func named(flags []flag, name string) *flag {
	for i := range flags {
		if f := &flags[i]; name != "" && (name == f.name || name == f.short) {
			return f
		}
	}
	return nil
}

// foreignFlag is a command's own flag of that name, whichever command's: one that is typed for another command
// is known, and refused by saying where it goes.
func foreignFlag(name string) *flag {
	for _, c := range commands() {
		if f := named(c.flags, name); f != nil {
			return f
		}
	}
	return nil
}
