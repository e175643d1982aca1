package release

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"djship/assets"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Slot is the switch to a release: gunicorn runs it in a slot of its own, and nginx is led there once it answers.
type Slot struct {
	Release Release
	To      string // what is to be live, where that is not Release: the ID of another that is kept, or django.Zero
	Back    bool   // what was live before Release is to be so again; nothing is to be done where Release is not live
	Stay    bool   // what is live stays so, whatever that is
	Asked   bool   // nothing is done unless a step before asks for it
	Fresh   string // where it is live already another process takes over, once for each Fresh: a run's ID; "" for never
}

// Name implements Step.
func (s Slot) Name() string { return "live release of " + s.Release.Site.Project }

// ID implements Step.
func (s Slot) ID() string { return "slot:" + s.Release.Site.Project }

// target is the ID of what is to be live.
func (s Slot) target() string {
	if s.To != "" {
		return s.To
	}
	return s.Release.ID
}

// ReadSwitched implements model.Reporting.
func (s Slot) ReadSwitched(line string) (model.Switched, bool) {
	return model.ReadSwitched(s.target(), line)
}

// state is where a host notes what became of a release that was switched to.
func (s Slot) state() string { return s.Release.Site.Layout().About + "/" + s.target() + ".state" }

// renewed is where a host notes for which run another process has taken over.
func (s Slot) renewed() string { return model.State + "/renewed/" + s.Release.Site.Project }

// Probe implements Step: what there is of the site's slots, what became of the release, and whether the host has it.
func (s Slot) Probe() model.Script {
	history := ""
	if s.Back {
		history = "while read -r id _; do echo \"was $id\"; done <" + shell.Quote(s.Release.History()) + " 2>/dev/null\n"
	}
	return s.Release.Site.SlotsProbe() + s.Release.Site.ProcessesProbe() + model.Script(history+shell.Set("became", s.state(), "folder", s.Release.Site.Layout().Releases+"/"+s.target(), "renewed", s.renewed())+assets.Code("shell/slottail.sh"))
}

// Plan implements Step.
func (s Slot) Plan(f model.Facts, seen model.Observed) model.Change {
	site := s.Release.Site
	now, to, known := site.ReadSlots(seen.Text), s.target(), f.Sites[site.Project]
	_, runs := now.Running[now.Live]
	if known.Domain == "" || s.Asked && !seen.Due { // Deployed, in this list or one before, refuses the former
		return model.Change{}
	}
	if now.Live == "" && now.Current == "" {
		return model.Refusal("nginx asks "+site.Project+"'s gunicorn by a socket that supervisord opens, not by a link that can be led to a release",
			fmt.Sprintf("djship deploy %s %s, which lays the link; where the file of supervisord's was edited, write socket=unix://%s in it first", site.Project, known.Domain, site.Layout().OwnSocket))
	}
	if s.Back && now.Release() == to {
		to = before(seen.Text, to)
	}
	if s.Stay {
		to = now.Release()
	}
	// What a push makes ready is there when it is switched to.
	if ready := model.HasLine(seen.Text, "ready"); s.To != "" && !ready && to != django.Zero && to != now.Release() {
		return model.Refusal("the host has no release "+to, "`djship releases "+site.Project+"` lists those that it has")
	}
	if s.Back && to == s.Release.ID {
		return model.Change{}
	}
	c := model.Change{Told: model.Told{Verb: model.Update}, Schedule: model.Schedule{Limit: switchLimit + s.Release.Hold}}
	verdict, _ := model.LineAfter(seen.Text, "state ")
	run, _ := model.LineAfter(seen.Text, "renewed ")
	fresh := seen.Due || s.Fresh != "" && run != s.Fresh
	switch left := site.Left(now); {
	case now.Release() != to:
		c.Detail = fmt.Sprintf("%s answers in the place of %s", called(to), called(now.Release()))
	case fresh:
		c.Verb, c.Detail = model.Restart, "another process takes over, and no request is lost"
	case !runs || !now.Sockets[now.Live]:
		c.Verb, c.Detail = model.Start, "was not running"
	case left != "":
		c.Detail = left
	case to != django.Zero && verdict != "healthy" && !s.Stay:
		c.Verb, c.Detail = model.Run, "watches it, which a run that was cut off has not done to the end"
	default:
		return model.Change{}
	}
	how := django.Switch{To: to, Fresh: fresh, Health: cmp.Or(s.Release.Health, known.Health), Static: s.Release.HealthStatic, Hold: s.Release.Hold}
	c.Script = site.Switch(known.Domain, how)
	if s.Back {
		c.Notify = []string{Scheduled{Site: site}.ID()}
	}
	if s.To != "" {
		c.Urge = leaveWord(site, to)
	}
	if s.Fresh != "" {
		c.Script += model.Script(fmt.Sprintf("mkdir -p %[3]s/renewed && echo %[2]s >%[1]s\n", s.renewed(), shell.Quote(s.Fresh), model.State))
	}
	return c
}

// leaveWord tells a push that watches its release that another is wanted: where that was live before it is so again at once. The word holds
// for as long as the process waits that leaves it.
func leaveWord(site django.Site, to string) model.Script {
	return model.Script("read -r me _ </proc/self/stat\nprintf '%s %s %s %s\\n' " + shell.Quote(to) + " \"$me\" \"$(started \"$me\")\" \"$holder\" >/run/djship/back-" + site.Project + "\n")
}

// before is the release that was live before one, of the lines "was ID" of a host's history; release zero where there was none.
func before(text, id string) string {
	for _, other := range slices.Backward(readInventory(text).all) {
		if other != id {
			return other
		}
	}
	return django.Zero
}

// called is what a release is called where a person reads of it.
func called(id string) string {
	if id == django.Zero {
		return "what is in the site's home"
	}
	return id
}

// switchLimit is how long a switch may take, without the time in which what is new is watched.
const switchLimit = 10 * time.Minute
