package release

import (
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Closed is a site of which visitors get the maintenance page from a migration on that what is live can't go on with, where that is allowed; and no longer once all hosts
// have switched. Who has put the site in maintenance otherwise finds it there.
type Closed struct {
	Release Release
	Back    string // the release to which migrations are taken back, which what is live can't go on without; "" for a push
	Over    bool   // all hosts have switched
}

// Name implements Step.
func (s Closed) Name() string { return "maintenance while " + s.Release.Site.Project + " is migrated" }

// ID implements Step.
func (s Closed) ID() string { return "closed:" + s.Release.Site.Project }

// mark is there while it is a push that shows the page.
func (s Closed) mark() string { return model.State + "/closed-" + s.Release.Site.Project }

func (s Closed) page() django.Maintenance {
	return django.Maintenance{Site: s.Release.Site, On: !s.Over}
}

// Probe implements Step: what pendingProbe prints; "closed" where a push has shown the page; and the page as django.Maintenance has it.
func (s Closed) Probe() model.Script {
	return s.Release.pendingProbe() + model.Script("[ ! -e "+s.mark()+" ] || echo closed\n") + s.page().Probe()
}

// Plan implements Step.
func (s Closed) Plan(f model.Facts, seen model.Observed) model.Change {
	closed := model.HasLine(seen.Text, "closed")
	wanted, of := s.Release.AllowBreak && s.Release.migrates(seen.Text), "the push"
	if s.Back != "" {
		wanted, of = f.Sites[s.Release.Site.Project].Live != s.Back, "the way back"
	}
	if s.Over && !closed || !s.Over && !wanted {
		return model.Change{}
	}
	c := s.page().Plan(f, seen)
	switch {
	case s.Over:
		if c.IsZero() {
			c = model.Change{Told: model.Told{Verb: model.Update, Detail: "somebody else has ended it"}}
		}
		c.Script += model.Script("rm -f " + shell.Quote(s.mark()) + "\n")
	case c.Acts():
		c.Before += model.Script(": >" + shell.Quote(s.mark()) + "\n")
		c.Script += model.Script("echo 'notice: visitors get the maintenance page until " + of + " is over; where it fails, until `djship maintenance " + s.Release.Site.Project + " off`'\n")
	}
	return c
}

// TellsOutput implements model.Telling: until when.
func (Closed) TellsOutput() {}
