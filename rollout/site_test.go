package rollout

import (
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
