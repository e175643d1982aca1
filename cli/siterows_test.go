package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/inventory"
	"djship/steps/inspect"
)

func TestSiteRowsMarkWhatDiffers(t *testing.T) {
	site := func(change func(*inspect.SiteStatus)) []inspect.SiteStatus {
		s := inspect.SiteStatus{Project: "shop", Domain: "shop.org", State: "up", Django: "5.2.19", Python: "3", OS: "debian 12", Workers: 5, Seconds: 9}
		change(&s)
		return []inspect.SiteStatus{s}
	}
	alike := site(func(*inspect.SiteStatus) {})
	old := site(func(s *inspect.SiteStatus) { s.Django = "5.2.1" })
	of := func(os, django string) []inspect.SiteStatus {
		return site(func(s *inspect.SiteStatus) { s.OS, s.Django = os, django })
	}
	none := []inspect.SiteStatus{}
	for _, c := range []struct {
		name   string
		stages string // of hosts a, b, c ...
		sites  [][]inspect.SiteStatus
		want   string // "HOST: DIFFERS" of those that differ
	}{
		{"no host", "", nil, ""},
		{"one host", "p", [][]inspect.SiteStatus{alike}, ""},
		{"alike", "p p", [][]inspect.SiteStatus{alike, alike}, ""},
		{"workers and age may", "p p", [][]inspect.SiteStatus{alike, site(func(s *inspect.SiteStatus) { s.Workers, s.Seconds = 9, 0 })}, ""},
		{"another version", "p p p", [][]inspect.SiteStatus{alike, old, alike}, "b: Django: most have 5.2.19"},
		{"halves", "p p", [][]inspect.SiteStatus{alike, old}, "a: Django: 5.2.1 and 5.2.19, b: Django: 5.2.1 and 5.2.19"},
		{"another stage may", "s p p", [][]inspect.SiteStatus{old, alike, alike}, ""},
		{"down, under another domain", "p p p", [][]inspect.SiteStatus{site(func(s *inspect.SiteStatus) { s.State, s.Domain = "down", "x.org" }), alike, alike},
			"a: domain: most have shop.org; state: most have up"},
		{"versions of other systems may", "p p p", [][]inspect.SiteStatus{alike, of("debian 11", "4.2.30"), of("debian 13", "6.1.3")}, ""},
		{"versions of one system", "p p p p", [][]inspect.SiteStatus{of("debian 11", "4.2.30"), alike, old, alike}, "c: Django: most have 5.2.19"},
		{"three of one system", "p p p p", [][]inspect.SiteStatus{alike, old, of("debian 12", ""), of("debian 13", "6.1.3")},
			"a: Django: none, 5.2.1 and 5.2.19, b: Django: none, 5.2.1 and 5.2.19, c: Django: none, 5.2.1 and 5.2.19"},
		{"states on other systems", "p p p", [][]inspect.SiteStatus{alike, site(func(s *inspect.SiteStatus) { s.OS, s.State = "debian 13", "failing" }), alike}, "b: state: most have up"},
		{"missing", "p p p", [][]inspect.SiteStatus{alike, none, alike}, "b: 2 others have it"},
		{"on half the hosts only", "p p", [][]inspect.SiteStatus{alike, none}, ""},
		{"a host that did not answer", "p p p", [][]inspect.SiteStatus{alike, nil, nil}, ""},
	} {
		var got, names []string
		for i := range c.sites {
			names = append(names, string(rune('a'+i)))
		}
		for _, r := range siteRows(hostsNamed(names, strings.Fields(c.stages)), c.sites) {
			if r.Differs != "" {
				got = append(got, r.Host+": "+r.Differs)
			}
		}
		if diff := cmp.Diff(c.want, strings.Join(got, ", ")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// hostsNamed are hosts in stages, one each.
func hostsNamed(names, stages []string) []networkHost {
	var all []networkHost
	for i, name := range names {
		all = append(all, networkHost{Host: &inventory.Host{Name: name}, stage: stages[i]})
	}
	return all
}
