package rollout

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"djship/remote"

	"github.com/google/go-cmp/cmp"
)

// A mix is a rollout of many hosts on which anything may go wrong.
type mix struct {
	*world
	fate map[string]Status // how each host ends if it is let
	late map[string]bool   // its problem shows only at its turn
}

func newMix(r *rand.Rand) *mix {
	var names []string
	sizes := make([]int, 1+r.IntN(3))
	for i := range sizes {
		sizes[i] = 1 + r.IntN(120)
		for n := range sizes[i] {
			names = append(names, fmt.Sprintf("stage%d/h%d-%d", i, i, n))
		}
	}
	m := &mix{newWorld(names...), map[string]Status{}, map[string]bool{}}
	m.Pace = Pace{Canary: r.IntN(2) == 0, Yes: true, Wait: time.Duration(r.IntN(3)) * time.Minute, MaxFail: Share{r.IntN(100), true}}
	if r.IntN(2) == 0 {
		m.Pace.MaxFail = Share{N: r.IntN(6)}
	}
	for range r.IntN(4) {
		m.Pace.Batch = append(m.Pace.Batch, Share{1 + r.IntN(60), r.IntN(2) == 0})
	}
	m.Forks = 1 + r.IntN(40)
	trouble := []float64{0, 0.01, 0.1, 0.5}[r.IntN(4)]
	for name, f := range m.hosts {
		f.connectTime = time.Duration(r.IntN(3000)) * time.Millisecond
		f.changeTime = time.Duration(r.IntN(90)) * time.Second
		m.fate[name] = Changed
		if r.IntN(3) == 0 {
			clear(f.bad)
			m.fate[name] = OK
		}
		if r.Float64() < trouble {
			m.spoil(r, name, f)
		}
	}
	return m
}

// spoil makes one of the things that can happen happen to a host.
func (m *mix) spoil(r *rand.Rand, name string, f *fake) {
	m.fate[name] = Failed
	switch r.IntN(7) {
	case 0:
		f.unreachable = errors.New("no answer")
		m.fate[name] = Unreachable
	case 1:
		f.refuse = "no room"
	case 2:
		f.garbles = true
	case 3:
		m.late[name] = true
		f.bad["two"], f.fails = true, "two"
	case 4:
		m.late[name] = true
		f.bad["three"], f.diverges = true, "three"
	case 5:
		m.late[name] = true
		f.bad["one"], f.loses = true, "one"
		m.fate[name] = Unreachable
	case 6:
		m.late[name] = true
		f.answer = func() int { return 502 }
	}
}

// expect says how each host ends, by what is promised of stages, batches, canary and budget.
func (m *mix) expect() map[string]Status {
	want := map[string]Status{}
	stages := map[string][]string{}
	for _, h := range m.Targets {
		stages[h.Stage] = append(stages[h.Stage], h.Name)
		want[h.Name] = Skipped
	}
	good := func(name string) bool { return m.fate[name] == OK || m.fate[name] == Changed }
	if n := len(m.Targets); len(stages) == 1 && len(Batches(n, m.Pace.Batch, m.Pace.Canary)) == 1 {
		return m.fate
	}
	failed, live, begins := map[string]int{}, map[string][]string{}, true
	for stage, names := range stages {
		for _, name := range names {
			if good(name) || m.late[name] {
				live[stage] = append(live[stage], name)
			} else {
				want[name] = m.fate[name]
				failed[stage]++
			}
		}
		if failed[stage] > m.Pace.MaxFail.Of(len(names)) || len(live[stage]) == 0 {
			begins = false
		}
	}
	for _, stage := range m.Stages {
		rest := live[stage]
		for i, size := range Batches(len(rest), m.Pace.Batch, m.Pace.Canary) {
			if !begins {
				break
			}
			for _, name := range rest[:size] {
				want[name] = m.fate[name]
				if !good(name) {
					failed[stage]++
					begins = begins && !(i == 0 && m.Pace.Canary)
				}
			}
			rest = rest[size:]
			begins = begins && failed[stage] <= m.Pace.MaxFail.Of(len(stages[stage])) && failed[stage] < len(stages[stage])
		}
	}
	return want
}

// Hundreds of hosts and every mix of failures: each host ends as promised, none begins before it
// may, and none is asked for more than it has to be.
func TestMix(t *testing.T) {
	for seed := range uint64(20) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMix(rand.New(rand.NewPCG(seed, 0)))
				status := m.run()
				got := map[string]Status{}
				for name, end := range m.byHost() {
					got[name] = end.Status
				}
				if diff := cmp.Diff(m.expect(), got); diff != "" {
					t.Errorf("%+v: how hosts ended (-want +got):\n%s", m.Pace, diff)
				}
				m.checkOrder(t)
				m.checkCost(t, got)
				m.checkCount(t, got, status)
			})
		})
	}
}

// checkOrder sees to it that batches, stages and forks are kept apart.
func (m *mix) checkOrder(t *testing.T) {
	type place struct {
		stage string
		batch int
	}
	at := map[string]place{}
	ended := map[string]bool{}
	var now place
	passed := map[string]bool{m.Stages[0]: true}
	for i, r := range m.events {
		switch e := r.Event.(type) {
		case HostStart:
			if next := (place{e.Stage, e.Batch}); next != now {
				if len(at) > 0 {
					t.Errorf("event %d: %s begins in %v while %v are at work", i, e.Host, next, at)
				}
				if !passed[e.Stage] {
					t.Errorf("event %d: %s begins before %s may", i, e.Host, e.Stage)
				}
				now = next
			}
			at[e.Host] = now
			if len(at) > m.Forks {
				t.Errorf("event %d: %d hosts at work, %d forks", i, len(at), m.Forks)
			}
		case StepStart:
			if _, ok := at[e.Host]; !ok {
				t.Errorf("event %d: %s is changed before its turn", i, e.Host)
			}
		case HostEnd:
			if ended[e.Host] {
				t.Errorf("event %d: %s ends twice", i, e.Host)
			}
			ended[e.Host] = true
			delete(at, e.Host)
		case Gate:
			if e.Status != GatePassed {
				continue
			}
			for j, s := range m.Stages {
				if s == e.Stage && j+1 < len(m.Stages) {
					passed[m.Stages[j+1]] = true
				}
			}
		}
	}
	if len(ended) != len(m.Targets) {
		t.Errorf("%d of %d hosts ended", len(ended), len(m.Targets))
	}
}

// checkCost sees to it that no host is looked at more than twice, before all turns and at its own, and
// none changed that should not be.
func (m *mix) checkCost(t *testing.T, got map[string]Status) {
	for name, f := range m.hosts {
		most := 0
		if got[name] != Skipped && got[name] != OK && f.refuse == "" && !f.garbles {
			most = 1
		}
		if c := f.cost(); c.Logins > 1 || c.Probes > 2 || c.Applications > most || c.Uploads > most {
			t.Errorf("%s, %s: %+v", name, got[name], c)
		}
		for _, s := range f.sessions {
			if !s.lost() {
				t.Errorf("%s: the connection was left open", name)
			}
		}
	}
}

func (m *mix) checkCount(t *testing.T, got map[string]Status, status int) {
	n := map[Status]int{}
	left := 0
	for _, s := range got {
		n[s]++
		if s != OK && s != Changed {
			left++
		}
	}
	want := RunEnd{OK: n[OK], Changed: n[Changed], Failed: n[Failed], Unreachable: n[Unreachable], Skipped: n[Skipped]}
	switch {
	case want.Failed > 0:
		want.Status = StatusFailed
	case want.Unreachable > 0:
		want.Status = StatusUnreachable
	}
	end := m.events[len(m.events)-1].Event.(RunEnd)
	end.Seconds = 0
	causes := map[remote.Cause]bool{}
	for _, r := range m.events {
		if e, ok := r.Event.(HostEnd); ok && e.Status == Unreachable {
			causes[e.Cause] = true
			want.Cause = e.Cause
		}
	}
	if len(causes) > 1 {
		want.Cause = Various
	}
	if diff := cmp.Diff(want, end); diff != "" || status != want.Status {
		t.Errorf("status %d, the last event (-want +got):\n%s", status, diff)
	}
	if len(m.NotDone()) != left {
		t.Errorf("%d hosts left to do, want %d", len(m.NotDone()), left)
	}
}
