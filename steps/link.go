package steps

import (
	"fmt"
)

// Link is a symbolic link of root's.
type Link struct {
	What, Path, Target string
	Notify             []string
}

// Name implements Step.
func (s Link) Name() string { return s.What }

// Probe implements Step.
func (s Link) Probe() Script {
	return Script(fmt.Sprintf("if [ -L %[1]s ]; then readlink -- %[1]s; elif [ -e %[1]s ]; then echo 'not a link'; fi", Quote(s.Path)))
}

// Plan implements Step. A file in the link's place is somebody's and refused, not removed.
func (s Link) Plan(_ Facts, seen Observed) Change {
	now := firstLine(seen.Text)
	c := Change{Verb: Create, Detail: s.Path + " -> " + s.Target, Notify: s.Notify,
		Script: Script("lay " + QuoteAll(s.Target, s.Path))}
	switch now {
	case s.Target:
		return Change{}
	case "":
		return c
	case "not a link":
		return Change{Verb: Refuse, Detail: s.Path + " is a file, not a link to " + s.Target,
			Hint: outOfTheWay}
	}
	c.Verb, c.Detail = Update, fmt.Sprintf("%s led to %s, should lead to %s", s.Path, now, s.Target)
	return c
}
