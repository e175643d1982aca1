package inspect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Which processes run beside gunicorn, which do not, and which are still at work though they were told to end, supervisord and root's own notes tell; what the account prints
// tells nothing of it.
func TestProcessesOfASite(t *testing.T) {
	const id = "20261126-101500-1a2b3c4"
	sites := parseSites("running shop-a7:worker-1 0 130 130 1000\nrunning shop-b6:worker-1 0 700 700 1000\nrunning worker-1 0 1 1 1000\nrunning other-a1:worker-1 0 9 9 1000\nsite shop\n" +
		"processes shop-a7 worker-1 worker-2\nending shop-b6 " + id + "\nending shop-b5 " + id + "\n:processes shop-a7 evil-1\nprocesses shop-a7;x evil-1\nsite other\n").Sites
	want := []ProcessStatus{{Name: "worker-1", Running: true, Seconds: 130}, {Name: "worker-2"}}
	if diff := cmp.Diff(want, sites[0].Processes); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]ProcessStatus{{Name: "worker-1", Running: true, Seconds: 700, Release: id}}, sites[0].Ending); diff != "" {
		t.Error(diff)
	}
	notes := strings.Join(sites[0].ProcessNotes(), "\n")
	if notes != "shop: not running beside gunicorn: worker-2; `djship logs shop --process worker` tells why\nshop: told to end, and still at work: worker-1 of "+id+" (started 12m ago)" {
		t.Error(notes)
	}
	if got := (SiteStatus{Project: "shop", Processes: []ProcessStatus{{Name: "beat-1"}, {Name: "worker-1"}}}).ProcessNotes(); len(got) != 1 || !strings.Contains(got[0], "beat-1, worker-1; `djship logs shop --process NAME`") {
		t.Error(got)
	}
	if sites[1].Processes != nil || sites[1].Ending != nil || sites[1].ProcessNotes() != nil {
		t.Errorf("%+v", sites[1])
	}
}
