package steps

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What a site can name or print makes no other site, and no state that is not so.
func TestSitesAreToldByForm(t *testing.T) {
	const shop = "site shop\ndomain shop.org\npython 3\n:django 5.2.1\nseconds 60\nworkers 3\nsocket yes\nnginx yes\ndeployed ann@laptop, deploy shop shop.org, 2026-11-23T11:45:01Z\n"
	up := SiteStatus{Project: "shop", Domain: "shop.org", State: "up", Seconds: 60, Django: "5.2.1", Python: "3", Workers: 3,
		Deployed: "ann@laptop, deploy shop shop.org, 2026-11-23T11:45:01Z"}
	with := func(change func(*SiteStatus)) []SiteStatus {
		s := up
		change(&s)
		return []SiteStatus{s}
	}
	for name, c := range map[string]struct {
		text string
		want []SiteStatus
	}{
		"as it is":                        {shop, []SiteStatus{up}},
		"nothing":                         {"", nil},
		"keys before the first site":      {"socket yes\nseconds 5\n" + shop, []SiteStatus{up}},
		"a site in a folder's name":       {strings.Replace(shop, ":django 5.2.1", ":django 1\n:site evil\n:socket yes\n:nginx yes\n:seconds 5", 1), with(func(s *SiteStatus) { s.Django = "1" })},
		"a socket of its own words alone": {"site shop\nseconds 60\n:socket yes\n", []SiteStatus{{Project: "shop", State: "no nginx site", Seconds: 60}}},
		"names that are none":             {"site Shop\nsite -x\nsite ../x\nsite a b\nsite x\x1b[2J\nsite x\u202e\nsite \nsite\n" + shop, []SiteStatus{up}},
		"an escape as a version":          {strings.Replace(shop, "5.2.1", "5\x1b[2J", 1), with(func(s *SiteStatus) { s.Django = "" })},
		"a domain with columns in it":     {strings.Replace(shop, "domain shop.org", "domain shop.org  up  5s", 1), with(func(s *SiteStatus) { s.Domain = "" })},
		"numbers that are none":           {strings.NewReplacer("seconds 60", "seconds -1", "workers 3", "workers 99999999999999999999").Replace(shop), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers = "down", 0, 0 })},
		"a socket that is not there":      {strings.Replace(shop, "socket yes", "socket no", 1), with(func(s *SiteStatus) { s.State = "down" })},
		"a key alone":                     {strings.Replace(shop, "nginx yes", "nginx", 1), with(func(s *SiteStatus) { s.State = "no nginx site" })},
		"a deploy of a thousand letters":  {strings.Replace(shop, "ann@laptop", strings.Repeat("a", 1000), 1), with(func(s *SiteStatus) { s.Deployed = "" })},
	} {
		if diff := cmp.Diff(c.want, parseSites(c.text)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
