package server

import (
	"fmt"

	"djship/steps/model"
)

// Service is a service that runs now and after a reboot. Where an earlier step's change has made
// it due, it is restarted.
type Service struct {
	Unit string // "nginx"
	// Alive prints "alive" where the unit's state alone does not tell; "" where it does.
	Alive model.Script
	// Start does more than starting the unit; "" where nothing more is needed.
	Start model.Script
	// Up waits, after a start or restart, until the service does its work, and fails where it does not.
	Up model.Script
}

// Name implements Step.
func (s Service) Name() string { return "service " + s.Unit }

// ID implements Step.
func (s Service) ID() string { return "service:" + s.Unit }

// Service implements model.Daemon.
func (s Service) Service() string { return s.Unit }

// Probe implements Step.
func (s Service) Probe() model.Script {
	if s.Alive == "" {
		return model.Script("unit " + s.Unit)
	}
	return model.Script("unit "+s.Unit+"\n") + s.Alive
}

// Plan implements Step.
func (s Service) Plan(_ model.Facts, seen model.Observed) model.Change {
	active := model.HasLine(seen.Text, "ActiveState=active") || model.HasLine(seen.Text, "active")
	enabled := model.HasLine(seen.Text, "UnitFileState=enabled") || model.HasLine(seen.Text, "enabled")
	// A unit that others ask for, or that a generator makes, can't be enabled, and need not be.
	for _, state := range []string{"static", "indirect", "generated", "alias", "transient"} {
		enabled = enabled || model.HasLine(seen.Text, "UnitFileState="+state)
	}
	alive := s.Alive == "" || model.HasLine(seen.Text, "alive")
	// Asking is ten times as fast as enabling what its package has enabled.
	enable := fmt.Sprintf("if [ -d /run/systemd/system ]; then [ \"$(systemctl is-enabled %[1]s 2>/dev/null)\" = enabled ] || systemctl enable -q %[1]s; else update-rc.d %[1]s defaults; update-rc.d %[1]s enable; fi\n", s.Unit)
	reread := "[ ! -d /run/systemd/system ] || systemctl daemon-reload\n"
	switch {
	case model.HasLine(seen.Text, "LoadState=masked"):
		return model.Refusal(s.Unit+" is masked on this host", fmt.Sprintf(
			"somebody wanted it never to be started: `systemctl unmask %s` on the host takes that back, then run the same command again", s.Unit))
	case !active || !alive:
		c := model.Change{Told: model.Told{Verb: model.Start, Detail: "was not running"}, Work: model.Work{Script: model.Script(reread + enable + s.run("start"))}}
		if !enabled {
			c.Detail += ", nor started at boot"
		}
		c.Script += s.Start + s.Up
		return c
	case seen.Due:
		return model.Change{Told: model.Told{Verb: model.Restart, Detail: "its configuration has changed"}, Work: model.Work{Script: model.Script(reread+enable+s.run("restart")) + s.Up}}
	case !enabled:
		return model.Change{Told: model.Told{Verb: model.Enable, Detail: "was not started at boot"}, Work: model.Work{Script: model.Script(enable)}}
	}
	return model.Change{}
}

// run is the command that starts or restarts the service, and where that fails says why.
func (s Service) run(verb string) string {
	return fmt.Sprintf("service %[1]s %[2]s || { explain %[1]s; exit 1; }\n", s.Unit, verb)
}

// Handler is a step that acts only when an earlier step's change has made it due: a reload of what
// that step has written. Interrupted, it is due in the next run.
type Handler struct {
	Key    string // its ID: "nginx-reload:example.com"
	What   string
	Verb   model.Verb
	Detail string
	Do     model.Script
}

// Name implements Step.
func (s Handler) Name() string { return s.What }

// ID implements Step.
func (s Handler) ID() string { return s.Key }

// Probe implements Step: there is nothing to see from outside.
func (s Handler) Probe() model.Script { return "" }

// Plan implements Step.
func (s Handler) Plan(_ model.Facts, seen model.Observed) model.Change {
	if !seen.Due {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: s.Verb, Detail: s.Detail}, Work: model.Work{Script: s.Do}, Schedule: model.Schedule{Redo: true}}
}
