package release

import (
	"fmt"
	"strings"

	"djship/shell"
	"djship/steps/django"
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

// waitingOf are the migrations that a probe has printed as waiting.
func waitingOf(text string) (names []string) {
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "waits "); ok {
			names = append(names, model.Shown(name))
		}
	}
	return names
}

// Plan implements Step.
func (s Removed) Plan(f model.Facts, seen model.Observed) model.Change {
	r, names := s.Release, waitingOf(seen.Text)
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

// Waiting is a site of which a push was cut off before it had removed what only waited for its release to be live. Nothing is done about it, since other hosts may have the same database and an older release.
type Waiting struct{ Site django.Site }

// Name implements Step.
func (s Waiting) Name() string { return "removals that wait of " + s.Site.Project }

// ID implements Step.
func (s Waiting) ID() string { return "waiting:" + s.Site.Project }

// Probe implements Step: "waits APP.NAME" for each migration that waits for the live release, and "commit HASH" of that.
func (s Waiting) Probe() model.Script {
	at := s.Site.Layout()
	return model.Script("( cd " + shell.Quote(at.About) + " && n=$(readlink " + shell.Quote(at.Live) + ") && n=${n##*/} && sed 's/^/waits /; 20q' \"$n.waits\" && sed -n '/^commit /p' \"$n\" ) 2>/dev/null\n")
}

// Plan implements Step.
func (s Waiting) Plan(_ model.Facts, seen model.Observed) model.Change {
	names := waitingOf(seen.Text)
	if names == nil {
		return model.Change{}
	}
	commit, _ := model.LineAfter(seen.Text, "commit ")
	return model.Change{Told: model.Told{Verb: model.Tell, Detail: StillWaits(s.Site.Project, names, commit)}}
}

// StillWaits says of migrations that only remove what has them run; commit is that of the live release, with a word behind it where it was not all of what was pushed, "" for none.
func StillWaits(project string, names []string, commit string) string {
	again := "the push that brought the live release, once more to all hosts of its stage, runs it"
	if hash, more, _ := strings.Cut(commit, " "); hash != "" && more == "" {
		again = fmt.Sprintf("`djship push %s --ref %.12s` to all hosts of its stage runs it", project, hash)
	}
	return "what only removes was not run when the live release had its place, and waits: " + migrations(names) + ". " + again
}
