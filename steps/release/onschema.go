package release

import (
	"cmp"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// OnSchema is a release that is to be live again, and can go on with the database as it is: migrations since may have taken away what it reads and writes. What that is, and
// how the schema was, is noted when another release migrates in its place; where it was another's place, the first note of a later release tells how the schema was for both.
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

func (s OnSchema) fits() string { return s.Release.Site.Layout().About + "/" + s.To + ".fits" }

// notesProbe prints "schema RELEASE" for each note.
func (r Release) notesProbe() model.Script {
	return model.Script("(\n\tcd " + shell.Quote(r.Site.Layout().About) + " 2>/dev/null || exit 0\n\tfor note in *.schema; do [ ! -e \"$note\" ] || echo \"schema ${note%.schema}\"; done\n)\n")
}

// noteFor is the file of the note that tells of the schema when a release was live, by what notesProbe prints; "" where there was no migration since.
func (r Release) noteFor(to, text string) string {
	note := ""
	for line := range strings.Lines(text) {
		of, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), "schema ")
		if ok && of >= to && (note == "" || of < note) { // releases go by their time, and 0 is before all
			note = of
		}
	}
	if note == "" {
		return ""
	}
	return r.Site.Layout().About + "/" + note + ".schema"
}

// Probe implements Step: what notesProbe prints, "fits LIVE" where it was held against the database just now, when another was live; and what has to be taken back for it, as backProbe prints it.
func (s OnSchema) Probe() model.Script {
	return s.Release.notesProbe() + model.Script("[ ! \"$(find "+shell.Quote(s.fits())+" -mmin -2 2>/dev/null)\" ] || echo \"fits $(cat "+shell.Quote(s.fits())+")\"\n") + s.Release.backProbe(s.To)
}

// Plan implements Step.
func (s OnSchema) Plan(f model.Facts, seen model.Observed) model.Change {
	live, to, note := f.Sites[s.Release.Site.Project].Live, s.To, s.Release.noteFor(s.To, seen.Text)
	if to == django.Zero {
		to = ""
	}
	met := cmp.Or(live, django.Zero)
	switch {
	case live == to || note == "" || model.HasLine(seen.Text, "fits "+met):
		return model.Change{}
	case s.Release.AllowBreak:
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: "the database was migrated since it was live, and whether it can go on is not looked at, as --allow-break says"}}
	}
	at := s.Release.Site.Layout()
	script := shell.Set("site", s.Release.Site.Project, "home", at.Home, "to", to, "variables", at.Variables, "overlay", overlay(s.Release.Site), "schema", note, "fits", s.fits(), "met", met, "offer", readBack(seen.Text).offer(s.Release.Site.Project, s.To)) +
		assets.Code("shell/bounded.sh") + assets.Code("shell/rehearse.sh") + assets.Code("shell/fits.sh") + "fits\n"
	return model.Change{Told: model.Told{Verb: model.Run, Detail: "its models are held against the schema as it is"}, Work: model.Work{Script: model.Script(script)}}
}
