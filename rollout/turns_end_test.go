package rollout

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// A turn that refuses: the first in which something is to be done ends the host before anything is; a later one
// does when it begins, by what is then.
func TestTurnsRefused(t *testing.T) {
	for _, c := range []struct {
		name, want, error string
		given             func(*fake)
	}{
		{"by the first", "a failed, run 1", "no room\nnothing was changed on this host", func(f *fake) { f.refuses = map[string]string{"tree": "no room"} }},
		{"by the first with something to do", "a failed, run 1", "no room\nnothing was changed on this host", func(f *fake) {
			f.bad["tree"], f.bad["packages"], f.refuses = false, false, map[string]string{"schema": "no room"}
		}},
		{"by a later one", "a failed, run 1", "no room\nnothing more was changed on this host", func(f *fake) { f.refuses = map[string]string{"slot": "no room"} }},
		{"by a later one as it looks before the first", "a changed, run 0", "", func(f *fake) {
			f.refuses = map[string]string{"slot": "no room"}
			f.onMade = func(string) { clear(f.refuses) }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a")
				w.push()
				c.given(w.hosts["a"])
				w.run()
				if got := strings.TrimPrefix(strings.Join(w.told(), ", "), "a starts  1, "); got != c.want || w.byHost()["a"].Error != c.error {
					t.Errorf("%s: %q\nwant %s: %q", got, w.byHost()["a"].Error, c.want, c.error)
				}
			})
		})
	}
}

// A check tells the steps of all turns: those of turns to come as they look now, what these would refuse as notes,
// and what one host does for all on the stage's first.
func TestTurnsChecked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "s/b", "p/c")
		w.push()
		w.Check = true
		clear(w.hosts["b"].bad)
		w.hosts["b"].bad["schema"] = true
		w.hosts["a"].refuses = map[string]string{"slot": "no room"}
		w.hosts["c"].refuses = map[string]string{"tree": "no room"}
		if exit := w.run(); exit != StatusFailed {
			t.Errorf("exit status %d", exit)
		}
		var told []string
		for _, r := range w.events {
			switch e := r.Event.(type) {
			case StepEnd:
				told = append(told, fmt.Sprintf("%s %s: %s %s", e.Host, e.Phase, e.Step, e.Status))
			case Note:
				told = append(told, e.Host+" note: "+e.Text)
			case HostEnd:
				told = append(told, fmt.Sprintf("%s %s, %d", e.Host, e.Status, e.Changed))
			}
		}
		slices.SortStableFunc(told, func(a, b string) int { return strings.Compare(a[:1], b[:1]) })
		want := []string{
			"a prepare: tree would_change", "a prepare: packages would_change", "a migrate: schema would_change", "a switch: link would_change",
			"a note: as the host is now, switch would be refused: no room", "a would_change, 4",
			"b prepare: tree ok", "b prepare: packages ok", "b switch: slot ok", "b switch: link ok", "b ok, 0",
			"c prepare: tree failed", "c failed, 0",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		for name, f := range w.hosts {
			if f.probes != 1 || f.guards != 0 {
				t.Errorf("%s: %+v", name, f.cost())
			}
		}
	})
}

// The question before a stage shows what a check of it would tell.
func TestQuestionOfTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "p/b", "p/c")
		w.push()
		w.hosts["c"].refuses = map[string]string{"link": "no room"}
		w.Ask = func(_ context.Context, q Question) Answer {
			var plan []string
			for _, e := range q.Plan {
				switch e := e.(type) {
				case StepEnd:
					plan = append(plan, e.Host+" "+e.Phase+": "+e.Step)
				case Note:
					plan = append(plan, e.Host+" note: "+e.Text)
				}
			}
			want := []string{"b prepare: tree", "b prepare: packages", "b migrate: schema", "b switch: slot", "b switch: link",
				"c prepare: tree", "c prepare: packages", "c switch: slot", "c note: as the host is now, switch would be refused: no room"}
			if diff := cmp.Diff(want, plan); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return No
		}
		if exit := w.run(); exit != StatusGate {
			t.Errorf("exit status %d", exit)
		}
	})
}

// Where another command goes on with a host that is left behind a turn, that is named, whichever way it was left; before that turn it is the same command.
func TestWhatGoesOnBehindATurn(t *testing.T) {
	const other = "`djship deploy example example.com` goes on from there"
	for _, c := range []struct {
		name string
		stop string // the step in which it is stopped
		hint string
		past int
	}{{"in the turn before", "tree", goesOn, 0}, {"at its end", "packages", other, 1}, {"in the turn", "slot", other, 1}} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a")
				w.push()
				list := w.Targets[0].Turns.list
				list[2].GoesOn = other
				w.Targets[0].Turns = NewTurns(list[0], list[2])
				w.hosts["a"].onChange = w.stopAt(c.stop)
				if c.stop == "tree" { // and the turn is not through
					w.hosts["a"].onChange = func(name string) {
						if name == c.stop {
							close(w.stop)
							w.cut()
						}
					}
				}
				w.run()
				if end := w.byHost()["a"]; end.Hint != c.hint || len(w.Past(1)) != c.past {
					t.Errorf("%s: %q, past %q", end.Error, end.Hint, w.Past(1))
				}
			})
		})
	}
}

// A host that has been through a turn when the run is stopped, or broken by others, tells how far it has come.
func TestEndBetweenTurns(t *testing.T) {
	for _, c := range []struct {
		name   string
		given  func(*world)
		status Status
		error  string
		exit   int
	}{
		{"stopped in a turn", func(w *world) { w.hosts["b"].onChange = w.stopAt("packages") }, Failed, "interrupted: 2 of 4 changes are made", StatusInterrupted},
		{"stopped at the barrier", func(w *world) { w.hosts["a"].onChange = w.stopAt("schema") }, Failed, "interrupted: 2 of 4 changes are made", StatusInterrupted},
		{"stopped at the barrier, with nothing changed", func(w *world) {
			w.hosts["a"].onChange = w.stopAt("schema")
			w.hosts["b"].bad = map[string]bool{"schema": true, "link": true}
		}, Skipped, "interrupted before anything was changed on this host", StatusInterrupted},
		{"stopped in the last turn", func(w *world) { w.hosts["b"].onChange = w.stopAt("slot") }, Failed, "interrupted: 3 of 4 changes are made", StatusInterrupted},
		{"cut at the barrier", func(w *world) {
			w.hosts["a"].onChange = func(name string) {
				if name == "schema" {
					close(w.stop)
					w.cut()
				}
			}
		}, Failed, "interrupted: 2 of 4 changes are made", StatusInterrupted},
		{"broken by another", func(w *world) { w.hosts["a"].fails = "schema" }, Skipped, "left as it is after prepare, since the run ended on other hosts", StatusFailed},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a", "b")
				w.push()
				c.given(w)
				exit := w.run()
				end := w.byHost()["b"]
				if end.Status != c.status || end.Error != c.error || exit != c.exit {
					t.Errorf("exit status %d, %s: %q\nwant %d, %s: %q", exit, end.Status, end.Error, c.exit, c.status, c.error)
				}
				if end.Error != errStopped.Error() && end.Hint != goesOn {
					t.Errorf("hint %q", end.Hint)
				}
				if got := w.NotDone(); !slices.Contains(got, "b") {
					t.Errorf("left to do: %q", got)
				}
			})
		})
	}
}

// stopAt stops the run when a step begins.
func (w *world) stopAt(step string) func(string) {
	return func(name string) {
		if name == step {
			close(w.stop)
		}
	}
}
