package server

import (
	"fmt"

	"djship/shell"
	"djship/steps/model"
)

// LogFile is an empty log that exists before the server that writes it makes one for all to read.
type LogFile struct {
	What                     string // "access log of example.com"
	Path, Owner, Group, Mode string
	Notify                   model.Step // reopens its logs
}

// Name implements Step.
func (s LogFile) Name() string { return s.What }

// ID implements Step.
func (s LogFile) ID() string { return "log:" + s.Path }

// LookedAt implements model.Located.
func (s LogFile) LookedAt() string { return s.Path }

// Probe implements Step.
func (s LogFile) Probe() model.Script {
	return model.StatProbe(s.Path)
}

// Plan implements Step.
func (s LogFile) Plan(_ model.Facts, seen model.Observed) model.Change {
	now := model.ParseStat(model.FirstLine(seen.Text))
	if now.Kind == "absent" {
		return model.Change{Told: model.Told{Verb: model.Create, Detail: fmt.Sprintf("%s, %s:%s %s", s.Path, s.Owner, s.Group, s.Mode)}, Work: model.Work{
			Script: model.Script(fmt.Sprintf("install -m %s -o %s -g %s /dev/null %s", s.Mode, s.Owner, s.Group, shell.Quote(s.Path)))}, Schedule: model.Schedule{Notify: []string{s.Notify.ID()}}}
	}
	if wrong := now.Differs(s.Owner, s.Group, s.Mode); wrong != "" {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: s.Path + ": " + wrong}, Work: model.Work{Script: model.SetAttributes(s.Path, s.Owner, s.Group, s.Mode, "")}}
	}
	return model.Change{}
}
