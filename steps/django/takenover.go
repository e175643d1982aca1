package django

import (
	"djship/shell"
	"djship/steps/model"
)

// TakenOver refuses a site whose taking over was cut off: what a deploy lays would be in the way of going on with that, or of giving the site back.
type TakenOver struct{ Site Site }

// Name implements Step.
func (s TakenOver) Name() string { return "taking over of " + s.Site.Project }

// ID implements Step.
func (s TakenOver) ID() string { return "taken-over:" + s.Site.Project }

// Probe implements Step: "half" where it has begun and not ended.
func (s TakenOver) Probe() model.Script {
	note := shell.Quote(model.State + "/adopted/" + s.Site.Project)
	return model.Script("[ ! -f " + note + " ] || grep -qx ended " + note + " || echo half\n")
}

// Plan implements Step.
func (s TakenOver) Plan(_ model.Facts, seen model.Observed) model.Change {
	if !model.HasLine(seen.Text, "half") {
		return model.Change{}
	}
	return model.Refusal(halfTaken(s.Site.Project), EndsTaking(s.Site.Project, s.Site.Domain))
}
