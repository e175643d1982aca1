package steps

import (
	"fmt"
)

// LogFile is an empty log that exists before the server that writes it makes one for all to read.
type LogFile struct {
	What                     string // "access log of example.com"
	Path, Owner, Group, Mode string
	Notify                   Step // reopens its logs
}

// Name implements Step.
func (s LogFile) Name() string { return s.What }

func (s LogFile) path() string { return s.Path }

// Probe implements Step.
func (s LogFile) Probe() Script {
	return statProbe(s.Path)
}

// Plan implements Step.
func (s LogFile) Plan(_ Facts, seen Observed) Change {
	now := parseStat(firstLine(seen.Text))
	if now.kind == "absent" {
		return Change{Verb: Create, Detail: fmt.Sprintf("%s, %s:%s %s", s.Path, s.Owner, s.Group, s.Mode), Notify: []string{s.Notify.Name()},
			Script: Script(fmt.Sprintf("install -m %s -o %s -g %s /dev/null %s", s.Mode, s.Owner, s.Group, Quote(s.Path)))}
	}
	if wrong := now.differs(s.Owner, s.Group, s.Mode); wrong != "" {
		return Change{Verb: Update, Detail: s.Path + ": " + wrong, Script: setAttributes(s.Path, s.Owner, s.Group, s.Mode, "")}
	}
	return Change{}
}
