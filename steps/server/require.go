package server

import (
	"fmt"
	"slices"
	"strings"

	"djship/shell"
	"djship/steps/model"
)

// The steps of this file want nothing changed: they refuse a host, before anything is touched,
// on which the steps after them could not do their work.

// A release that djship knows.
type release struct {
	id, version string
	python2     bool // has python2 and python2-dev
}

// releases is from the package lists of Debian and Ubuntu: which of them carry python2-dev.
var releases = []release{
	{"debian", "11", true}, {"debian", "12", false}, {"debian", "13", false},
	{"ubuntu", "20.04", true}, {"ubuntu", "22.04", true}, {"ubuntu", "24.04", false}, {"ubuntu", "26.04", false},
	{"ubuntu", "24.10", false}, {"ubuntu", "25.04", false}, {"ubuntu", "25.10", false},
}

// KnownRelease refuses distributions and releases that djship was not made for.
type KnownRelease struct{}

// Name implements Step.
func (KnownRelease) Name() string { return "distribution" }

// ID implements Step.
func (KnownRelease) ID() string { return "distribution" }

// Probe implements Step; the facts tell.
func (KnownRelease) Probe() model.Script { return "" }

// Plan implements Step.
func (KnownRelease) Plan(f model.Facts, _ model.Observed) model.Change {
	if slices.ContainsFunc(releases, func(r release) bool { return r.id == f.ID && r.version == f.Version }) {
		return model.Change{}
	}
	name := f.Name
	if name == "" {
		name = "a system without /etc/os-release"
	}
	return model.Refusal("this host runs "+name+", which djship does not know", "it knows Debian 11 to 13 and Ubuntu 20.04 to 26.04")
}

// HasPython2 refuses releases that have no Python 2.
type HasPython2 struct{}

// Name implements Step.
func (HasPython2) Name() string { return "Python 2 available" }

// ID implements Step.
func (HasPython2) ID() string { return "python2" }

// Probe implements Step; the facts tell.
func (HasPython2) Probe() model.Script { return "" }

// Plan implements Step.
func (HasPython2) Plan(f model.Facts, _ model.Observed) model.Change {
	if f.Python2 || slices.ContainsFunc(releases, func(r release) bool { return r.id == f.ID && r.version == f.Version && r.python2 }) {
		return model.Change{}
	}
	var have []string
	for _, r := range releases {
		if r.python2 {
			have = append(have, model.ReleaseNames[r.id]+" "+r.version)
		}
	}
	return model.Refusal(fmt.Sprintf("%s has no Python 2", f.Name), "Python 2 is in "+strings.Join(have, ", ")+"; leave the 2 out for Python 3")
}

// FreeDisk refuses to change a host with less than MinKB, or less than MinInodes files, free on a file
// system that is written to.
type FreeDisk struct{ MinKB, MinInodes int64 }

// Name implements Step.
func (FreeDisk) Name() string { return "disk space" }

// ID implements Step.
func (FreeDisk) ID() string { return "disk" }

// Probe implements Step; the facts tell.
func (FreeDisk) Probe() model.Script { return "" }

// Plan implements Step.
func (s FreeDisk) Plan(f model.Facts, _ model.Observed) model.Change {
	var short []string
	for mount, kb := range f.FreeKB {
		if kb < s.MinKB {
			short = append(short, fmt.Sprintf("%s has %d MiB free", mount, kb>>10))
		}
	}
	var few []string
	for mount, n := range f.FreeInodes {
		if n < s.MinInodes {
			few = append(few, fmt.Sprintf("%s has room for %d more files", mount, n))
		}
	}
	slices.Sort(short)
	slices.Sort(few)
	switch {
	case short != nil:
		return model.RefusalToChange(strings.Join(append(short, few...), ", ")+fmt.Sprintf("; %d MiB are needed", s.MinKB>>10), "make room on the host (`apt-get clean`, old logs and kernels), then run the same command again")
	case few != nil:
		return model.RefusalToChange(strings.Join(few, ", ")+fmt.Sprintf("; room for %d is needed", s.MinInodes), "remove files on the host: `df -i` tells where no more fit, `du --inodes -x / | sort -n | tail` where they are (old sessions, caches, mail queues), then run the same command again")
	}
	return model.Change{}
}

// PrereqDone refuses a host that prereq has not made ready for its roles.
type PrereqDone struct{ Roles Roles }

// Name implements Step.
func (PrereqDone) Name() string { return "prereq done" }

// ID implements Step.
func (PrereqDone) ID() string { return "prereq-done" }

// Probe implements Step.
func (s PrereqDone) Probe() model.Script {
	paths := s.Roles.Needs(
		Need{Web, []string{"/usr/local/bin/virtualenv", "/usr/local/bin/supervisord", model.SupervisordConf, model.Supervisor}},
		Need{Web | LoadBalancer, []string{"/usr/sbin/nginx"}},
		Need{Database, []string{"/usr/bin/psql"}},
		Need{Web, []string{"/usr/bin/pg_config"}})
	return model.Script("for path in " + shell.QuoteAll(paths...) + `; do [ -e "$path" ] || echo "$path"; done`)
}

// Plan implements Step.
func (PrereqDone) Plan(_ model.Facts, seen model.Observed) model.Change {
	missing := strings.Fields(seen.Text)
	if len(missing) == 0 {
		return model.Change{}
	}
	return model.Refusal("prereq has not been run on this host: "+strings.Join(missing, ", ")+" missing", "run `djship prereq` for this host first, or `djship up` instead of `djship deploy` for both in one go")
}
