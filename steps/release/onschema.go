package release

import (
	"fmt"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// OnSchema is a release that is to be live again, and can go on with the database as it is: migrations since may have taken away what it reads and writes. What that is, and
// how the schema was, is noted when another release migrates in its place.
type OnSchema struct {
	Release Release
	To      string // the release, or django.Zero
}

// Name implements Step.
func (s OnSchema) Name() string { return "what release " + s.To + " needs of the database" }

// ID implements Step.
func (s OnSchema) ID() string { return "onschema:" + s.Release.Site.Project }

// TellsOutput implements model.Telling: where it can't be told.
func (OnSchema) TellsOutput() {}

func (s OnSchema) about(what string) string { return s.Release.Site.Layout().About + "/" + s.To + what }

// Probe implements Step: "schema" where there is such a note, "fits" where it was held against the database just now; and what has to be taken back for it, as backProbe prints it.
func (s OnSchema) Probe() model.Script {
	return model.Script(fmt.Sprintf("[ ! -e %s ] || echo schema\n[ ! \"$(find %s -mmin -2 2>/dev/null)\" ] || echo fits", shell.Quote(s.about(".schema")), shell.Quote(s.about(".fits")))) + "\n" + s.Release.backProbe(s.To)
}

// Plan implements Step.
func (s OnSchema) Plan(f model.Facts, seen model.Observed) model.Change {
	live, to := f.Sites[s.Release.Site.Project].Live, s.To
	if to == django.Zero {
		to = ""
	}
	switch {
	case live == to || !model.HasLine(seen.Text, "schema") || model.HasLine(seen.Text, "fits"):
		return model.Change{}
	case s.Release.AllowBreak:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "the database was migrated since it was live, and whether it can go on is not looked at, as --allow-break says"}}
	}
	at := s.Release.Site.Layout()
	script := shell.Set("site", s.Release.Site.Project, "home", at.Home, "to", to, "variables", at.Variables, "overlay", overlay(s.Release.Site), "schema", s.about(".schema"), "fits", s.about(".fits"), "offer", readBack(seen.Text).offer(s.Release.Site.Project, s.To)) +
		assets.Code("shell/bounded.sh") + assets.Code("shell/rehearse.sh") + assets.Code("shell/fits.sh") + "fits\n"
	return model.Change{Told: model.Told{Verb: model.Run, Detail: "its models are held against the schema as it is"}, Work: model.Work{Script: model.Script(script)}}
}
