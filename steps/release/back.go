package release

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// MigratedBack is the site's database as it was migrated when a release was live: what was applied since is taken back by the code of the release that is live, as a whole
// or not at all, and what was kept of the data that it had destroyed is put back.
type MigratedBack struct {
	Release Release
	To      string // the release that is to be live
	Asked   bool   // nothing is done: what can't be taken back is refused, before anything is touched
}

// Name implements Step.
func (s MigratedBack) Name() string { return "migrations of " + s.Release.Site.Project + " back" }

// ID implements Step.
func (s MigratedBack) ID() string { return "migrated-back:" + s.Release.Site.Project }

// TellsOutput implements model.Telling: what is taken back, and what is in its way.
func (MigratedBack) TellsOutput() {}

// MayWait implements model.Queuing: another host may be migrating the same database.
func (MigratedBack) MayWait() {}

// backProbe is what assets/shell/backprobe.sh prints.
func (r Release) backProbe(to string) model.Script {
	return model.Script(shell.Set("to", to, "history", r.History(), "records", r.migrationRecords(), "about", r.Site.Layout().About) + assets.Code("shell/backprobe.sh"))
}

// A takenBack is what has to be taken back for a release to be live again.
type takenBack struct {
	since string   // the record of the state to which that leads; "" for nothing
	names []string // of migrations, the last one first
	lacks []string // those that it had, and that were taken back meanwhile
	can   string   // why not, "" for that it can
}

// readBack reads what backProbe prints.
func readBack(text string) takenBack {
	var b takenBack
	b.since, _ = model.LineAfter(text, "since ")
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if name, ok := strings.CutPrefix(line, "takes "); ok {
			b.names = append(b.names, model.Shown(name))
		} else if name, ok := strings.CutPrefix(line, "lacks "); ok {
			b.lacks = append(b.lacks, model.Shown(name))
		}
	}
	slices.Reverse(b.names)
	slices.Sort(b.lacks)
	for _, m := range pendingOf(text) {
		switch {
		case !slices.Contains(b.names, m.Name) || b.can != "":
		case len(m.Irreversible) > 0:
			b.can = m.Name + " can't be taken back: " + strings.Join(m.Irreversible, ", ")
		case !m.Atomic:
			b.can = m.Name + " is not atomic, so that a part of it could stay"
		}
	}
	return b
}

// Probe implements Step: what backProbe and notesProbe print, and "migrated" where the one that is live has no migration left to apply, as it
// was noted.
func (s MigratedBack) Probe() model.Script {
	return s.Release.backProbe(s.To) + s.Release.notesProbe() + model.Script("live=$(readlink "+shell.Quote(s.Release.Site.Layout().Live)+") && [ -e "+shell.Quote(s.Release.Site.Layout().About)+"/\"${live##*/}\".migrated ] && echo migrated\n")
}

// Plan implements Step.
func (s MigratedBack) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	live := f.Sites[r.Site.Project].Live
	way := readBack(seen.Text)
	switch {
	case live == s.To || live == "":
		return model.Change{}
	case way.lacks != nil:
		return model.Refusal(way.lacking(s.To), "nothing was changed. `djship push --ref` with the commit of that release migrates what it wants; `djship releases "+r.Site.Project+"` tells which that is")
	case way.can != "":
		return model.Refusal(way.can, "nothing was changed. What is to be done with the data nobody but you knows: push code that goes on from here, or take it back by hand, as with `djship manage "+r.Site.Project+" migrate`")
	case s.Asked, way.names == nil && !model.HasLine(seen.Text, "migrated"):
		return model.Change{}
	}
	at, allow := r.Site.Layout(), ""
	if r.AllowBreak {
		allow = "yes"
	}
	detail := "nothing is to be taken back here"
	if way.since != "" {
		detail = "takes back " + way.named() + ", and puts back what was kept of their data"
	}
	of := r
	of.ID = live // whose code it is
	closed := Closed{Release: r}
	script := string(closed.page().Functions(f)) + of.migrating(f, "", way.since) + shell.Set("to", s.To, "about", at.About, "schema", r.noteFor(s.To, seen.Text), "allow", allow, "closed", closed.mark()) + assets.Code("shell/otherdatabase.sh") + assets.Code("shell/back.sh") + "migrate_back\n"
	return model.Change{Told: model.Told{Verb: model.Run, Detail: detail}, Work: model.Work{Script: model.Script(script)}, Schedule: model.Schedule{Limit: server.PackageLimit}}
}

// named are the migrations that are taken back, as far as that was noted: where the power has gone in between only the database knows.
func (b takenBack) named() string {
	if b.names == nil {
		return "what was migrated since"
	}
	return migrations(b.names)
}

// lacking says which migrations a release wants that no way back brings: only a push migrates.
func (b takenBack) lacking(to string) string {
	return fmt.Sprintf("release %s wants %s, as the database had it then; that was taken back on this host since", to, migrations(b.lacks))
}

// offer says what else there is where a release can't go on with the database as it is.
func (b takenBack) offer(project, to string) string {
	switch {
	case b.lacks != nil:
		return b.lacking(to) + ". djship push --ref with its commit migrates that"
	case b.since == "":
		return ""
	case b.can != "":
		return b.can
	}
	return fmt.Sprintf("djship rollback %s %s --migrate-back takes back %s, with the data that was kept", project, to, b.named())
}
