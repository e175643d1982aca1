package rollout

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// After a run it is known where the sites are met that have answered.
func TestSites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld("a", "b", "c")
		w.hosts["a"].reached = "192.0.2.1"
		w.hosts["b"].fails = "two"
		w.Targets[2].Turns.list[0].Health = nil
		w.run()
		want := []Site{{Host: "a", Project: "example", Domain: "example.com", Reached: "192.0.2.1", Own: w.Sites()[0].Own}}
		if diff := cmp.Diff(want, w.Sites()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// A host on which another release is live than a push brings is not asked before that is changed.
func TestEarlyVisitIsOfTheReleaseThatIsBrought(t *testing.T) {
	for live, want := range map[string]string{"r1": "a ok, 1 visits", "r0": "a changed, 3 visits", "": "a changed, 3 visits"} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("a")
			w.Pushed.Release = "r1"
			w.Targets[0].Turns = NewTurns(Turn{List: listOf("one", "two"), Health: &Health{Project: "example", Path: "/"}})
			a := w.hosts["a"]
			var asked atomic.Int64 // visits are made at once
			a.record, a.live, a.answer = "example.com", live, func() int { asked.Add(1); return 200 }
			if live == "r1" {
				clear(a.bad)
			}
			w.run()
			visits := int(asked.Load()) - a.cost().Requests // a host says at each dial, too, whether anything listens there
			got := fmt.Sprintf("a %s, %d visits", w.byHost()["a"].Status, visits)
			if got != want {
				t.Errorf("%q is live: %s, want %s", live, got, want)
			}
		})
	}
}

// Where a turn is about several sites of a host, each has to answer, when there was nothing to do, too; and who does not is named.
func TestAllSitesAnswer(t *testing.T) {
	for name, c := range map[string]struct {
		good, other bool // the host is as asked; so is what the sites answer
		status      Status
	}{
		"changed": {false, true, Changed}, "as asked": {true, true, OK}, "one is failing": {true, false, Failed}, "changed, one is failing": {false, false, Failed},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld("a")
			w.Targets[0].Turns.list[0].Others = []Health{{Project: "example", Domain: "example.com", Path: "/two/"}, {Project: "example", Domain: "example.com", Path: "/three/"}}
			if c.good {
				w.hosts["a"].bad = nil
			}
			if !c.other {
				w.hosts["a"].answer = func() int { return 500 }
			}
			w.run()
			var answers []string
			for _, r := range w.events {
				if e, ok := r.Event.(StepEnd); ok && e.Step == "site answers" {
					answers = append(answers, e.Detail)
				}
			}
			end := w.byHost()["a"]
			all := strings.Join(answers, "\n")
			if end.Status != c.status || len(answers) != 3 || !strings.Contains(all, "/two/") || !strings.Contains(all, "/three/") {
				t.Errorf("%s: %s %q", name, end.Status, answers)
			}
			if !c.other && (!strings.Contains(end.Error, "/two/ does not answer") || !strings.Contains(end.Error, "/three/ does not answer")) {
				t.Errorf("%s: %s", name, end.Error)
			}
			if sites := w.Sites(); c.other && len(sites) != 3 {
				t.Errorf("%s: %+v", name, sites)
			}
		})
	}
}
