package release

import (
	"encoding/json"
	"fmt"
	"strings"

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

// ReadBreak implements model.Rehearsing: a line "found: JSON", which is the word of the site's account.
func (Rehearsed) ReadBreak(line string) (model.Migration, bool) {
	text, ok := strings.CutPrefix(line, "found: ")
	if !ok {
		return model.Migration{}, false
	}
	var found struct{ Migration, Table, Column, Why, Split string }
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		return model.Migration{}, false
	}
	return model.Migration{Name: model.Shown(found.Migration), Atomic: true, Breaks: []model.Break{{Table: model.Shown(found.Table), Column: model.Shown(found.Column), Why: model.Shown(found.Why), Split: model.Shown(found.Split)}}}, true
}

// note has what came of it, for ten minutes: "for RELEASE", that which was live, "against RELEASE" where that could not go on, or "allowed RELEASE" where it was migrated nevertheless, with " data" where the copy had that; and what was found, a line of JSON each.
func (s Rehearsed) note() string { return s.Release.About() + ".rehearsed" }

// scratches is the file with the names of scratch databases that runs have made.
const scratches = model.State + "/scratch"

// Probe implements Step: what pendingProbe prints; the first line of the note, "since MINUTES" and what the live release could not go on with, as ReadBreak takes it; "left" where a run that was cut off has left a scratch
// database; and what a copy of the data needs where one is wanted.
func (s Rehearsed) Probe() model.Script {
	room := model.Script("")
	if s.Release.RehearseData {
		room = model.Script(shell.Set("site", s.Release.Site.Project) + assets.Code("shell/copyroom.sh") + "copyroom\n")
	}
	return room + s.Release.pendingProbe() + model.Script(shell.Set("note", s.note(), "scratches", scratches)+assets.Code("shell/verdict.sh"))
}

// A verdict is what came of a rehearsal.
type verdict struct {
	passed, failed, allowed, data bool
	text                          string // what is said of it
}

// readVerdict reads what the probe prints of one that was about a release that was live.
func readVerdict(seen, live string) verdict {
	var v verdict
	var breaks []string
	for line := range strings.Lines(seen) {
		line = strings.TrimRight(line, "\n")
		word, of, _ := strings.Cut(line, " ")
		of, data := strings.CutSuffix(of, " data")
		switch {
		case word == "for" && of == live:
			v.passed, v.data = true, data
		case (word == "against" || word == "allowed") && of == live:
			v.failed, v.allowed, v.data = true, word == "allowed", data
		}
		if m, ok := (Rehearsed{}).ReadBreak(line); ok {
			breaks = append(breaks, m.Name+" "+strings.TrimPrefix(m.Told()[0], "breaks the live release: "))
		}
	}
	minutes, _ := model.LineAfter(seen, "since ")
	in := "the schema"
	if v.data {
		in = "the data"
	}
	switch {
	case v.passed:
		v.text = fmt.Sprintf("rehearsed %s min ago in a copy of %s: %s goes on with what they make of it", model.Shown(minutes), in, called(live))
	case v.failed:
		v.text = strings.TrimSuffix(fmt.Sprintf("%s min ago it could not: %s", model.Shown(minutes), strings.Join(breaks, "; ")), ": ")
	}
	return v
}

// Plan implements Step.
func (s Rehearsed) Plan(f model.Facts, seen model.Observed) model.Change {
	r := s.Release
	live := f.Sites[r.Site.Project].Live
	of := live
	if of == "" {
		of = django.Zero
	}
	known := readVerdict(seen.Text, of)
	left, in, data := model.HasLine(seen.Text, "left"), "the schema", ""
	if r.RehearseData {
		in, data = "the data"+copyCosts(seen.Text), "yes"
	}
	work := func(detail, call string) model.Change {
		at, allow := r.Site.Layout(), ""
		if r.AllowBreak {
			allow = "yes"
		}
		script := shell.Set("site", r.Site.Project, "home", at.Home, "release", r.ID, "live", live, "variables", at.Variables, "overlay", overlay(r.Site), "outcome", s.note(), "about", at.About, "allow", allow, "with_data", data) +
			assets.Code("shell/bounded.sh") + assets.Code("shell/copyroom.sh") + assets.Code("shell/rehearse.sh") + call
		return model.Change{Told: model.Told{Verb: model.Run, Detail: detail}, Work: model.Work{Script: model.Script(script)}, Schedule: model.Schedule{Limit: server.PackageLimit}}
	}
	switch {
	case r.migrates(seen.Text) && !((known.passed || known.allowed && r.AllowBreak) && (known.data || !r.RehearseData)):
		if c := noRoomForCopy(seen.Text); r.RehearseData && !c.IsZero() {
			return c
		}
		detail := "in a copy of " + in + ": " + called(of) + " must go on with what they make of it"
		if known.failed {
			detail += "; " + known.text
		}
		c := work(detail, "rehearse_and_judge\n")
		c.Script = r.trying("its migrations would break what was live", c.Script)
		return c
	case left:
		return work("a scratch database that was left is removed", "forget\n")
	case known.passed && r.migrates(seen.Text):
		return model.Change{Told: model.Told{Verb: model.Tell, Detail: known.text}}
	}
	return model.Change{}
}
