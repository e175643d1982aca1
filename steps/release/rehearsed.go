package release

import (
	"fmt"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Rehearsed is a release whose pending migrations were tried in a copy of the live database's schema, with the outcome that what is live can go on with what they
// make of it. Else it fails, before the database is touched.
type Rehearsed struct{ Release Release }

// Name implements Step.
func (s Rehearsed) Name() string { return "rehearsal of migrations of " + s.Release.Site.Project }

// ID implements Step.
func (s Rehearsed) ID() string { return "rehearsed:" + s.Release.Site.Project }

// TellsOutput implements model.Telling: what else is to be known of the migrations.
func (Rehearsed) TellsOutput() {}

// note is there when it is, for ten minutes: "for RELEASE", that which was live, and what was found, a line of JSON each.
func (s Rehearsed) note() string { return s.Release.About() + ".rehearsed" }

// scratches is the file with the names of scratch databases that runs have made.
const scratches = model.State + "/scratch"

// Probe implements Step: what pendingProbe prints, "for RELEASE", and "left" where a run that was cut off has left a scratch database.
func (s Rehearsed) Probe() model.Script {
	return s.Release.pendingProbe() + model.Script(fmt.Sprintf("[ ! \"$(find %[1]s -mmin -10 2>/dev/null)\" ] || sed -n '1s/^for /for /p' %[1]s\n[ ! -e %[2]s ] || echo left",
		shell.Quote(s.note()), scratches))
}

// Plan implements Step.
func (s Rehearsed) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	live := f.Sites[r.Site.Project].Live
	of := live
	if of == "" {
		of = django.Zero
	}
	left := model.HasLine(seen.Text, "left")
	work := func(detail, call string) model.Change {
		at, allow := r.Site.Layout(), ""
		if r.AllowBreak {
			allow = "yes"
		}
		script := shell.Set("site", r.Site.Project, "home", at.Home, "release", r.ID, "live", live, "variables", at.Variables, "overlay", overlay(r.Site), "outcome", s.note(), "about", at.About, "allow", allow) +
			assets.Code("shell/bounded.sh") + assets.Code("shell/rehearse.sh") + call
		return model.Change{Told: model.Told{Verb: model.Run, Detail: detail}, Work: model.Work{Script: model.Script(script)}, Schedule: model.Schedule{Limit: server.PackageLimit}}
	}
	switch {
	case r.migrates(seen.Text) && !model.HasLine(seen.Text, "for "+of):
		c := work("in a copy of the schema: "+called(of)+" must go on with what they make of it", "rehearse_and_judge\n")
		c.Script = r.trying("its migrations would break what was live", c.Script)
		return c
	case left:
		return work("a scratch database that was left is removed", "forget\n")
	}
	return model.Change{}
}
