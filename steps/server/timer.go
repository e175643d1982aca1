package server

import (
	"fmt"

	"djship/steps/model"
)

// Timer is a timer of systemd's that counts now and after a reboot. Where an earlier step's change has made it due, systemd reads its files
// anew.
type Timer struct {
	Unit    string // "djship-certificates"
	What    string // as part of a sentence: "would renew certificates"
	Instead string // what to do for a host that has no systemd
}

// Name implements Step.
func (s Timer) Name() string { return "timer " + s.Unit }

// ID implements Step.
func (s Timer) ID() string { return "timer:" + s.Unit }

// Probe implements Step.
func (s Timer) Probe() model.Script {
	return model.Script(fmt.Sprintf("[ ! -d /run/systemd/system ] || { echo systemd; systemctl show -p LoadState,ActiveState,UnitFileState %s.timer; }", s.Unit))
}

// Plan implements Step.
func (s Timer) Plan(_ model.Facts, seen model.Observed) model.Change {
	c := model.Change{Told: model.Told{Verb: model.Start, Detail: "did not count"}, Schedule: model.Schedule{Redo: true}, Work: model.Work{
		Script: model.Script(fmt.Sprintf("systemctl daemon-reload\nsystemctl -q enable %[1]s.timer\nsystemctl restart %[1]s.timer\n", s.Unit))}}
	switch {
	case !model.HasLine(seen.Text, "systemd"):
		return model.Refusal("the host has no systemd, whose timer "+s.What, s.Instead)
	case model.HasLine(seen.Text, "LoadState=masked"):
		return model.Refusal(s.Unit+".timer is masked on this host", "somebody wanted it never to be started: `systemctl unmask "+s.Unit+".timer` on the host takes that back"+model.Again)
	case !model.HasLine(seen.Text, "ActiveState=active"):
	case !model.HasLine(seen.Text, "UnitFileState=enabled"):
		c.Verb, c.Detail = model.Enable, "was not started at boot"
	case seen.Due:
		c.Verb, c.Detail = model.Reload, "its files have changed"
	default:
		return model.Change{}
	}
	return c
}
