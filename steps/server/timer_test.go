package server

import (
	"testing"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestTimerPlan(t *testing.T) {
	s := Timer{Unit: "backup", What: "would save all", Instead: "save it by hand"}
	const script = "systemctl daemon-reload\nsystemctl -q enable backup.timer\nsystemctl restart backup.timer\n"
	change := func(verb model.Verb, detail string) model.Change {
		return model.Change{Told: model.Told{Verb: verb, Detail: detail}, Schedule: model.Schedule{Redo: true}, Work: model.Work{Script: script}}
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Seen: "systemd\nLoadState=not-found\nActiveState=inactive\nUnitFileState=\n", Want: change(model.Start, "did not count")},
		{Name: "right", Step: s, Seen: "systemd\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n"},
		{Name: "not at boot", Step: s, Seen: "systemd\nLoadState=loaded\nActiveState=active\nUnitFileState=disabled\n", Want: change(model.Enable, "was not started at boot")},
		{Name: "due", Step: s, Seen: "systemd\nLoadState=loaded\nActiveState=active\nUnitFileState=enabled\n", Due: true, Want: change(model.Reload, "its files have changed")},
		{Name: "masked", Step: s, Seen: "systemd\nLoadState=masked\nActiveState=inactive\nUnitFileState=masked\n",
			Want: model.Refusal("backup.timer is masked on this host", "somebody wanted it never to be started: `systemctl unmask backup.timer` on the host takes that back"+model.Again)},
		{Name: "no systemd", Step: s, Seen: "", Want: model.Refusal("the host has no systemd, whose timer would save all", "save it by hand")},
	})
}
