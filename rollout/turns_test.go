package rollout

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// push makes the hosts of a world take turns like a push's: prepare on all at once, migrate on one for all, switch
// batch after batch. Each is to make all of it: the stages of one share what migrate is about.
func (w *world) push() {
	health := &Health{Project: "example", Domain: "example.com", Path: "/"}
	turns := NewTurns(Turn{Name: "prepare", List: listOf("tree", "packages")}, Turn{Name: "migrate", List: listOf("schema"), Once: true},
		Turn{Name: "switch", List: listOf("slot", "link"), Health: health, Rolls: true})
	migrated := map[string][]*fake{}
	for i, t := range w.Targets {
		f := w.hosts[t.Name]
		f.bad = map[string]bool{"tree": true, "packages": true, "schema": true, "slot": true, "link": true}
		w.Targets[i].Turns = turns
		migrated[t.Stage] = append(migrated[t.Stage], f)
		f.onMade = func(name string) {
			for _, other := range migrated[t.Stage] {
				if name == "schema" && other != f {
					other.mu.Lock()
					other.bad[name] = false
					other.mu.Unlock()
				}
			}
		}
	}
}

// changes are what was begun, "HOST TURN: STEP", beside how hosts ended and gates. What happened on several at
// once is sorted.
func (w *world) changes() []string {
	var told, atOnce []string
	var last time.Time
	next := func() {
		slices.Sort(atOnce)
		told, atOnce = append(told, atOnce...), nil
	}
	for _, r := range w.events {
		if r.Time != last {
			next()
		}
		last = r.Time
		switch e := r.Event.(type) {
		case StepStart:
			atOnce = append(atOnce, fmt.Sprintf("%s %s: %s", e.Host, e.Phase, e.Step))
		case HostEnd:
			atOnce = append(atOnce, fmt.Sprintf("%s %s", e.Host, e.Status))
		case Gate:
			next()
			told = append(told, fmt.Sprintf("gate %s: %s", e.Status, e.Detail))
		}
	}
	next()
	return told
}

func TestTurns(t *testing.T) {
	tests := []struct {
		name  string
		hosts []string
		given func(*world)
		want  string
		exit  int
	}{
		{"one host", []string{"a"}, func(*world) {},
			"a prepare: tree, a prepare: packages, a migrate: schema, a switch: slot, a switch: link, a changed", StatusOK},
		{"the slower host is waited for", []string{"a", "b"}, func(w *world) { w.hosts["a"].changeTime = 3 * time.Second },
			"a prepare: tree, b prepare: tree, b prepare: packages, a prepare: packages, a migrate: schema, " +
				"a switch: slot, b switch: slot, b switch: link, b changed, a switch: link, a changed", StatusOK},
		{"batches in the turn that rolls", []string{"a", "b", "c"}, func(w *world) { w.Pace.Batch = []Share{{N: 1}, {N: 2}} },
			"a prepare: tree, b prepare: tree, c prepare: tree, a prepare: packages, b prepare: packages, c prepare: packages, a migrate: schema, " +
				"a switch: slot, a switch: link, a changed, b switch: slot, c switch: slot, b switch: link, c switch: link, b changed, c changed, " +
				"gate passed: 3 hosts done, all answer", StatusOK},
		{"a stage after the other", []string{"s/a", "p/b"}, func(w *world) { w.Pace.Yes = true },
			"a prepare: tree, a prepare: packages, a migrate: schema, a switch: slot, a switch: link, a changed, gate passed: 1 host done, all answer, " +
				"b prepare: tree, b prepare: packages, b migrate: schema, b switch: slot, b switch: link, b changed, gate passed: 1 host done, all answer", StatusOK},
		{"a host breaks the stage in the first turn", []string{"a", "b"}, func(w *world) { w.hosts["a"].fails = "tree" },
			"a prepare: tree, b prepare: tree, a failed, b prepare: packages, gate failed: 1 host failed, 0 may, b skipped", StatusFailed},
		{"a host fails within the budget, and another does what one does for all", []string{"a", "b"}, func(w *world) {
			w.hosts["a"].fails, w.Pace.MaxFail = "packages", Share{N: 1}
		}, "a prepare: tree, b prepare: tree, a prepare: packages, b prepare: packages, a failed, b migrate: schema, b switch: slot, b switch: link, b changed", StatusFailed},
		{"what one does for all fails, whatever the budget", []string{"a", "b"}, func(w *world) {
			w.hosts["a"].fails, w.Pace.MaxFail = "schema", Share{N: 1}
		}, "a prepare: tree, b prepare: tree, a prepare: packages, b prepare: packages, a migrate: schema, a failed, " +
			"gate failed: migrate failed, which one host does for all, b skipped", StatusFailed},
		{"nobody is left", []string{"a"}, func(w *world) { w.hosts["a"].fails, w.Pace.MaxFail = "tree", Share{N: 1} },
			"a prepare: tree, a failed", StatusFailed},
		{"nothing to do for the one", []string{"a", "b"}, func(w *world) { w.hosts["a"].bad["schema"], w.hosts["b"].bad["schema"] = false, false },
			"a prepare: tree, b prepare: tree, a prepare: packages, b prepare: packages, a switch: slot, b switch: slot, a switch: link, b switch: link, a changed, b changed", StatusOK},
		{"nothing to do on a host", []string{"a", "b"}, func(w *world) { clear(w.hosts["a"].bad) },
			"a ok, b prepare: tree, b prepare: packages, b migrate: schema, b switch: slot, b switch: link, b changed", StatusOK},
		{"what a canary switches ends it", []string{"a", "b"}, func(w *world) {
			w.Pace.Canary, w.Pace.MaxFail, w.hosts["a"].fails = true, Share{N: 1}, "slot"
		}, "a prepare: tree, b prepare: tree, a prepare: packages, b prepare: packages, a migrate: schema, a switch: slot, a failed, gate failed: its canary failed, b skipped", StatusFailed},
		{"a turn that does not roll has no canary", []string{"a", "b"}, func(w *world) {
			w.Pace.Canary, w.Pace.MaxFail, w.hosts["a"].fails = true, Share{N: 1}, "tree"
		}, "a prepare: tree, b prepare: tree, a failed, b prepare: packages, b migrate: schema, b switch: slot, b switch: link, b changed, " +
			"gate passed: 1 host done, all answer; 1 host failed, 1 may", StatusFailed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tt.hosts...)
				w.push()
				tt.given(w)
				if exit := w.run(); exit != tt.exit {
					t.Errorf("exit status %d, want %d", exit, tt.exit)
				}
				if diff := cmp.Diff(strings.Split(tt.want, ", "), strings.Split(strings.Join(w.changes(), ", "), ", ")); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				for name, f := range w.hosts {
					if len(f.sessions) > 1 {
						t.Errorf("%s: %d logins", name, len(f.sessions))
					}
				}
			})
		})
	}
}

// A host on which nothing is to be done in any turn costs one login and one look, and has answered; one that
// is changed costs an application for each turn with changes, and a look more only where one host has changed something for all.
func TestTurnsCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b", "c")
		w.push()
		clear(w.hosts["a"].bad)
		w.hosts["c"].bad = map[string]bool{"link": true}
		w.run()
		for name, want := range map[string]cost{"a": {1, 1, 0, 0, 1, 0}, "b": {1, 1, 3, 3, 4, 0}, "c": {1, 2, 1, 1, 5, 0}} {
			if diff := cmp.Diff(want, w.hosts[name].cost()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
		steps := map[string]string{}
		for _, r := range w.events {
			if e, ok := r.Event.(StepEnd); ok {
				steps[e.Host] = strings.TrimPrefix(fmt.Sprintf("%s, %s: %s %s", steps[e.Host], e.Phase, e.Step, e.Status), ", ")
			}
		}
		want := map[string]string{
			"a": "prepare: tree ok, prepare: packages ok, migrate: schema ok, switch: slot ok, switch: link ok, switch: site answers ok",
			"b": "prepare: tree changed, prepare: packages changed, migrate: schema changed, switch: slot changed, switch: link changed, switch: site answers ok",
			"c": "prepare: tree ok, prepare: packages ok, switch: slot ok, switch: link changed, switch: site answers ok",
		}
		if diff := cmp.Diff(want, steps); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// The plan of a turn is made after the one before it was applied: what that has made is seen, and what it has
// made necessary, too.
func TestPlanOfALaterTurnIsOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a")
		w.push()
		a := w.hosts["a"]
		a.bad = map[string]bool{"packages": true, "slot": true}
		a.onMade = func(name string) {
			if name == "packages" {
				a.mu.Lock()
				defer a.mu.Unlock()
				a.bad["slot"], a.bad["link"] = false, true
			}
		}
		w.run()
		if diff := cmp.Diff([]string{"a prepare: packages", "a switch: link", "a changed"}, w.changes()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// Where one host does for all what comes first, the others are looked at when it is done, whenever they were before.
func TestOnceFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b", "c")
		turns := NewTurns(Turn{Name: "migrate", List: listOf("schema"), Once: true}, Turn{Name: "switch", List: listOf("link"), Rolls: true})
		w.Pace.Canary = true // so that all are looked at beforehand
		for i, name := range []string{"a", "b", "c"} {
			w.Targets[i].Turns = turns
			w.hosts[name].bad = map[string]bool{"schema": true}
		}
		w.hosts["a"].onMade = func(made string) {
			if made != "schema" {
				return
			}
			for name, bad := range map[string]string{"a": "link", "b": "link", "c": "none"} {
				f := w.hosts[name]
				f.mu.Lock()
				f.bad = map[string]bool{bad: true}
				f.mu.Unlock()
			}
		}
		w.run()
		want := []string{"a migrate: schema", "a switch: link", "a changed", "b switch: link", "c ok", "b changed", "gate passed: 3 hosts done"}
		if diff := cmp.Diff(want, w.changes()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A host that waits at the barrier keeps its connection; where that is lost it is logged in to again.
func TestLostBetweenTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.push()
		w.hosts["a"].onChange = func(name string) {
			if name == "schema" {
				_ = w.hosts["b"].sessions[0].Close()
			}
		}
		if exit := w.run(); exit != StatusOK || len(w.hosts["a"].sessions) != 1 || len(w.hosts["b"].sessions) != 2 {
			t.Errorf("exit status %d, %d and %d logins", exit, len(w.hosts["a"].sessions), len(w.hosts["b"].sessions))
		}
	})
}

// What reads as one rollout can't be one, and is a fault of djship's.
func TestTurnsThatCannotBe(t *testing.T) {
	one, two := Turn{Name: "one", List: listOf("one")}, Turn{Name: "two", List: listOf("two")}
	once := Turn{Name: "once", List: listOf("three"), Once: true}
	for name, f := range map[string]func(){
		"no name":        func() { NewTurns(one, Turn{List: two.List}) },
		"one name":       func() { NewTurns(one, one) },
		"once and rolls": func() { NewTurns(one, Turn{Name: "two", List: two.List, Once: true, Rolls: true}) },
		"none of all":    func() { NewTurns(once) },
		"others on hosts": func() {
			(&Rollout{Now: time.Now, Targets: []Target{{Turns: NewTurns(one)}, {Turns: NewTurns(one, two)}}}).Run(t.Context())
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("it is taken")
				}
			}()
			f()
		})
	}
}

// Between the batches of a turn that rolls it is waited only where that turn has changed something.
func TestWaitInATurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.push()
		w.Pace = Pace{Batch: []Share{{N: 1}}, Wait: time.Hour}
		w.hosts["a"].bad = map[string]bool{"tree": true}
		began := time.Now()
		if exit := w.run(); exit != StatusOK {
			t.Error(errors.New(strings.Join(w.told(), ", ")))
		}
		if took := w.ended.Sub(began); took > time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}
