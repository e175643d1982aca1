package release

import (
	"strings"

	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Removed is the site's database without what migrations only remove: columns and tables that what was live before the release still had, and that nobody needs when all hosts have switched.
type Removed struct{ Release Release }

// Name implements Step.
func (s Removed) Name() string { return "removal behind release " + s.Release.ID }

// ID implements Step.
func (s Removed) ID() string { return "removed:" + s.Release.Site.Project }

// TellsOutput implements model.Telling: what is kept of it.
func (Removed) TellsOutput() {}

// IsFinal implements model.Final.
func (Removed) IsFinal() {}

// MayWait implements model.Queuing: another host may be migrating the same database.
func (Removed) MayWait() {}

// waits is a file with the names of migrations that wait; nothing where none do.
func (r Release) waits() string { return r.About() + ".waits" }

// Probe implements Step: "waits APP.NAME" for each migration that waits.
func (s Removed) Probe() model.Script {
	return model.Script("[ ! -e " + shell.Quote(s.Release.waits()) + " ] || sed 's/^/waits /' " + shell.Quote(s.Release.waits()) + "\n")
}

// Plan implements Step.
func (s Removed) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	var names []string
	for line := range strings.Lines(seen.Text) {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "waits "); ok {
			names = append(names, model.Shown(name))
		}
	}
	switch {
	case names == nil || f.Sites[r.Site.Project].Live != r.ID:
		return model.Change{}
	case !r.Whole:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "removes later, as other hosts may have the same database: " + migrations(names) + ". The same push to all hosts of the stage does it"}}
	}
	r.Late = true
	return model.Change{Told: model.Told{Verb: model.Run, Detail: "removes what only waited for the switch: " + migrations(names)},
		Work: model.Work{Script: model.Script(r.migrating(f, Migrated{r}.done(), "") + "remove_late\n")}, Schedule: model.Schedule{Limit: server.PackageLimit}}
}
