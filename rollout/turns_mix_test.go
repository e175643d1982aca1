package rollout

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"
)

// newTurnsMix is a rollout of hosts that take turns, on which anything may go wrong, and which may be stopped.
func newTurnsMix(r *rand.Rand) *world {
	var names []string
	for i := range 1 + r.IntN(3) {
		for n := range 1 + r.IntN(20) {
			names = append(names, fmt.Sprintf("stage%d/h%d-%d", i, i, n))
		}
	}
	w := newWorld(names...)
	w.push()
	w.Forks = 1 + r.IntN(30)
	w.Pace = Pace{Canary: r.IntN(2) == 0, Yes: true, MaxFail: Share{r.IntN(60), true}}
	if r.IntN(2) == 0 {
		w.Pace.Batch = []Share{{N: 1 + r.IntN(5)}, {N: 50, Percent: true}}
	}
	trouble := []float64{0, 0.02, 0.2}[r.IntN(3)]
	for _, t := range w.Targets {
		f := w.hosts[t.Name]
		f.connectTime, f.changeTime = time.Duration(r.IntN(3000))*time.Millisecond, time.Duration(r.IntN(20))*time.Second
		for _, name := range []string{"tree", "packages", "slot", "link"} {
			f.bad[name] = r.IntN(2) == 0
		}
		if r.Float64() < trouble || trouble > 0 && t.Name[len(t.Name)-2:] == "-0" { // the first of its stage
			name := []string{"tree", "schema", "slot"}[r.IntN(3)]
			switch r.IntN(6) {
			case 0:
				f.unreachable = errLost
			case 1:
				f.refuses = map[string]string{name: "no room"}
			case 2:
				f.fails = name
			case 3:
				f.diverges = name
			case 4:
				f.loses = name
			case 5:
				f.answer = func() int { return 502 }
			}
		}
	}
	if r.IntN(4) == 0 {
		time.AfterFunc(time.Duration(r.IntN(200))*time.Second, func() { close(w.stop) })
	}
	return w
}

// However hosts fail and whenever the run is stopped: no turn of a stage begins before all are through the one
// before, what one host does for all is one host's, nothing begins where that failed, and whoever ends well is as asked.
func TestMixOfTurns(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newTurnsMix(rand.New(rand.NewPCG(seed, 1)))
				w.run()
				w.checkTurns(t)
				ends := w.byHost()
				for _, target := range w.Targets {
					f, end := w.hosts[target.Name], ends[target.Name]
					if end.Status == OK || end.Status == Changed {
						for name, bad := range f.bad {
							if bad {
								t.Errorf("%s ended %s, and %s is bad", f.name, end.Status, name)
							}
						}
					}
					if c := f.cost(); c.Logins > 1 || c.Probes > 4 || c.Applications > 3 {
						t.Errorf("%s, %s: %+v", f.name, end.Status, c)
					}
					for _, s := range f.sessions {
						if !s.lost() {
							t.Errorf("%s: the connection was left open", f.name)
						}
					}
				}
			})
		})
	}
}

// checkTurns sees to it that the turns of a stage are kept apart.
func (w *world) checkTurns(t *testing.T) {
	order := map[string]int{"prepare": 1, "migrate": 2, "switch": 3}
	stage, turn := map[string]string{}, map[string]int{} // of a host, of a stage
	migrates, running, ended := map[string]string{}, map[string]int{}, map[string]int{}
	broken, failed, size := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, target := range w.Targets {
		stage[target.Name] = target.Stage
		size[target.Stage]++
	}
	for i, r := range w.events {
		switch e := r.Event.(type) {
		case TurnStart:
			if failed[e.Stage] > w.Pace.MaxFail.Of(size[e.Stage]) {
				t.Errorf("event %d: %s begins though %d have failed", i, e.Phase, failed[e.Stage])
			}
			turn[e.Stage] = order[e.Phase]
		case StepStart:
			s := stage[e.Host]
			now := order[e.Phase]
			if now != turn[s] || broken[s] {
				t.Errorf("event %d: %s begins %s of %s after a later turn, or after the end", i, e.Host, e.Step, e.Phase)
			}
			for other, at := range running {
				if stage[other] == s && at < now {
					t.Errorf("event %d: %s begins %s while %s is at an earlier turn", i, e.Host, e.Phase, other)
				}
			}
			if by := migrates[s]; e.Phase == "migrate" && by != "" && by != e.Host {
				t.Errorf("event %d: %s does what %s has done for all", i, e.Host, by)
			} else if e.Phase == "migrate" {
				migrates[s] = e.Host
			}
			running[e.Host] = now
		case Activity:
			if e.Name == "wait for other hosts" {
				delete(running, e.Host)
			}
		case HostEnd:
			s := stage[e.Host]
			if ended[e.Host]++; ended[e.Host] > 1 {
				t.Errorf("event %d: %s ends again", i, e.Host)
			}
			if e.Status == Failed || e.Status == Unreachable {
				failed[s]++
			}
			broken[s] = broken[s] || running[e.Host] == order["migrate"] && e.Status != Changed
			delete(running, e.Host)
		}
	}
	if len(ended) != len(w.Targets) {
		t.Errorf("%d of %d hosts ended", len(ended), len(w.Targets))
	}
}
