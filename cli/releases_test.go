package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/steps/inspect"
)

// someReleases are rows of three hosts, of which one could not be asked.
func someReleases() []releaseRow {
	live := inspect.Release{Project: "shop", ID: "20261126-101500-1a2b3c4", Commit: "9a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", Dirty: true, Who: "ann@laptop", When: "2026-11-26T11:00:00Z",
		Live: true, Since: "2026-11-26T11:58:00Z", Healthy: true}
	before := inspect.Release{Project: "shop", ID: "20261125-101500-2a2b3c4", Who: "bob@desk", When: "2026-11-25T11:00:00Z", Since: "2026-11-25T11:58:00Z", Healthy: true}
	failed := inspect.Release{Project: "shop", ID: "20261126-111500-3a2b3c4", Commit: live.Commit, Who: "ann@laptop", When: "2026-11-26T11:30:00Z", Failed: "status 500"}
	unfinished := inspect.Release{Project: "shop", ID: "20261126-113000-4a2b3c4"}
	ready := before
	ready.Since, ready.Healthy, ready.Ready = "", false, true
	return []releaseRow{{Host: "web1", Stage: "production", Release: &failed}, {Host: "web1", Stage: "production", Release: &live}, {Host: "web1", Stage: "production", Release: &before},
		{Host: "web2", Stage: "production", Release: &unfinished, atHome: true}, {Host: "web2", Stage: "production", Release: &failed}, {Host: "web2", Stage: "production", Release: &ready},
		{Host: "web3", Stage: "production", Error: "no route to host", cause: "unreachable"}}
}

func TestReleasesForAPerson(t *testing.T) {
	var out bytes.Buffer
	sayReleases(Env{Stdout: &out}, someReleases(), noon)
	if diff := cmp.Diff(`
HOST  PROJECT  RELEASE                  COMMIT       STATE           PUSHED   BY
web1  shop     20261126-111500-3a2b3c4  9a2b3c4d5e   failed          30m ago  ann@laptop
web1  shop     20261126-101500-1a2b3c4  9a2b3c4d5e+  live, since 2m  60m ago  ann@laptop
web1  shop     20261125-101500-2a2b3c4  -            healthy         25h ago  bob@desk
web2  shop     20261126-113000-4a2b3c4  -            unfinished      -        -
web2  shop     20261126-111500-3a2b3c4  9a2b3c4d5e   failed          30m ago  ann@laptop
web2  shop     20261125-101500-2a2b3c4  -            ready           25h ago  bob@desk
web3  -        unreachable
20261126-111500-3a2b3c4 of shop on web1 and web2: status 500
! shop on web2: no release is live, but what is in the site's home
`, "\n"+out.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, line := range releaseTable(someReleases(), 80, noon) {
		if n := len(strings.Join(line, "  ")); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// Scripts find each thing under its name, and none is left out because it is empty.
func TestReleasesForAScript(t *testing.T) {
	var out bytes.Buffer
	for _, r := range someReleases() {
		if err := sayJSON(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	lines := strings.Split(out.String(), "\n")
	if want := `{"host":"web1","stage":"production","project":"shop","id":"20261126-101500-1a2b3c4","commit":"9a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d","dirty":true,"tree":"","who":"ann@laptop",` +
		`"when":"2026-11-26T11:00:00Z","live":true,"since":"2026-11-26T11:58:00Z","healthy":true,"failed":""}`; lines[1] != want {
		t.Errorf("%s\nwant\n%s", lines[1], want)
	}
	if want := `{"host":"web3","stage":"production","error":"no route to host"}`; lines[6] != want {
		t.Errorf("%s, want %s", lines[6], want)
	}
}
