package cli

import (
	"errors"
	"strings"
	"testing"

	"djship/steps/inspect"
)

// Which release is meant by what was typed, of hosts that may not have the same.
func TestFindWayBack(t *testing.T) {
	const a, b, c = "20261124-101500-1a2b3c4", "20261125-101500-2a2b3c4", "20261126-101500-3a2b3c4"
	commit := func(letter string) string { return strings.Repeat(letter, 40) }
	host := func(name, live, history string, ids ...string) hostReleases {
		h := hostReleases{host: name, site: inspect.SiteReleases{Project: "shop", Live: live, History: strings.Fields(history)}}
		for _, id := range ids {
			h.site.Releases = append(h.site.Releases, inspect.Release{ID: id, Commit: commit(map[string]string{a: "a", b: "b", c: "b"}[id]), Ready: true})
		}
		return h
	}
	abc := strings.Join([]string{a, b, c}, " ")
	all := host("web1", c, abc, a, b, c)
	unfinished := host("web2", b, a+" "+b, a, b)
	unfinished.site.Releases = append(unfinished.site.Releases, inspect.Release{ID: c})
	failed := host("web2", b, a+" "+b, a, b)
	failed.site.Releases = append(failed.site.Releases, inspect.Release{ID: c, Failed: "syntax error in views.py"})
	for name, tt := range map[string]struct {
		typed string
		hosts []hostReleases
		want  string // the release, or how the refusal begins
	}{
		"the one before":            {"", []hostReleases{all}, b},
		"on two hosts":              {"", []hostReleases{all, host("web2", c, b+" "+c, b, c)}, b},
		"the first":                 {"", []hostReleases{host("web1", a, a, a)}, "0"},
		"the first, gone back to":   {"", []hostReleases{host("web1", a, a+" "+b+" "+a, a, b)}, "release " + a + " of shop is the first that was live on web1"},
		"nothing before":            {"", []hostReleases{all, host("web2", "", "", a)}, "no release of shop is live on web2"},
		"different ones":            {"", []hostReleases{all, host("web2", b, a+" "+b, a, b)}, "hosts would go back to different releases: web1 to " + b + ", web2 to " + a},
		"one named for both":        {a, []hostReleases{all, host("web2", b, a+" "+b, a, b)}, a},
		"gone":                      {"", []hostReleases{host("web1", c, abc, a, c)}, "release " + b + " of shop is not on web1, or not whole"},
		"an ID":                     {a, []hostReleases{all}, a},
		"how it begins":             {"20261125", []hostReleases{all}, b},
		"its hash":                  {"2a2b3c4", []hostReleases{all}, b},
		"a commit":                  {"AAAAAAA", []hostReleases{all}, a},
		"a commit of two":           {"bbbb", []hostReleases{all}, `"bbbb" can be any of these releases of shop: ` + b + ", " + c},
		"zero":                      {"0", []hostReleases{all}, "0"},
		"unknown":                   {"nosuch", []hostReleases{all}, `there is no release "nosuch" of shop`},
		"not on one":                {c, []hostReleases{all, host("web2", b, a+" "+b, a, b)}, "release " + c + " of shop is not on web2, or not whole"},
		"not whole on one":          {c, []hostReleases{all, unfinished}, "release " + c + " of shop is not on web2, or not whole"},
		"failed on one":             {c, []hostReleases{all, failed}, "release " + c + " of shop could not be made ready on web2: syntax error in views.py"},
		"failed, and not there":     {c, []hostReleases{failed, host("web1", b, a+" "+b, a, b)}, "release " + c + " of shop could not be made ready on web2: syntax error in views.py; it is not on web1, or not whole"},
		"none pushed":               {"nosuch", []hostReleases{host("web1", "", "")}, "no host has a release of shop"},
		"no host could be asked":    {"x", nil, "x"},
		"none asked, none is typed": {"", nil, ""},
	} {
		way, err := findWayBack("shop", tt.typed, tt.hosts)
		got := way.to
		if err != nil {
			got = err.Error()
			var r *refusal
			if !errors.As(err, &r) || r.advice == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got != tt.want && (err == nil || !strings.HasPrefix(got, tt.want)) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
		for _, h := range tt.hosts {
			if way.from[h.host] != h.live() {
				t.Errorf("%s: from %q on %s", name, way.from[h.host], h.host)
			}
		}
	}
}
