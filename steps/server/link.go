package server

import (
	"fmt"

	"djship/shell"
	"djship/steps/model"
)

// Link is a symbolic link of root's.
type Link struct {
	What, Path, Target string
	Notify             []string
}

// Name implements Step.
func (s Link) Name() string { return s.What }

// ID implements Step.
func (s Link) ID() string { return "link:" + s.Path }

// LookedAt implements model.Located.
func (s Link) LookedAt() string { return s.Path }

// Probe implements Step.
func (s Link) Probe() model.Script {
	return model.Script("leads " + shell.Quote(s.Path))
}

// Plan implements Step. A file in the link's place is somebody's and refused, not removed.
func (s Link) Plan(f model.Facts, seen model.Observed) model.Change {
	now := model.FirstLine(seen.Text)
	c := model.Change{Told: model.Told{Verb: model.Create, Detail: s.Path + " -> " + s.Target}, Work: model.Work{
		Script: model.Script("lay " + shell.QuoteAll(s.Target, s.Path))}, Schedule: model.Schedule{Notify: s.Notify}}
	switch now {
	case s.Target:
		return model.Change{}
	case "":
		return c
	case "other":
		return model.Refusal(s.Path+" is a file, not a link to "+s.Target, f.ElseAdopt("", model.OutOfTheWay))
	}
	c.Verb, c.Detail = model.Update, fmt.Sprintf("%s led to %s, should lead to %s", s.Path, now, s.Target)
	return c
}
