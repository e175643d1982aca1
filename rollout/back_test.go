package rollout

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/runner"
	"djship/steps/model"
)

// pushWithBack is push with a way back of its switch, and a turn behind that: link goes back by the aspect unlink.
func (w *world) pushWithBack() {
	w.push()
	list := w.Targets[0].Turns.list
	turns := []Turn{list[0], list[1], list[2], {Name: "tidy", List: listOf("old")}}
	turns[2].Back = listOf("unlink")
	shared := NewTurns(turns...)
	for i, t := range w.Targets {
		w.Targets[i].Turns = shared
		f := w.hosts[t.Name]
		f.bad["old"] = true
		made := f.onMade
		f.onMade = func(name string) {
			made(name)
			if name == "link" {
				f.mu.Lock()
				f.bad["unlink"] = true
				f.mu.Unlock()
			}
		}
		f.says = "switch before=r1 requests=12 errors=1 slowest=0.5\n"
	}
}

// forGood is what nobody can go back behind.
type forGood struct{ aspect }

func (forGood) IsFinal() {}

func TestBack(t *testing.T) {
	const broken = "a prepare: tree, b prepare: tree, a prepare: packages, b prepare: packages, a migrate: schema, a switch: slot, a switch: link, "
	tests := []struct {
		name  string
		given func(*world)
		want  string
		error map[string]string // by host
		exit  int
	}{
		{"all is well", func(*world) {}, broken + "b switch: slot, b switch: link, a tidy: old, b tidy: old, a changed, b changed, gate passed: 2 hosts done, all answer", nil, StatusOK},
		{"a later batch fails", func(w *world) { w.hosts["b"].fails = "slot" },
			broken + "b switch: slot, b failed, a back: unlink, a skipped, gate failed: 1 host failed, 0 may",
			map[string]string{"a": "taken back to what was live before, since b failed", "b": "slot: exit status 1\nmaking slot\nswitch before=r1 requests=12 errors=1 slowest=0.5"}, StatusFailed},
		{"a host fails once it has changed something", func(w *world) { w.hosts["b"].fails = "link"; w.hosts["b"].bad["unlink"] = true },
			broken + "b switch: slot, b switch: link, b back: unlink, b failed, a back: unlink, a skipped, gate failed: 1 host failed, 0 may",
			map[string]string{"b": "link: exit status 1\nmaking link\nswitch before=r1 requests=12 errors=1 slowest=0.5\ntaken back to what was live before"}, StatusFailed},
		{"a host fails within the budget", func(w *world) { w.hosts["b"].fails = "slot"; w.Pace.MaxFail = Share{N: 1} },
			broken + "b switch: slot, a tidy: old, b failed, a changed, gate passed: 1 host done, all answer; 1 host failed, 1 may", nil, StatusFailed},
		{"they are to stay", func(w *world) { w.hosts["b"].fails = "slot"; w.Stay = true },
			broken + "b switch: slot, b failed, gate failed: 1 host failed, 0 may, a skipped",
			map[string]string{"a": "left as it is after switch, since the run ended on other hosts"}, StatusFailed},
		{"a later turn fails", func(w *world) { w.hosts["b"].fails = "old" },
			broken + "b switch: slot, b switch: link, a tidy: old, b tidy: old, a back: unlink, b back: unlink, a skipped, b failed, gate failed: 1 host failed, 0 may", nil, StatusFailed},
		{"a later turn fails behind which nobody can go back", func(w *world) {
			w.hosts["b"].fails = "old"
			list := w.Targets[0].Turns.list
			shared := NewTurns(list[0], list[1], list[2], Turn{Name: "tidy", List: runner.NewList(forGood{"old"})})
			for i := range w.Targets {
				w.Targets[i].Turns = shared
			}
		}, broken + "b switch: slot, b switch: link, a tidy: old, b tidy: old, a changed, b failed, gate failed: 1 host failed, 0 may", nil, StatusFailed},
		{"the way back fails", func(w *world) { w.hosts["b"].fails = "slot"; w.hosts["a"].fails = "unlink" },
			broken + "b switch: slot, b failed, a back: unlink, a failed, gate failed: 1 host failed, 0 may",
			map[string]string{"a": "to be taken back, since b failed, which failed, too: unlink: exit status 1\nmaking unlink\nswitch before=r1 requests=12 errors=1 slowest=0.5"}, StatusFailed},
		{"interrupted between hosts", func(w *world) { w.hosts["a"].onChange = w.stopAt("link") },
			broken + "a back: unlink, a skipped, b failed", map[string]string{"a": "taken back to what was live before, since the run was interrupted", "b": "interrupted: 2 of 5 changes are made"}, StatusInterrupted},
		{"interrupted when all are switched", func(w *world) { w.hosts["a"].onChange = w.stopAt("old") },
			broken + "b switch: slot, b switch: link, a tidy: old, b tidy: old, a changed, b changed", nil, StatusInterrupted},
		{"cut", func(w *world) {
			w.hosts["b"].onChange = func(name string) {
				if name == "slot" {
					close(w.stop)
					w.cut()
				}
			}
		}, broken + "a failed, b failed, b switch: slot", nil, StatusInterrupted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a", "b")
				w.pushWithBack()
				w.Pace.Batch = []Share{{N: 1}}
				tt.given(w)
				exit := w.run()
				if diff := cmp.Diff(strings.Split(tt.want, ", "), atOnce(w)); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				ends := w.byHost()
				for host, want := range tt.error {
					if ends[host].Error != want {
						t.Errorf("%s: %q, want %q", host, ends[host].Error, want)
					}
				}
				if exit != tt.exit {
					t.Errorf("exit status %d, want %d", exit, tt.exit)
				}
			})
		})
	}
}

// atOnce are the changes of a world whose hosts take the same time.
func atOnce(w *world) []string {
	var all []string
	for _, c := range w.changes() {
		all = append(all, strings.Split(c, ", ")...)
	}
	return all
}

// Hosts that do not answer at the gate break their stage: all go back.
func TestBackAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "s/b", "p/c")
		w.pushWithBack()
		var tidied time.Time
		made := w.hosts["b"].onMade
		w.hosts["b"].onMade = func(name string) {
			made(name)
			if name == "old" {
				tidied = time.Now()
			}
		}
		w.hosts["b"].answer = func() int {
			if tidied.IsZero() {
				return 200
			}
			return 502
		}
		if exit := w.run(); exit != StatusGate {
			t.Errorf("exit status %d", exit)
		}
		for host, want := range map[string]Status{"a": Skipped, "b": Skipped, "c": Skipped} {
			if end := w.byHost()[host]; end.Status != want || host != "c" && end.Error != "taken back to what was live before, since b did not answer at the gate" {
				t.Errorf("%s: %s: %s", host, end.Status, end.Error)
			}
		}
	})
}

// A host notes a run as done by the turn that switches alone, and as undone where that is taken back.
func TestWhatIsNotedOfARun(t *testing.T) {
	for _, tt := range []struct {
		fails string // on b
		a, b  string // what is noted there
	}{
		{"", "part part done part", "part done part"},
		{"slot", "part part done undone", "part"},
		{"old", "part part done part undone", "part done undone"},
		{"schema", "part part done part", "part done part"}, // a does that for both
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("a", "b")
			w.pushWithBack()
			w.Pace.Batch = []Share{{N: 1}}
			w.hosts["b"].fails = tt.fails
			w.run()
			for host, want := range map[string]string{"a": tt.a, "b": tt.b} {
				if got := strings.Join(w.hosts[host].ends, " "); got != want {
					t.Errorf("%q fails on b: %s has noted %q, want %q", tt.fails, host, got, want)
				}
			}
		})
	}
}

// reporting is an aspect whose change tells of a switch.
type reporting struct{ aspect }

func (reporting) ReadSwitched(line string) (model.Switched, bool) {
	return model.ReadSwitched("r2", line)
}

// Who stops a run is told which release is live where it had switched already, and is not taken back.
func TestInterruptedBehindTheSwitch(t *testing.T) {
	for at, want := range map[string]string{
		"packages": "interrupted: 2 of 6 changes are made",
		"slot":     "interrupted: 4 of 6 changes are made\nrelease r2 is live",
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("a")
			w.pushWithBack()
			w.Targets[0].Turns.list[2].List = runner.NewList(reporting{"slot"}, aspect("link"))
			w.Targets[0].Turns = NewTurns(w.Targets[0].Turns.list...)
			w.hosts["a"].onChange = w.stopAt(at)
			if exit := w.run(); exit != StatusInterrupted {
				t.Errorf("at %s: exit status %d", at, exit)
			}
			if got := w.byHost()["a"].Error; got != want {
				t.Errorf("at %s: %q", at, got)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.pushWithBack()
		w.Pace.Batch = []Share{{N: 1}}
		w.hosts["a"].onChange = w.stopAt("link")
		w.run()
		if got := w.byHost()["a"].Error; strings.Contains(got, "is live") {
			t.Errorf("taken back: %q", got)
		}
	})
}

// A step that tells of a switch makes an event of it, and no output; whoever is taken back knows what was live before.
func TestSwitchIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.pushWithBack()
		list := w.Targets[0].Turns.list
		list[2].List = runner.NewList(reporting{"slot"}, aspect("link"))
		turns := NewTurns(list...)
		for i := range w.Targets {
			w.Targets[i].Turns = turns
		}
		w.Pace.Batch = []Share{{N: 1}}
		w.hosts["b"].fails = "slot"
		w.run()
		var told []string
		for _, r := range w.events {
			switch e := r.Event.(type) {
			case Switch:
				told = append(told, fmt.Sprintf("%+v", e))
			case Output:
				if e.Step == "slot" && strings.HasPrefix(e.Line, "switch") {
					t.Errorf("it is shown as output: %s", e.Line)
				}
			}
		}
		want := []string{"{Host:a Switched:{Release:r2 Before:r1 Requests:12 Errors:1 Slowest:0.5}}", "{Host:b Switched:{Release:r2 Before:r1 Requests:12 Errors:1 Slowest:0.5}}"}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if got := w.byHost()["a"].Error; got != "taken back to release r1, since b failed" {
			t.Error(got)
		}
	})
}

// A site whose domain the turns leave open is asked by that which its host has on record.
func TestHealthOfTheDomainOnRecord(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for record, want := range map[string]string{"example.com": "a changed, sites [example.com]", "": "a changed, sites []"} {
			w := newWorld("a")
			w.Targets[0].Turns = NewTurns(Turn{List: listOf("one", "two"), Health: &Health{Project: "example", Path: "/"}})
			w.hosts["a"].record = record
			w.run()
			var domains []string
			for _, s := range w.Sites() {
				domains = append(domains, s.Domain)
			}
			if got := fmt.Sprintf("a %s, sites %v", w.byHost()["a"].Status, domains); got != want {
				t.Errorf("%q: %s", record, got)
			}
		}
	})
}
