package rollout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestRollout(t *testing.T) {
	ill := func() int { return 502 }
	away := errors.New("no answer from 192.0.2.1:22")
	five := []string{"staging/s1", "staging/s2", "production/p1", "production/p2", "production/p3"}
	yes := func(w *world) { w.Pace.Yes = true }
	tests := []struct {
		name  string
		hosts []string
		given func(*world)
		want  string
		left  string // NotDone
	}{
		{"no host", nil, func(*world) {}, "run 0", ""},
		{"one host goes straight on", []string{"a"}, func(*world) {}, "a starts  1, a changed, run 0", ""},
		{"one stage goes straight on", []string{"production/a"}, func(*world) {}, "a starts production 1, a changed, run 0", ""},
		{"a step tells something", []string{"a"}, func(w *world) { w.hosts["a"].tells = "its code is newer" }, "a starts  1, a note: its code is newer, a changed, run 0", ""},
		{"a step tells something, and nothing is to be done", []string{"a"}, func(w *world) {
			w.hosts["a"].tells = "its code is newer"
			clear(w.hosts["a"].bad)
		}, "a starts  1, a note: its code is newer, a ok, run 0", ""},
		{"a step of a check run tells something", []string{"a"}, func(w *world) { w.hosts["a"].tells, w.Check = "its code is newer", true },
			"a starts  1, a note: its code is newer, a would_change, run 0", "a"},
		{"one batch has no barrier", []string{"a", "b"}, func(w *world) { w.hosts["a"].unreachable = away },
			"a starts  1, b starts  1, a unreachable, b changed, run 3", "a"},
		{"a check run has no stages, batches and gates", five, func(w *world) { w.Check = true; w.Pace.Canary = true },
			"s1 starts staging 1, s2 starts staging 1, p1 starts production 1, p2 starts production 1, p3 starts production 1, " +
				"s1 would_change, s2 would_change, p1 would_change, p2 would_change, p3 would_change, run 0", "s1 s2 p1 p2 p3"},
		{"staging, then production", five, yes,
			"s1 starts staging 1, s2 starts staging 1, s1 changed, s2 changed, gate staging passed: 2 hosts done, all answer, " +
				"p1 starts production 1, p2 starts production 1, p3 starts production 1, p1 changed, p2 changed, p3 changed, " +
				"gate production passed: 3 hosts done, all answer, run 0", ""},
		{"a canary and batches", []string{"a", "b", "c", "d"}, func(w *world) { w.Pace.Canary = true; w.Pace.Batch = []Share{{N: 2}} },
			"a starts  1, a changed, b starts  2, c starts  2, b changed, c changed, d starts  3, d changed, gate  passed: 4 hosts done, all answer, run 0", ""},
		{"nobody to ask", five, func(*world) {},
			"s1 starts staging 1, s2 starts staging 1, s1 changed, s2 changed, " +
				"gate staging declined: production is not begun: nobody was there to say yes; --yes says it beforehand, " +
				"p1 skipped, p2 skipped, p3 skipped, run 4", "p1 p2 p3"},
		{"a person says no", five, func(w *world) { w.Ask = func(context.Context, Question) Answer { return No } },
			"s1 starts staging 1, s2 starts staging 1, s1 changed, s2 changed, gate staging declined: production is not begun: the answer was no, " +
				"p1 skipped, p2 skipped, p3 skipped, run 4", "p1 p2 p3"},
		{"nobody is asked about nothing", five, func(w *world) {
			for _, f := range w.hosts {
				clear(f.bad)
			}
		}, "s1 starts staging 1, s2 starts staging 1, s1 ok, s2 ok, gate staging passed: 2 hosts done, all answer, " +
			"p1 starts production 1, p2 starts production 1, p3 starts production 1, p1 ok, p2 ok, p3 ok, " +
			"gate production passed: 3 hosts done, all answer, run 0", ""},
		{"a step fails in staging", five, func(w *world) { yes(w); w.hosts["s1"].fails = "two" },
			"s1 starts staging 1, s2 starts staging 1, s1 failed, s2 changed, gate staging failed: 1 host failed, 0 may, " +
				"p1 skipped, p2 skipped, p3 skipped, run 1", "s1 p1 p2 p3"},
		{"a site does not answer in staging", five, func(w *world) { yes(w); w.hosts["s2"].answer = ill },
			"s1 starts staging 1, s2 starts staging 1, s1 changed, s2 failed, gate staging failed: 1 host failed, 0 may, " +
				"p1 skipped, p2 skipped, p3 skipped, run 1", "s2 p1 p2 p3"},
		{"the batch is the last", []string{"a", "b", "c"}, func(w *world) { w.Pace.Batch = []Share{{N: 1}}; w.hosts["b"].fails = "two" },
			"a starts  1, a changed, b starts  2, b failed, gate  failed: 1 host failed, 0 may, c skipped, run 1", "b c"},
		{"within the budget", []string{"a", "b", "c"}, func(w *world) {
			w.Pace.Batch, w.Pace.MaxFail = []Share{{N: 1}}, Share{N: 1}
			w.hosts["a"].fails = "two"
		}, "a starts  1, a failed, b starts  2, b changed, c starts  3, c changed, " +
			"gate  passed: 2 hosts done, all answer; 1 host failed, 1 may, run 1", "a"},
		{"past the budget", []string{"a", "b", "c"}, func(w *world) {
			w.Pace.Batch, w.Pace.MaxFail = []Share{{N: 1}}, Share{N: 1}
			w.hosts["a"].fails, w.hosts["b"].diverges = "two", "two"
		}, "a starts  1, a failed, b starts  2, b failed, gate  failed: 2 hosts failed, 1 may, c skipped, run 1", "a b c"},
		{"a canary has no budget", []string{"a", "b", "c"}, func(w *world) {
			w.Pace.Canary, w.Pace.MaxFail = true, Share{N: 2}
			w.hosts["a"].fails = "two"
		}, "a starts  1, a failed, gate  failed: its canary failed, b skipped, c skipped, run 1", "a b c"},
		{"no budget bears a whole stage", []string{"staging/s1", "production/p1"}, func(w *world) {
			yes(w)
			w.Pace.MaxFail = Share{100, true}
			w.hosts["s1"].fails = "two"
		}, "s1 starts staging 1, s1 failed, gate staging failed: every host failed, p1 skipped, run 1", "s1 p1"},
		{"a problem in production is known before staging", five, func(w *world) {
			yes(w)
			w.hosts["p1"].unreachable, w.hosts["p3"].refuse = away, "no room"
		}, "p1 unreachable, p3 failed, note: nothing was changed on any host; production: 2 hosts failed, 0 may, " +
			"s1 skipped, s2 skipped, p2 skipped, run 1", "s1 s2 p1 p2 p3"},
		{"only out of reach", five, func(w *world) { yes(w); w.hosts["s2"].unreachable = away },
			"s2 unreachable, note: nothing was changed on any host; staging: 1 host failed, 0 may, " +
				"s1 skipped, p1 skipped, p2 skipped, p3 skipped, run 3", "s1 s2 p1 p2 p3"},
		{"the budget bears a problem that is known ahead", five, func(w *world) {
			yes(w)
			w.Pace.MaxFail, w.Pace.Canary = Share{N: 1}, true
			w.hosts["p1"].unreachable = away
		}, "p1 unreachable, s1 starts staging 1, s1 changed, s2 starts staging 2, s2 changed, gate staging passed: 2 hosts done, all answer, " +
			"p2 starts production 1, p2 changed, p3 starts production 2, p3 changed, " +
			"gate production passed: 2 hosts done, all answer; 1 host failed, 1 may, run 3", "p1"},
		{"one stage after all is not well", five, func(w *world) {
			yes(w)
			began := time.Now()
			w.hosts["s2"].changeTime = time.Minute
			w.hosts["s1"].answer = func() int { // as when both share a database
				if time.Since(began) > time.Minute {
					return 502
				}
				return 200
			}
		}, "s1 starts staging 1, s2 starts staging 1, s1 changed, s2 changed, " +
			"gate staging failed: s1: http://example.com/ does not answer as it should within 30s: status 502, " +
			"p1 skipped, p2 skipped, p3 skipped, run 4", "s1 p1 p2 p3"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(tt.hosts...)
				tt.given(w)
				status := w.run()
				if diff := cmp.Diff(strings.Split(tt.want, ", "), strings.Split(strings.Join(w.told(), ", "), ", ")); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
				if end := w.events[len(w.events)-1].Event.(RunEnd); end.Status != status {
					t.Errorf("Run returned %d, its last event says %d", status, end.Status)
				}
				if got := strings.Join(w.NotDone(), " "); got != tt.left {
					t.Errorf("left to do: %q, want %q", got, tt.left)
				}
			})
		})
	}
}

// What is asked at the gate is what production would change, and how staging went.
func TestQuestion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("staging/s1", "production/p1", "production/p2")
		clear(w.hosts["p2"].bad)
		var asked []Question
		w.Ask = func(_ context.Context, q Question) Answer {
			asked = append(asked, q)
			if diff := cmp.Diff("s1 starts staging 1, s1 changed", strings.Join(w.told(), ", ")); diff != "" {
				t.Errorf("seen before the question (-want +got):\n%s", diff)
			}
			if n := w.hosts["p1"].guards; n != 0 {
				t.Errorf("production was changed before it was asked about")
			}
			return Yes
		}
		if status := w.run(); status != 0 {
			t.Errorf("status %d", status)
		}
		step := func(host, name string, status Status, detail string) Step {
			return Step{Host: host, Step: name, Status: status, Detail: detail}
		}
		want := []Question{{
			Stage: "staging", Next: "production", Hosts: []string{"p1", "p2"},
			Ends: []HostEnd{{Host: "s1", Status: Changed, Changed: 1}},
			Plan: []Event{
				HostStart{Host: "p1", Stage: "production", Batch: 1}, step("p1", "one", OK, ""), step("p1", "two", WouldChange, "it is bad"), step("p1", "three", OK, ""),
				HostEnd{Host: "p1", Status: WouldChange, Changed: 1},
				HostStart{Host: "p2", Stage: "production", Batch: 1}, step("p2", "one", OK, ""), step("p2", "two", OK, ""), step("p2", "three", OK, ""),
				HostEnd{Host: "p2", Status: OK},
			},
		}}
		if diff := cmp.Diff(want, asked, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Seconds" }, cmp.Ignore())); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// However many stages, a host costs one exec where nothing is to be done, and two and an upload
// where something is.
func TestRolloutCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("one/a", "one/b", "two/c", "two/d", "three/e", "three/f")
		w.Pace.Yes, w.Pace.Canary = true, true
		for _, same := range []string{"b", "c", "f"} {
			clear(w.hosts[same].bad)
		}
		w.hosts["e"].bad = map[string]bool{"one": true, "two": true, "three": true}
		if status := w.run(); status != 0 {
			t.Errorf("status %d", status)
		}
		for name, f := range w.hosts {
			changes := 0
			if len(f.made) > 0 {
				changes = 1
			}
			if f.probes != 1 || f.guards != changes || f.uploads != changes || len(f.sessions) != 1 {
				t.Errorf("%s: %d logins, %d probes, %d applications, %d uploads", name, len(f.sessions), f.probes, f.guards, f.uploads)
			}
			if !f.sessions[0].lost() {
				t.Errorf("%s: the connection was left open", name)
			}
		}
	})
}

func TestWait(t *testing.T) {
	starts := func(w *world) map[string]time.Duration {
		at := map[string]time.Duration{}
		for _, r := range w.events {
			if e, ok := r.Event.(HostStart); ok {
				at[e.Host] = r.Time.Sub(w.events[0].Time).Round(time.Minute)
			}
		}
		return at
	}
	waits := func(w *world) (all []Waiting) {
		for _, r := range w.events {
			if e, ok := r.Event.(Waiting); ok {
				all = append(all, e)
			}
		}
		return all
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "s/b", "s/c", "p/d")
		w.Pace = Pace{Batch: []Share{{N: 1}}, Wait: 5 * time.Minute, Yes: true}
		clear(w.hosts["b"].bad) // nothing is changed there, so nothing is to be watched
		w.run()
		want := map[string]time.Duration{"a": 0, "b": 5 * time.Minute, "c": 5 * time.Minute, "d": 5 * time.Minute}
		if diff := cmp.Diff(want, starts(w)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if waits := waits(w); len(waits) != 1 || waits[0].Stage != "s" || waits[0].Batch != 2 {
			t.Errorf("told of waits %+v", waits)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.Pace = Pace{Batch: []Share{{N: 1}}, Wait: time.Hour}
		time.AfterFunc(time.Minute, func() { close(w.stop) })
		began := time.Now()
		if status := w.run(); status != StatusInterrupted {
			t.Errorf("status %d", status)
		}
		if took := w.ended.Sub(began); took != time.Minute {
			t.Errorf("interrupted after a minute, it ended after %v", took)
		}
	})
}

// Interrupted once, steps that run end and nothing else begins.
func TestStop(t *testing.T) {
	tests := []struct {
		name  string
		after time.Duration
		given func(*world)
		want  string
		left  string
	}{
		{"while it looks", 500 * time.Microsecond, func(w *world) { w.Forks = 1 },
			"a skipped, b skipped, run 130", "a b"},
		{"in the middle of a step", 500 * time.Millisecond, func(w *world) { w.hosts["a"].bad["three"] = true },
			"a starts  1, a failed, b skipped, run 130", "a b"},
		{"in the last step", 500 * time.Millisecond, func(*world) {}, "a starts  1, a changed, b skipped, run 130", "b"},
		{"while it waits for a lock", 2 * time.Second, func(w *world) { w.hosts["a"].lockedFor = time.Hour },
			"a starts  1, a note: waiting: another run is at work there: bob, prereq, a skipped, b skipped, run 130", "a b"},
		{"while a site comes up", 5 * time.Second, func(w *world) { w.hosts["a"].answer = func() int { return 503 } },
			"a starts  1, a failed, b skipped, run 130", "a b"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a", "b")
				w.Pace.Batch = []Share{{N: 1}}
				tt.given(w)
				time.AfterFunc(tt.after, func() { close(w.stop) })
				w.run()
				if diff := cmp.Diff(tt.want, strings.Join(w.told(), ", ")); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
				if got := strings.Join(w.NotDone(), " "); got != tt.left {
					t.Errorf("left to do: %q, want %q", got, tt.left)
				}
				if b := w.hosts["b"]; b.guards != 0 {
					t.Error("b was changed")
				}
			})
		})
	}
}

// At a gate Ctrl-C is no answer: the run is interrupted.
func TestStopAtTheGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "p/b")
		w.Ask = func(ctx context.Context, _ Question) Answer {
			close(w.stop)
			<-ctx.Done()
			return No
		}
		w.run()
		if diff := cmp.Diff("a starts s 1, a changed, b skipped, run 130", strings.Join(w.told(), ", ")); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

// One host on whose answers djship fails takes no other with it, at no point of the run.
func TestFaultOfOneHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "s/b", "s/c")
		w.hosts["b"].panics = true
		w.Pace.MaxFail = Share{N: 1}
		exit := w.run()
		if exit != StatusFailed {
			t.Errorf("exit status %d", exit)
		}
		for name, want := range map[string]Status{"a": Changed, "b": Failed, "c": Changed} {
			if got := w.byHost()[name].Status; got != want {
				t.Errorf("%s ended %s, want %s", name, got, want)
			}
		}
	})
}

// While a question waits for its answer, somebody mends one thing on a host of the next stage and breaks
// another: what is applied is of its turn, not of before the first stage.
func TestPlanIsOfNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("s/a", "t/b")
		w.Ask = func(context.Context, Question) Answer {
			time.Sleep(time.Hour)
			b := w.hosts["b"]
			b.mu.Lock()
			defer b.mu.Unlock()
			b.bad["two"], b.bad["three"] = false, true
			return Yes
		}
		if exit := w.run(); exit != StatusOK {
			t.Errorf("exit status %d: %v", exit, w.told())
		}
		if got := w.hosts["b"].made; !slices.Equal(got, []string{"three"}) {
			t.Errorf("on b were made %q", got)
		}
		if c := w.hosts["b"].cost(); c.Probes != 2 || c.Logins != 1 {
			t.Errorf("b: %+v", c)
		}
	})
}
