package report

import (
	"djship/rollout"
	"djship/steps/model"
)

// Scenes of hosts that take several turns.

// turns are those of three hosts, of which one breaks the last.
func turns() *scene {
	s := &scene{name: "turns", shots: []float64{3, 5.5, 9}}
	s.start(false, nil, "web1", "web2", "web3")
	begin := func(at float64, phase string, batch int) { s.add(at, rollout.TurnStart{Phase: phase, Batch: batch}) }
	begin(0, "prepare", 1)
	hosts := []*act{s.act(0.1, "web1", "", 1, 1), s.act(0.2, "web2", "", 1, 1), s.act(0.3, "web3", "", 1, 1)}
	for i, a := range hosts {
		a.turn = "prepare"
		a.step("packages", rollout.Changed, "install django", "", 2+float64(i))
		a.phase("wait for other hosts", 0)
	}
	begin(5.4, "migrate", 1)
	a := hosts[0]
	a.at, a.turn, a.n = 5.4, "migrate", 0
	a.step("schema", rollout.Changed, "2 migrations", "", 1)
	a.phase("wait for other hosts", 0)
	for i, a := range hosts[:2] {
		begin(7+float64(i)*4, "switch", i+1)
		a.at, a.turn, a.n = 7+float64(i)*4, "switch", 0
		if i == 0 {
			a.step("slot", rollout.Changed, "start", "", 3)
			a.end(rollout.Changed, 3, "", "")
		} else {
			a.step("slot", rollout.Failed, "exit status 1", "", 1)
			a.end(rollout.Failed, 1, "slot: exit status 1\nno such module", "look at the log")
		}
	}
	s.add(12, rollout.Gate{Status: rollout.GateFailed, Detail: "1 host failed, 0 may"})
	a = hosts[2]
	a.at = 12
	a.end(rollout.Skipped, 1, "left as it is after prepare, since the run ended on other hosts", "the same command goes on from there")
	s.end(12, rollout.RunEnd{Status: 1, Changed: 1, Failed: 1, Skipped: 1})
	return s
}

// push is of two stages; in the second a host fails its switch, and the one that was switched before goes back.
func push() *scene {
	s := &scene{name: "push", shots: []float64{4, 6.5, 12, 19, 24}}
	hosts := []string{"stage1", "prod1", "prod2", "prod3"}
	const before, release = "20261120-090000-9f8e7d6", "20261126-101500-1a2b3c4"
	s.add(0, rollout.RunStart{Version: "1.0", Command: "push", Args: []string{"example"}, Hosts: hosts, Stages: []string{"staging", "production"},
		Pushed: rollout.Pushed{Release: release, Commit: "1a2b3c4d5e6f7a8b9c0d", Tree: "77", Dirty: true}})
	for _, h := range hosts {
		s.add(0.1, rollout.Activity{Host: h, Name: "connect"})
		s.add(0.5, rollout.Activity{Host: h, Name: "probe"})
		s.add(0.9, rollout.Probed{Host: h, Facts: "Debian 12, 2 CPUs, Python 3.11.2", Total: 18, Planned: 5})
	}
	begin := func(at float64, stage, phase string, batch int) {
		s.add(at, rollout.TurnStart{Stage: stage, Phase: phase, Batch: batch})
	}
	switched := func(a *act, requests, errors int, slowest float64) {
		a.n = 0
		a.turn = "switch"
		a.step("live release", rollout.Changed, release, "", 3)
		s.add(a.at-0.1, rollout.Switch{Host: a.host, Switched: model.Switched{Release: release, Before: before, Requests: requests, Errors: errors, Slowest: slowest}})
	}
	prepared := func(at float64, host, stage string) *act {
		a := s.act(at, host, stage, 1, 2)
		a.turn = "prepare"
		a.phase("upload", 0.2)
		s.add(a.at, rollout.Sending{Host: host, Sent: 12 << 20, Size: 50 << 20})
		a.at += 0.8
		s.add(a.at, rollout.Sending{Host: host, Sent: 50 << 20, Size: 50 << 20})
		a.step("code", rollout.Changed, "12 files", "", 0.5)
		a.step("environment", rollout.Changed, "62 packages", "", 2)
		a.phase("wait for other hosts", 0)
		return a
	}
	begin(1, "staging", "prepare", 1)
	a := prepared(1, "stage1", "staging")
	begin(5, "staging", "migrate", 1)
	a.at, a.turn, a.n = 5, "migrate", 0
	s.add(a.at, rollout.Migration{Host: "stage1", Migration: model.Migration{Name: "shop.0002_price", Atomic: true, SQL: []string{"ALTER TABLE \"shop_thing\" DROP COLUMN \"color\" CASCADE;", "-- Python code, can't be shown: Raw Python operation"},
		Python: true, Irreversible: []string{"Raw Python operation"}, Changes: []string{}, Destroys: []model.Destroyed{{What: "column shop_thing.color is removed", Rows: 1234567, Bytes: 56789012, About: true}},
		Locks: []model.Locked{{Table: "shop_thing", Mode: "ACCESS EXCLUSIVE", Rows: 1234567, Bytes: 3 << 29, Whole: "read whole"}}}})
	a.step("migrations", rollout.Changed, "shop.0002_price", "", 0.6)
	begin(6, "staging", "switch", 1)
	a.at = 6
	switched(a, 1204, 0, 0.7)
	a.end(rollout.Changed, 4, "", "")
	s.add(10, rollout.Gate{Stage: "staging", Status: rollout.GatePassed, Detail: "1 host done, all answer"})
	begin(10, "production", "prepare", 1)
	acts := []*act{prepared(10, "prod1", "production"), prepared(10.1, "prod2", "production"), prepared(10.2, "prod3", "production")}
	begin(16, "production", "switch", 1)
	a = acts[0]
	a.at = 16
	switched(a, 98304, 1, 2.5)
	a.phase("wait for other hosts", 0)
	begin(20, "production", "switch", 2)
	b := acts[1]
	b.at, b.turn, b.n = 20, "switch", 0
	b.step("live release", rollout.Failed, "exit status 1", "", 1.5, "ModuleNotFoundError: No module named 'shop'")
	b.end(rollout.Failed, 2, "live release: exit status 1\nModuleNotFoundError: No module named 'shop'", "see the log")
	s.add(22, rollout.Note{Text: "taking back prod1, since prod2 failed; production"})
	a.at, a.turn, a.n = 23, "back", 0
	a.step("live release", rollout.Changed, before, "", 2)
	a.end(rollout.Skipped, 3, "taken back to release "+before+", since prod2 failed", "mend what went wrong there, then run the same command again")
	s.add(25.5, rollout.Gate{Stage: "production", Status: rollout.GateFailed, Detail: "1 host failed, 0 may"})
	c := acts[2]
	c.at = 25.5
	c.end(rollout.Skipped, 2, "left as it is after prepare, since the run ended on other hosts", "the same command goes on from there")
	s.end(25.5, rollout.RunEnd{Status: 1, Changed: 1, Failed: 1, Skipped: 2})
	return s
}
