package steps

import (
	"fmt"
	"slices"
	"strings"
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

// Probe implements Step; the facts tell.
func (KnownRelease) Probe() Script { return "" }

// Plan implements Step.
func (KnownRelease) Plan(f Facts, _ Observed) Change {
	if slices.ContainsFunc(releases, func(r release) bool { return r.id == f.ID && r.version == f.Version }) {
		return Change{}
	}
	name := f.Name
	if name == "" {
		name = "a system without /etc/os-release"
	}
	return Change{Verb: Refuse, Detail: "this host runs " + name + ", which djship does not know",
		Hint: "it knows Debian 11 to 13 and Ubuntu 20.04 to 26.04"}
}

// HasPython2 refuses releases that have no Python 2.
type HasPython2 struct{}

// Name implements Step.
func (HasPython2) Name() string { return "Python 2 available" }

// Probe implements Step; the facts tell.
func (HasPython2) Probe() Script { return "" }

// Plan implements Step.
func (HasPython2) Plan(f Facts, _ Observed) Change {
	if f.Python2 || slices.ContainsFunc(releases, func(r release) bool { return r.id == f.ID && r.version == f.Version && r.python2 }) {
		return Change{}
	}
	var have []string
	for _, r := range releases {
		if r.python2 {
			have = append(have, releaseNames[r.id]+" "+r.version)
		}
	}
	return Change{Verb: Refuse, Detail: fmt.Sprintf("%s has no Python 2", f.Name),
		Hint: "Python 2 is in " + strings.Join(have, ", ") + "; leave the 2 out for Python 3"}
}

// FreeDisk refuses to change a host with less than MinKB, or less than MinInodes files, free on a file
// system that is written to.
type FreeDisk struct{ MinKB, MinInodes int64 }

// Name implements Step.
func (FreeDisk) Name() string { return "disk space" }

// Probe implements Step; the facts tell.
func (FreeDisk) Probe() Script { return "" }

// Plan implements Step.
func (s FreeDisk) Plan(f Facts, _ Observed) Change {
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
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: strings.Join(append(short, few...), ", ") + fmt.Sprintf("; %d MiB are needed", s.MinKB>>10),
			Hint: "make room on the host (`apt-get clean`, old logs and kernels), then run the same command again"}
	case few != nil:
		return Change{Verb: Refuse, OnlyIfActs: true, Detail: strings.Join(few, ", ") + fmt.Sprintf("; room for %d is needed", s.MinInodes),
			Hint: "remove files on the host: `df -i` tells where no more fit, `du --inodes -x / | sort -n | tail` where they are (old sessions, caches, mail queues), then run the same command again"}
	}
	return Change{}
}

// PrereqDone refuses a host that prereq has not made ready.
type PrereqDone struct{}

// Name implements Step.
func (PrereqDone) Name() string { return "prereq done" }

// Probe implements Step.
func (PrereqDone) Probe() Script {
	return `for path in /usr/local/bin/virtualenv /usr/local/bin/supervisord /etc/supervisord.conf /etc/supervisor /usr/sbin/nginx /usr/bin/psql /usr/bin/pg_config; do
	[ -e "$path" ] || echo "$path"
done`
}

// Plan implements Step.
func (PrereqDone) Plan(_ Facts, seen Observed) Change {
	missing := strings.Fields(seen.Text)
	if len(missing) == 0 {
		return Change{}
	}
	return Change{Verb: Refuse, Detail: "prereq has not been run on this host: " + strings.Join(missing, ", ") + " missing",
		Hint: "run `djship prereq` for this host first, or `djship up` instead of `djship deploy` for both in one go"}
}
