package rollout

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"djship/remote"

	"github.com/google/go-cmp/cmp"
)

// cost is what a host was asked for.
type cost struct{ Logins, Probes, Applications, Uploads, Requests, Tunnels int }

func (f *fake) cost() cost {
	return cost{len(f.sessions), f.probes, f.guards, f.uploads, f.dials, f.tunnels}
}

func TestOneHost(t *testing.T) {
	all := func(f *fake) { f.bad = map[string]bool{"one": true, "two": true, "three": true} }
	tests := []struct {
		name   string
		given  func(*fake)
		status Status
		error  string // a part of it
		hint   string // a part of it
		steps  string // how each ended
		cost   cost
		exit   int
	}{
		{"nothing to do", func(f *fake) { clear(f.bad) },
			OK, "", "", "one ok, two ok, three ok, site answers ok", cost{Logins: 1, Probes: 1, Requests: 1}, StatusOK},
		{"a change", func(*fake) {},
			Changed, "", "", "one ok, two changed, three ok, site answers ok", cost{1, 1, 1, 1, 4, 0}, StatusOK},
		{"many changes", all,
			Changed, "", "", "one changed, two changed, three changed, site answers ok", cost{1, 1, 1, 1, 4, 0}, StatusOK},
		{"not reached", func(f *fake) { f.unreachable = &remote.UnreachableError{Err: errors.New("no answer")} },
			Unreachable, "no answer", "", "", cost{}, StatusUnreachable},
		{"djship fails on what it sends", func(f *fake) { f.panics = true },
			Failed, "djship has failed on what this host answered: index out of range [-1]", "report it with the host's log", "", cost{}, StatusFailed},
		{"root is refused", func(f *fake) {
			f.noExec = &remote.BecomeError{Host: "a", Method: "sudo", Kind: remote.BecomeWrongPassword}
		},
			Unreachable, "sudo", "", "", cost{Logins: 1, Requests: 1}, StatusUnreachable},
		{"refused by a step", func(f *fake) { f.refuse = "/ has 90 MiB free" },
			Failed, "/ has 90 MiB free\nnothing was changed on this host", "mend / has 90 MiB free", "one failed", cost{Logins: 1, Probes: 1, Requests: 1}, StatusFailed},
		{"a garbled answer", func(f *fake) { f.garbles = true },
			Failed, "incomplete", "", "", cost{Logins: 1, Probes: 1, Requests: 1}, StatusFailed},
		{"a step fails", func(f *fake) { all(f); f.fails = "two" },
			Failed, "two: exit status 1\nmaking two", "run the same command again", "one changed, two failed", cost{1, 1, 1, 1, 1, 0}, StatusFailed},
		{"a step does not converge", func(f *fake) { all(f); f.diverges = "two" },
			Failed, "two: did not converge", "-vv", "one changed, two failed", cost{1, 1, 1, 1, 1, 0}, StatusFailed},
		{"the connection goes away", func(f *fake) { all(f); f.loses = "two" },
			Unreachable, "no answer for 18s", "run it again", "one changed", cost{1, 1, 1, 1, 1, 0}, StatusUnreachable},
		{"nothing can be uploaded", func(f *fake) { f.noUpload = &remote.UploadError{Path: "/run/work", Err: errors.New("no room")} },
			Failed, "/run/work: no room", "free space", "", cost{1, 1, 1, 0, 1, 0}, StatusFailed},
		{"another run gets in between", func(f *fake) { f.rival = true },
			Changed, "", "", "one ok, two changed, three ok, site answers ok", cost{1, 2, 2, 1, 5, 0}, StatusOK},
		{"other runs get in between for ever", func(f *fake) { f.rival, f.rivals = true, true },
			Failed, "another run has changed the host", "", "", cost{1, staleTries, staleTries, 0, staleTries, 0}, StatusFailed},
		{"another run is at work, and ends", func(f *fake) { f.lockedFor = time.Minute },
			Changed, "", "", "one ok, two changed, three ok, site answers ok", cost{1, 1, 1, 1, 4, 0}, StatusOK},
		{"the site comes up", func(f *fake) {
			up := time.Now().Add(20 * time.Second)
			f.answer = func() int {
				if time.Now().Before(up) {
					return 502
				}
				return 301
			}
		}, Changed, "", "", "one ok, two changed, three ok, site answers ok", cost{1, 1, 1, 1, 44, 0}, StatusOK},
		{"the site stays away", func(f *fake) { f.answer = func() int { return 404 } },
			Failed, "http://example.com/ does not answer as it should within 30s: status 404", "supervisorctl status",
			"one ok, two changed, three ok, site answers failed", cost{1, 1, 1, 1, 63, 0}, StatusFailed},
		{"nginx is not there", func(f *fake) { f.answer = func() int { return 0 } },
			Failed, "nothing answers at 127.0.0.1:80", "", "one ok, two changed, three ok, site answers failed", cost{1, 1, 1, 1, 0, 0}, StatusFailed},
		{"nothing to do, and the site is away", func(f *fake) { clear(f.bad); f.answer = func() int { return 500 } },
			Failed, "status 500", "", "one ok, two ok, three ok, site answers failed", cost{1, 1, 0, 0, 60, 0}, StatusFailed},
		{"nothing is forwarded", func(f *fake) { f.noForward = true },
			Changed, "", "", "one ok, two changed, three ok, site answers ok", cost{1, 1, 1, 1, 0, 3}, StatusOK},
		{"nothing is forwarded, and nothing to do", func(f *fake) { clear(f.bad); f.noForward = true },
			OK, "", "", "one ok, two ok, three ok, site answers ok", cost{1, 1, 0, 0, 0, 1}, StatusOK},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a")
				tt.given(w.hosts["a"])
				if got := w.run(); got != tt.exit {
					t.Errorf("exit status %d, want %d", got, tt.exit)
				}
				end := w.byHost()["a"]
				if end.Status != tt.status || !strings.Contains(end.Error, tt.error) || !strings.Contains(end.Hint, tt.hint) || tt.error == "" && end.Error != "" {
					t.Errorf("the host ended %s: %q, hint %q; want %s: %q, hint %q", end.Status, end.Error, end.Hint, tt.status, tt.error, tt.hint)
				}
				if diff := cmp.Diff(tt.steps, w.steps()); diff != "" {
					t.Errorf("steps (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tt.cost, w.hosts["a"].cost()); diff != "" {
					t.Errorf("cost (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// steps says how each step ended.
func (w *world) steps() string {
	var told []string
	for _, r := range w.events {
		if e, ok := r.Event.(StepEnd); ok {
			told = append(told, e.Step+" "+string(e.Status))
		}
	}
	return strings.Join(told, ", ")
}

// An impatient run does not wait for another one's lock.
func TestLocked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a")
		w.Patient = false
		w.hosts["a"].lockedFor = time.Minute
		if status := w.run(); status != StatusFailed {
			t.Errorf("status %d", status)
		}
		end := w.byHost()["a"]
		if end.Status != Failed || end.Error != "another run is at work on this host: bob, prereq" || end.Hint == "" {
			t.Errorf("%+v", end)
		}
	})
}

// A host without a site, as prereq's are, is not asked for one.
func TestNoSite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("staging/a", "production/b")
		w.Pace.Yes = true
		for i := range w.Targets {
			w.Targets[i].Turns.list[0].Health = nil
		}
		want := "a starts staging 1, a changed, gate staging passed: 1 host done, b starts production 1, b changed, gate production passed: 1 host done, run 0"
		w.run()
		if diff := cmp.Diff(want, strings.Join(w.told(), ", ")); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if got := w.hosts["a"].cost(); got.Requests != 0 {
			t.Errorf("%+v", got)
		}
	})
}

// A host whose connection goes away while it waits for its turn is logged in to and looked at again.
func TestLostWhileWaiting(t *testing.T) {
	for _, noticed := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("staging/a", "production/b", "production/c")
			clear(w.hosts["c"].bad)
			w.Ask = func(context.Context, Question) Answer {
				for _, name := range []string{"b", "c"} {
					s := w.hosts[name].sessions[0]
					s.silent = !noticed
					if noticed {
						_ = s.Close()
					}
				}
				return Yes
			}
			if status := w.run(); status != StatusOK {
				t.Errorf("status %d: %v", status, w.byHost())
			}
			ends := w.byHost()
			if ends["b"].Status != Changed || ends["c"].Status != OK {
				t.Errorf("%+v", ends)
			}
			if diff := cmp.Diff(cost{2, 2, 1, 1, 6 + 1, 0}, w.hosts["b"].cost()); diff != "" {
				t.Errorf("noticed %v, cost (-want +got):\n%s", noticed, diff)
			}
		})
	}
}

// A host on which all is made that was planned is not told to go on, and one on which nothing has begun is known.
func TestStoppedWhenAllIsMade(t *testing.T) {
	for made, want := range map[int][2]string{1: {"interrupted: 1 of 2 changes are made", goesOn}, 2: {"interrupted: all changes that were planned are made (2)", "`djship status` tells whether sites answer"}} {
		if e := (&StoppedError{Made: made, Of: 2}); e.Error() != want[0] || e.Hint() != want[1] {
			t.Errorf("%d: %s; %s", made, e, e.Hint())
		}
	}
	r := &Rollout{lives: []*life{{target: Target{Name: "a"}, progress: progress{begun: 1}}, {target: Target{Name: "b"}}}}
	if got := r.Untouched(); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%q", got)
	}
}

// Cut off by a second Ctrl-C, a host tells how far it has come.
func TestCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b")
		w.hosts["a"].bad = map[string]bool{"one": true, "two": true, "three": true}
		w.hosts["b"].lockedFor = time.Hour
		time.AfterFunc(1500*time.Millisecond, func() { close(w.stop) })
		time.AfterFunc(1600*time.Millisecond, w.cut)
		began := time.Now()
		if status := w.run(); status != StatusInterrupted {
			t.Errorf("status %d", status)
		}
		if took := w.ended.Sub(began); took > 2*time.Second {
			t.Errorf("it took %v to end", took)
		}
		ends := w.byHost()
		if a := ends["a"]; a.Status != Failed || a.Changed != 1 || a.Error != "interrupted: 1 of 3 changes are made" {
			t.Errorf("%+v", a)
		}
		if b := ends["b"]; b.Status != Skipped || b.Error == "" {
			t.Errorf("%+v", b)
		}
	})
}
