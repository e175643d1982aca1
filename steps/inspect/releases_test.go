package inspect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/assets"
	"djship/runner/scratch"
)

const (
	first, second, third, fourth = "20261124-101500-1a2b3c4", "20261125-101500-2a2b3c4", "20261126-101500-3a2b3c4", "20261126-111500-4a2b3c4"
	tree, commit                 = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d", "9a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d"
)

// note is what a host notes of a release that is made ready.
func note(id, commit, at string) string {
	return "release " + id + "\ntree " + tree + "\ncommit " + commit + "\nby ann@laptop\nat " + at + "\nroot .\nsettings config.settings\n"
}

// What a host has in its folders is told as it is, in the order in which it was pushed.
func TestReleasesOfAHost(t *testing.T) {
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		const own = "/webapps/.sites/shop/"
		s.Write("/var/lib/djship/sites/shop", "domain shop.org\npython 3\n", 0o600)
		s.Write("/var/lib/djship/sites/plain", "domain plain.org\npython 3\n", 0o600)
		s.Write(own+"about/"+first, note(first, commit, "2026-11-26T08:00:00Z"), 0o640)
		s.Write(own+"about/"+second, note(second, commit+" dirty", "2026-11-26T09:00:00Z"), 0o640)
		s.Write(own+"about/"+second+".state", "state healthy\nsince 2026-11-26T09:01:00Z\n", 0o640)
		s.Write(own+"about/"+second+".migrated", "", 0o640)
		s.Write(own+"about/"+third, note(third, "", "2026-11-26T10:00:00Z"), 0o640)
		s.Write(own+"about/"+third+".state", "state failed\nsince 2026-11-26T10:01:00Z\nwhy status 500 \\n of password=hunter2hunter2\n", 0o640)
		s.Write(own+"about/"+fourth+".failed", "ModuleNotFoundError: No module named 'x'\nmore\n", 0o640)
		s.Write(own+"about/.history", first+" 2026-11-26T08:01:00Z\n"+second+" 2026-11-26T09:01:00Z\n"+first+" 2026-11-26T09:02:00Z\n"+second+" 2026-11-26T09:03:00Z\n", 0o640)
		s.Write(own+"releases/"+first+"/manage.py", "", 0o644)
		s.Write(own+"releases/."+fourth+".new/manage.py", "", 0o644)
		s.Run("ln -s releases/" + second + " " + own + "current")
		of := Release{Project: "shop", Tree: tree, Who: "ann@laptop"}
		with := func(change func(*Release)) Release { r := of; change(&r); return r }
		want := []SiteReleases{{Project: "plain"}, {Project: "shop", Live: second, History: []string{first, second, first, second}, Releases: []Release{
			{Project: "shop", ID: fourth, Failed: "ModuleNotFoundError: No module named 'x'"},
			with(func(r *Release) {
				r.ID, r.When, r.Failed = third, "2026-11-26T10:00:00Z", `status 500 \n of password=********`
			}),
			with(func(r *Release) {
				r.ID, r.When, r.Since, r.Commit, r.Dirty, r.Live, r.Healthy = second, "2026-11-26T09:00:00Z", "2026-11-26T09:03:00Z", commit, true, true, true
			}),
			with(func(r *Release) {
				r.ID, r.When, r.Since, r.Commit, r.Healthy = first, "2026-11-26T08:00:00Z", "2026-11-26T09:02:00Z", commit, true
			}),
		}}}
		for project, want := range map[string][]SiteReleases{"": want, "shop": want[1:], "plain": want[:1], "nosuch": nil} {
			if diff := cmp.Diff(want, parseReleases(s.Run(prelude("project="+project+"\n"+assets.Text("shell/releasesof.sh"))))); diff != "" {
				t.Errorf("%q (-want +got):\n%s", project, diff)
			}
		}
	})
}

// What is none of the forms is no release, and no end of a line of a screen.
func TestReleasesAreToldByForm(t *testing.T) {
	for text, want := range map[string]int{
		"release " + first + "\n":                                             0, // of no site
		"site shop\nrelease ../x\nrelease 2026\nrelease -\n":                  0,
		"site shop\nrelease " + first + "\nrelease " + second + "\n":          2,
		"site Shop\nrelease " + first + "\n":                                  0,
		"site shop\n" + strings.Repeat("release "+first+" extra\n", 3):        0,
		"site shop\nat 2026-11-26T08:00:00Z\nlive x\nrelease " + first + "\n": 1,
	} {
		n := 0
		for _, s := range parseReleases(text) {
			n += len(s.Releases)
		}
		if n != want {
			t.Errorf("%q: %d releases, want %d", text, n, want)
		}
	}
	const evil = "site shop\nrelease " + first + "\nby ann\x1b[2J\nfailed why\x1b[2J\u202e\ncommit zz\n"
	if r := parseReleases(evil)[0].Releases[0]; r.Who != "ann?[2J" || r.Failed != "why?[2J?" || r.Commit != "" {
		t.Errorf("%+v", r)
	}
}
