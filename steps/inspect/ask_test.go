package inspect

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/assets"
	"djship/runner"
	"djship/runner/scratch"
)

// What a site can name or print makes no other site, and no state that is not so.
func TestSitesAreToldByForm(t *testing.T) {
	const shop = "os debian 12\nown 192.0.2.7 2001:db8::7\nsite shop\ndomain shop.org\npython 3\n:django 5.2.1\nrunning shop 3 60 60 1795700000\nsocket yes\ndeployed ann@laptop, deploy shop shop.org, 2026-11-23T11:45:01Z\n"
	up := SiteStatus{Project: "shop", Domain: "shop.org", State: "up", Seconds: 60, OS: "debian 12", Django: "5.2.1", Python: "3", Workers: 3, Program: "shop",
		Deployed: "ann@laptop, deploy shop shop.org, 2026-11-23T11:45:01Z"}
	with := func(change func(*SiteStatus)) []SiteStatus {
		s := up
		change(&s)
		return []SiteStatus{s}
	}
	two := 2
	for name, c := range map[string]struct {
		text string
		want []SiteStatus
	}{
		"as it is":                        {shop, []SiteStatus{up}},
		"nothing":                         {"", nil},
		"a release in a slot":             {strings.Replace(shop, "running shop 3 60 60 1795700000\n", ":newest 1795800000\nslot b\nrunning shop-b 3 60 60 1795700000\n", 1), with(func(s *SiteStatus) { s.Program = "shop-b" })},
		"keys before the first site":      {"socket yes\nrunning shop 5 5 5 5\ndeployed x\n" + shop, []SiteStatus{up}},
		"a site in a folder's name":       {strings.Replace(shop, ":django 5.2.1", ":django 1\n:site evil\n:socket yes\n:os debian 13\n:running shop 5 5 5 5", 1), with(func(s *SiteStatus) { s.Django = "1" })},
		"a socket of its own words alone": {"site shop\nrunning shop 3 60 60 1795700000\n:socket yes\n", []SiteStatus{{Project: "shop", State: "up", Seconds: 60, Workers: 3, Program: "shop"}}},
		"names that are none":             {"site Shop\nsite -x\nsite ../x\nsite a b\nsite x\x1b[2J\nsite x\u202e\nsite \nsite\n" + shop, []SiteStatus{up}},
		"an escape as a version":          {strings.Replace(shop, "5.2.1", "5\x1b[2J", 1), with(func(s *SiteStatus) { s.Django = "" })},
		"a domain with columns in it":     {strings.Replace(shop, "domain shop.org", "domain shop.org  up  5s", 1), with(func(s *SiteStatus) { s.Domain = "" })},
		"numbers that are none":           {strings.Replace(shop, "running shop 3 60", "running shop 3 -1", 1), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers = "down", 0, 0 })},
		"numbers that are too large":      {strings.Replace(shop, "running shop 3 60", "running shop 99999999999999999999 60", 1), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers = "down", 0, 0 })},
		"a domain in other letters":       {strings.Replace(shop, "deploy shop shop.org", "deploy shop bücher.example", 1), with(func(s *SiteStatus) { s.Deployed = "ann@laptop, deploy shop bücher.example, 2026-11-23T11:45:01Z" })},
		"a run that turns the line":       {strings.Replace(shop, "deploy shop shop.org", "deploy shop \u202egro", 1), with(func(s *SiteStatus) { s.Deployed = "" })},
		"no process":                      {strings.Replace(shop, "running shop 3 60 60 1795700000\n", ":running shop 3 60 60 1795700000\n", 1), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers = "down", 0, 0 })},
		"a release with columns in it":    {strings.Replace(shop, "os debian 12", "os debian 12  up", 1), with(func(s *SiteStatus) { s.OS = "" })},
		"older code":                      {shop + ":newest 1795699900\n", []SiteStatus{up}},
		"newer code": {shop + ":newest 1795699990\n", with(func(s *SiteStatus) {
			s.Note = "the code of shop is newer than its gunicorn (started 60s ago): `sudo supervisorctl restart shop` on the host takes it into use"
		})},
		"newer code of one that is down": {strings.Replace(shop, "running shop 3 60 60 1795700000\n", ":newest 1795699990\n", 1), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers = "down", 0, 0 })},
		"supervisord is down": {"supervisord down\n" + strings.Replace(shop, "running shop 3 60 60 1795700000\n", "", 1), with(func(s *SiteStatus) {
			s.State, s.Seconds, s.Workers, s.Unsupervised = "down", 0, 0, true
		})},
		"a password that is changing": {shop + "turning\nsite other\n", append(with(func(s *SiteStatus) {
			s.Note = "the password of shop's database is changing, or that was cut off: where nothing is at work, `djship restart shop` has the one of before be good again, and the site with it"
		}), SiteStatus{Project: "other", State: "down", OS: "debian 12", Program: "other"})},
		"a password that changes, a site says": {strings.Replace(shop, "socket yes", "socket yes\n:turning\nturning yes", 1), []SiteStatus{up}},
		"taking it over was cut off": {strings.Replace(shop, "running shop 3 60 60 1795700000\n", "adopting yes\n", 1), with(func(s *SiteStatus) {
			s.Adopting, s.State, s.Seconds, s.Workers = true, "up", 0, 0
			s.Note = "taking shop over is not done: it is at work, or was cut off; `djship adopt shop shop.org` goes on with it, and `djship adopt shop shop.org --undo` gives the site back"
		})},
		"taking it over was cut off, a site says": {shop + ":adopting yes\n:removing yes\nremoving no\n", []SiteStatus{up}},
		"its removal was cut off":                 {shop + "removing yes\n", with(func(s *SiteStatus) { s.Removing = true })},
		"PostgreSQL is down": {"postgresql 15/main\n" + shop, with(func(s *SiteStatus) {
			s.Note = "PostgreSQL does not run on the host: `systemctl start postgresql@15-main` there starts it, and /var/log/postgresql tells why it has ended"
		})},
		"PostgreSQL is down, a site says":  {strings.Replace(shop, "socket yes", "socket yes\n:postgresql 15/main\npostgresql $(id)", 1), []SiteStatus{up}},
		"supervisord is down, a site says": {":supervisord down\nsupervisord up\n" + shop, []SiteStatus{up}},
		"a socket that is not there":       {strings.Replace(shop, "socket yes", "socket no", 1), with(func(s *SiteStatus) { s.State = "down" })},
		"a key alone":                      {strings.Replace(shop, "socket yes", "socket", 1), with(func(s *SiteStatus) { s.State = "down" })},
		"a release": {strings.Replace(strings.Replace(shop, "python 3\n", "python 3\nslot b\nrelease "+first+"\ncommit "+commit+" dirty\nhealth /health/\nsince 2026-11-26T09:01:00Z\nversions 3.12 5.2.9\n", 1), ":django 5.2.1\nrunning shop ", "running shop-b ", 1), with(func(s *SiteStatus) {
			s.Release, s.Commit, s.Dirty, s.Health, s.Since, s.Python, s.Django, s.Program = first, commit, true, "/health/", "2026-11-26T09:01:00Z", "3.12", "5.2.9", "shop-b"
		})},
		"jobs of cron": {shop + "job clear 15 3 * * *\njob sync @daily\njob new */5 0-3 1,2 * mon\njob cut 1 2 3 4 5\njob x\x1b 1 2 3 4 5\n:job evil 1 2 3 4 5\n:ran clear ended 1764147600 1764147660 2\n:ran sync running 1764147600\n:ran cut cut 1764147600\n:ran other ended 1 2 3\n:ran new ended x y z\nran new ended 1 2 3\n", with(func(s *SiteStatus) {
			const at = "2025-11-26T09:00:00Z"
			s.Cron = []Job{{Name: "clear", Schedule: "15 3 * * *", Began: at, Ended: "2025-11-26T09:01:00Z", Status: &two}, {Name: "sync", Schedule: "@daily", Began: at, Running: true},
				{Name: "new", Schedule: "*/5 0-3 1,2 * mon"}, {Name: "cut", Schedule: "1 2 3 4 5", Began: at}}
		})},
		"maintenance":                    {shop + "maintenance yes\n", with(func(s *SiteStatus) { s.Maintenance = true })},
		"what was before is held":        {"running shop-a 3 90 90 1795700000\n" + shop, with(func(s *SiteStatus) { s.Held = true })},
		"a release that a site tells of": {strings.Replace(shop, "python 3\n", "python 3\n:release "+first+"\n:slot b\n:since 2026-11-26T09:01:00Z\n", 1), []SiteStatus{up}},
		"the other slot runs alone":      {strings.Replace(shop, "python 3\n", "python 3\nslot a\n", 1), with(func(s *SiteStatus) { s.State, s.Seconds, s.Workers, s.Held, s.Program = "down", 0, 0, true, "shop-a" })},
		"a deploy of a thousand letters": {strings.Replace(shop, "ann@laptop", strings.Repeat("a", 1000), 1), with(func(s *SiteStatus) { s.Deployed = "" })},
	} {
		got := parseSites(c.text).Sites
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// A host that goes on and on about sites is not listened to for ever.
func TestSitesHaveAnEnd(t *testing.T) {
	sites := parseSites(strings.Repeat("site shop\ndomain shop.org\n", 5000)).Sites
	if len(sites) != mostSites || sites[mostSites-1].State != SiteDown {
		t.Errorf("%d sites", len(sites))
	}
}

// What a host says its own addresses are, it is asked at: nothing else can stand there.
func TestOwnAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"own 192.0.2.7 2001:db8::7 \n":              "[192.0.2.7 2001:db8::7]",
		"own 192.0.2.7 1.2.3 300.1.1.1 ::::\n":      "[192.0.2.7]",
		"own fe80::1%eth0;reboot\n":                 "[]",
		"own 192.0.2.7; reboot\n:own 192.0.2.8\n":   "[]",
		"site shop\n:own 192.0.2.8\ndomain x.org\n": "[]",
	} {
		if own := parseSites(text).Own; fmt.Sprint(own) != want {
			t.Errorf("%q: %v, want %s", text, own, want)
		}
	}
}

// The last deploy is the last that was done; of those of older versions nothing else is known.
func TestLastDeploy(t *testing.T) {
	const old, older = "ann@laptop, deploy shop shop.org, 2026-11-23T11:45:01Z\n", "ann@laptop, up shop shop.org 3, 2026-11-22T11:45:01Z\n"
	const first, second = "bob@desk, deploy shop shop.org, 2026-11-24T08:00:00Z", "bob@desk, up shop shop.org, 2026-11-25T08:00:00Z"
	const begun1, done1, begun2, done2 = first + ", 20261124-080000-00c1\n", "done 20261124-080000-00c1\n", second + ", 20261125-080000-00c2\n", "done 20261125-080000-00c2\n"
	const other, prereq = "bob@desk, deploy shop2 shop.org, 2026-11-26T08:00:00Z, 20261126-080000-00c3\ndone 20261126-080000-00c3\n", "eve@desk, prereq, 2026-11-26T09:00:00Z, 20261126-090000-00c4\ndone 20261126-090000-00c4\n"
	const push = "cy@desk, push shop, 2026-11-27T08:00:00Z"
	const begun3, part3, done3, undone3 = push + ", 20261127-080000-00c6\n", "part 20261127-080000-00c6\n", "done 20261127-080000-00c6\n", "undone 20261127-080000-00c6\n"
	const restart, rollback = "cy@desk, restart shop, 2026-11-27T09:00:00Z, 20261127-090000-00c7\ndone 20261127-090000-00c7\n", "cy@desk, rollback shop 0, 2026-11-27T09:00:00Z, 20261127-090000-00c8\ndone 20261127-090000-00c8\n"
	const all = "bob@desk, deploy --all, 2026-11-26T08:00:00Z, 20261126-080000-00c5\ndone 20261126-080000-00c5\n"
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/var/lib/djship/sites/shop", "domain shop.org\npython 3\n", 0o600)
		for name, c := range map[string]struct{ history, want string }{
			"none":                     {"", ""},
			"of older versions":        {older + old, strings.TrimSpace(old)},
			"failed":                   {begun1, ""},
			"done":                     {begun1 + done1, first},
			"failed behind one done":   {begun1 + done1 + begun2, first},
			"failed behind an old one": {old + begun2, strings.TrimSpace(old)},
			"done behind a failed one": {begun1 + begun2 + done2, second},
			"done, of another run":     {begun1 + done2, ""},
			"others":                   {begun1 + done1 + other + prereq, first},
			"done, of all sites":       {begun1 + done1 + all, strings.TrimSuffix(all, ", 20261126-080000-00c5\ndone 20261126-080000-00c5\n")},
			"failed, another done":     {begun1 + other + done1, ""},

			"pushed, and tidied":            {begun1 + done1 + begun3 + part3 + begun3 + done3 + begun3 + part3, push},
			"pushed, by an older version":   {begun1 + done1 + begun3 + done3 + begun3 + done3, push},
			"a push that was only prepared": {begun1 + done1 + begun3 + part3, first},
			"a push that has failed":        {begun1 + done1 + begun3 + part3 + begun3, first},
			"a push that went back":         {begun1 + done1 + begun3 + part3 + begun3 + undone3, first},
			"a push that was taken back":    {begun1 + done1 + begun3 + part3 + begun3 + done3 + begun3 + part3 + begun3 + undone3, first},
			"the first, taken back":         {begun3 + part3 + begun3 + done3 + begun3 + undone3, ""},
			"restarted":                     {begun1 + done1 + restart, first},
			"rolled back":                   {begun3 + part3 + begun3 + done3 + rollback, push},
		} {
			s.Write("/var/lib/djship/history", c.history, 0o600)
			sites := parseSites(s.Run(prelude("newest=\n" + assets.Text("shell/supervised.sh") + assets.Text("shell/status.sh")))).Sites
			if len(sites) != 1 || sites[0].Deployed != c.want {
				t.Errorf("%s: %+v, want %q", name, sites, c.want)
			}
		}
	})
}

// A site whose taking over was cut off is told of before it has a record, and until its end is noted.
func TestSitesThatAreHalfTakenOver(t *testing.T) {
	const note = "kept /var/lib/djship/adopted/shop-2\ndomain shop.org\nhome\n"
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/var/lib/djship/adopted/shop-2/found", "", 0o600)
		s.Write("/var/lib/djship/sites/other", "domain other.org\npython 3\n", 0o600)
		for name, c := range map[string]struct {
			note, record string
			want         []string
		}{
			"no record":         {note, "", []string{"other other.org", "shop shop.org adopting"}},
			"a record":          {note + "hands\nfront\n", "domain shop.org\npython 3\n", []string{"other other.org", "shop shop.org adopting"}},
			"done":              {note + "hands\nfront\nended\n", "domain shop.org\npython 3\n", []string{"other other.org", "shop shop.org"}},
			"done, and removed": {note + "ended\n", "", []string{"other other.org"}},
			"removed in part":   {"", "domain shop.org\npython 3\nremoving yes\n", []string{"other other.org", "shop shop.org removing"}},
		} {
			for path, content := range map[string]string{"/var/lib/djship/adopted/shop": c.note, "/var/lib/djship/sites/shop": c.record} {
				if _ = os.Remove(s.Path(path)); content != "" {
					s.Write(path, content, 0o600)
				}
			}
			var got []string
			sites := parseSites(s.Run(prelude("newest=\n" + assets.Text("shell/supervised.sh") + assets.Text("shell/status.sh")))).Sites
			for _, site := range sites {
				words := site.Project + " " + site.Domain
				if site.Adopting {
					words += " adopting"
				}
				if site.Removing {
					words += " removing"
				}
				got = append(got, words)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// prelude is what precedes every text.
func prelude(text string) string {
	return "mark=MARK sign=SIGN\n" + runner.Prelude() + "\n" + text
}
