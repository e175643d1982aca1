package cli

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"djship/steps/inspect"

	"github.com/google/go-cmp/cmp"
)

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

// someSites are rows of three hosts: as they are after a deploy, and with what can be told of them.
func someSites() []siteRow {
	up := inspect.SiteStatus{Project: "example", Domain: "example.com", State: "up", HTTP: 200, Seconds: 14 * 60, Django: "4.2.30", Python: "3", OS: "debian 11", Workers: 5,
		Deployed: "root@vm, deploy example example.com, 2026-11-26T11:57:30Z"}
	ill := up
	ill.OS, ill.Django, ill.State, ill.HTTP, ill.Problem = "debian 12", "5.2.19", "failing", 500, "status 500\nTraceback (most recent call last):\nValueError: why"
	down := up
	down.OS, down.Django, down.State, down.HTTP, down.Workers, down.Seconds = "debian 13", "6.1.3", "down", 0, 0, 0
	rows := siteRows(hostsNamed([]string{"web1", "web2", "web3", "web4"}, []string{"", "", "", ""}), [][]inspect.SiteStatus{{up}, {ill}, {down}, nil})
	rows[1].hint = "look at it"
	rows[3].Error = "no route to host"
	return rows
}

func TestStatusTable(t *testing.T) {
	for _, c := range []struct {
		width int
		want  string
	}{
		{0, `
HOST   PROJECT  DOMAIN       STATE        SINCE  DJANGO  PYTHON  WORKERS  LAST DEPLOY
web1!  example  example.com  up 200       14m    4.2.30  3       5        2m ago, root@vm
web2!  example  example.com  failing 500  14m    5.2.19  3       5        2m ago, root@vm
web3!  example  example.com  down         -      6.1.3   3       0        2m ago, root@vm
web4   -        -            unreachable
`},
		{80, `
HOST   PROJECT  DOMAIN       STATE        SINCE  DJANGO  LAST DEPLOY
web1!  example  example.com  up 200       14m    4.2.30  2m ago, root@vm
web2!  example  example.com  failing 500  14m    5.2.19  2m ago, root@vm
web3!  example  example.com  down         -      6.1.3   2m ago, root@vm
web4   -        -            unreachable
`},
		{55, `
HOST   PROJECT  DOMAIN       STATE
web1!  example  example.com  up 200
web2!  example  example.com  failing 500
web3!  example  example.com  down
web4   -        -            unreachable
`},
		{20, `
HOST   PROJE…  STATE
web1!  examp…  up 200
web2!  examp…  failing 500
web3!  examp…  down
web4   -       unreachable
`},
	} {
		var out bytes.Buffer
		table(&out, siteTable(someSites(), c.width, noon))
		if diff := cmp.Diff(c.want, "\n"+out.String()); diff != "" {
			t.Errorf("in %d columns (-want +got):\n%s", c.width, diff)
		}
		for line := range strings.Lines(out.String()) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); c.width >= 55 && n > c.width {
				t.Errorf("%d columns, not %d: %q", n, c.width, line)
			}
		}
	}
}

// What has no room in the table stands below the site that it is of.
func TestStatusBelowTheTable(t *testing.T) {
	rows := someSites()
	for i := range rows[:3] {
		rows[i].Use = inspect.Use{MemoryKB: 215 << 10, DiskKB: 1300 << 10, Traffic: &inspect.Traffic{Requests: 1204, Errors: 3 * i, Seconds: 300 - 100*i}}
	}
	var below []string
	for _, r := range rows[:3] {
		below = append(below, belowRow(r, siteTable(rows, 80, noon)[0], noon))
	}
	want := []string{"workers 5, memory 215 MiB, requests 1204, releases 1.3 GiB", "workers 5, memory 215 MiB, requests 1204, 3 failed in 200s, releases 1.3 GiB",
		"workers 0, memory 215 MiB, requests 1204, 6 failed in 100s, releases 1.3 GiB"}
	if diff := cmp.Diff(want, below); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := belowRow(rows[0], siteTable(rows, 40, noon)[0], noon); !strings.HasPrefix(got, "since 14m, workers 5") {
		t.Errorf("on a narrower screen: %q", got)
	}
	if all := siteTable(rows, 0, noon)[0]; len(all) != 12 || belowRow(rows[0], all, noon) != "" {
		t.Errorf("on a wide screen: %q", all)
	}
}

// Names as long as they can be do not get beyond a terminal of 80 columns.
func TestStatusTableOfLongNames(t *testing.T) {
	rows := someSites()
	for i := range rows {
		rows[i].Host += ".production.frankfurt.example.net"
		rows[i].Project = strings.Repeat("p", 31)
		rows[i].Domain = strings.Repeat("long", 40) + ".example.org"
		rows[i].Deployed = strings.Replace(rows[i].Deployed, "root@vm", "somebody@a-workstation-with-a-long-name", 1)
	}
	for _, line := range siteLines(rows, 80, noon) {
		if n := len([]rune(line)); n > 80 {
			t.Errorf("%d columns: %q", n, line)
		}
	}
}

// What a person needs of a site is never cut on a terminal of 80 columns: where it has no room in the table it stands below.
func TestStatusCutsNothingThatIsNeeded(t *testing.T) {
	rows := someSites()[:2]
	rows[0].Host, rows[0].Domain, rows[0].Release = "web1.production.example.net", "shop.a-customer-of-ours.example.co.uk", "20261126-101500-1a2b3c4"
	rows[1].Host, rows[1].Domain, rows[1].Release = "web2", "example.com", "20261125-090000-9f8e7d6"
	for width, want := range map[int]string{
		80: `
HOST                          PROJECT  STATE        RELEASE
web1.production.example.net!  example  up 200       20261126-101500-1a2b3c4
  shop.a-customer-of-ours.example.co.uk, since 14m, workers 5, last deploy 2m
  ago, root@vm
web2!                         example  failing 500  20261125-090000-9f8e7d6
  example.com, since 14m, workers 5, last deploy 2m ago, root@vm`,
		120: `
HOST                          PROJECT  DOMAIN                                 STATE        RELEASE
web1.production.example.net!  example  shop.a-customer-of-ours.example.co.uk  up 200       20261126-101500-1a2b3c4
  since 14m, workers 5, last deploy 2m ago, root@vm
web2!                         example  example.com                            failing 500  20261125-090000-9f8e7d6
  since 14m, workers 5, last deploy 2m ago, root@vm`,
	} {
		if diff := cmp.Diff(want, "\n"+strings.Join(siteLines(rows, width, noon), "\n")); diff != "" {
			t.Errorf("in %d columns (-want +got):\n%s", width, diff)
		}
	}
}

// What several hosts have to say is said once, with their names.
func TestStatusSaysThingsOnce(t *testing.T) {
	site := func(change func(*inspect.SiteStatus)) []inspect.SiteStatus {
		s := inspect.SiteStatus{Project: "shop", Domain: "shop.org", State: "up", HTTP: 200, Django: "5.2.19", Python: "3", OS: "debian 12"}
		change(&s)
		return []inspect.SiteStatus{s}
	}
	django := func(version string) []inspect.SiteStatus {
		return site(func(s *inspect.SiteStatus) { s.Django = version })
	}
	broken := site(func(s *inspect.SiteStatus) {
		s.State, s.HTTP, s.Problem, s.Note = "failing", 500, "status 500", "its code is newer"
	})
	same := site(func(*inspect.SiteStatus) {})
	pythons := func(version string) []inspect.SiteStatus {
		return site(func(s *inspect.SiteStatus) { s.Python = version })
	}
	twice := []inspect.SiteStatus{{Project: "shop", State: "up", Note: "PostgreSQL is down"}, {Project: "store", State: "up", Note: "PostgreSQL is down"}}
	for _, c := range []struct {
		name  string
		stage string
		sites [][]inspect.SiteStatus
		want  string // behind the table
	}{
		{"alike", "", [][]inspect.SiteStatus{same, same}, ""},
		{"a placeholder and a release", "", [][]inspect.SiteStatus{same, pythons("3.11")}, ""},
		{"Pythons of releases", "", [][]inspect.SiteStatus{pythons("3.12"), pythons("3.11")}, "! shop differs between web1 and web2: Python: 3.11 and 3.12\n"},
		{"two sites of a host", "", [][]inspect.SiteStatus{twice}, "! web1: PostgreSQL is down\n"},
		{"three versions", "", [][]inspect.SiteStatus{django("4.2.30"), django("5.2.19"), django("6.1.3")},
			"! shop differs between web1, web2 and web3: Django: 4.2.30, 5.2.19 and 6.1.3\n"},
		{"two of five", "production", [][]inspect.SiteStatus{same, django("5.2.1"), same, django("5.2.1"), same},
			"! shop on web2 and web4 differs from production: Django: most have 5.2.19\n"},
		{"one of three", "", [][]inspect.SiteStatus{same, django("5.2.1"), same}, "! shop on web2 differs from the others: Django: most have 5.2.19\n"},
		{"missing on two", "production", [][]inspect.SiteStatus{same, {}, same, {}, same}, "! shop on web2 and web4 differs from production: 3 others have it\n"},
		{"broken on all", "", [][]inspect.SiteStatus{broken, broken}, "shop on web1 and web2: status 500\n! web1 and web2: its code is newer\n"},
		{"broken on many", "", [][]inspect.SiteStatus{broken, broken, broken, broken, broken, broken, broken, broken},
			"shop on web1, web2, web3, web4, web5 and 3 more: status 500\n! web1, web2, web3, web4, web5 and 3 more: its code is newer\n"},
	} {
		var names, stages []string
		for i := range c.sites {
			names, stages = append(names, "web"+string(rune('1'+i))), append(stages, c.stage)
		}
		var out bytes.Buffer
		if err := saySites(Env{Stdout: &out}, false, siteRows(hostsNamed(names, stages), c.sites), noon); err != nil {
			t.Fatal(err)
		}
		lines := strings.SplitAfter(out.String(), "\n")
		rows := 1
		for strings.HasPrefix(lines[rows], "web") && !strings.Contains(lines[rows], ": ") {
			rows++
		}
		if diff := cmp.Diff(c.want, strings.Join(lines[rows:], "")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// A person reads why a site fails, and what to do; a script finds the same in JSON.
func TestStatusSaysWhy(t *testing.T) {
	var out bytes.Buffer
	if err := saySites(Env{Stdout: &out}, false, someSites(), noon); err != nil {
		t.Fatal(err)
	}
	if want := "example on web2: status 500\n    Traceback (most recent call last):\n    ValueError: why\n  hint: look at it\n! example differs between web1, web2 and web3: state: down, failing and up\n"; !strings.HasSuffix(out.String(), want) {
		t.Errorf("%s\nlacks %s", out.String(), want)
	}
	out.Reset()
	if err := saySites(Env{Stdout: &out}, true, someSites(), noon); err != nil {
		t.Fatal(err)
	}
	for i, words := range [][]string{
		{`"host":"web1"`, `"state":"up","http":200,"seconds":840`, `"os":"debian 11"`, `"deployed":"root@vm, deploy example example.com, 2026-11-26T11:57:30Z"`},
		{`"host":"web2"`, `"state":"failing","http":500,"problem":"status 500\nTraceback`, `"differs":"state: down, failing and up"`},
		{`"host":"web3"`, `"state":"down","seconds":0`},
		{`"host":"web4","project":""`, `"state":"unreachable"`, `"error":"no route to host"`},
	} {
		line := strings.Split(out.String(), "\n")[i]
		for _, w := range words {
			if !strings.Contains(line, w) {
				t.Errorf("%s\nlacks %s", line, w)
			}
		}
	}
}

func TestIllSites(t *testing.T) {
	for state, want := range map[string]bool{"up": false, "failing": true, "down": true, siteMissing: true, siteUnreachable: false} {
		if got := anyUnwell([]siteRow{{SiteStatus: inspect.SiteStatus{State: "up"}}, {SiteStatus: inspect.SiteStatus{State: state}}}); got != want {
			t.Errorf("%s: %v", state, got)
		}
	}
}

func TestStateWords(t *testing.T) {
	for _, c := range []struct {
		state string
		http  int
		want  string
	}{{"up", 200, "up 200"}, {"up", 302, "up 302"}, {"failing", 500, "failing 500"}, {"failing", 404, "failing 404"}, {"failing", 0, "failing"},
		{"failing", 200, "failing"}, {"down", 0, "down"}, {"missing", 0, "missing"}} {
		if got := stateWords(inspect.SiteStatus{State: c.state, HTTP: c.http}); got != c.want {
			t.Errorf("%s %d: %q", c.state, c.http, got)
		}
	}
}

func TestLastDeployInFewWords(t *testing.T) {
	for noted, want := range map[string]string{
		"": "", "root@vm, deploy shop shop.org, 2026-11-26T11:58:00Z": "2m ago, root@vm", "root@vm, up shop shop.org 3, 2026-11-24T11:58:00Z": "2d ago, root@vm",
		"root@vm, up shop shop.org, 2026-11-26T12:00:09Z": "0s ago, root@vm", "something else": "something else",
	} {
		if got := lastDeploy(noted, noon); got != want {
			t.Errorf("%q: %q, want %q", noted, got, want)
		}
	}
}

// What is no terminal has no width.
func TestWidthOfAFile(t *testing.T) {
	f, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	env := Env{}
	if env.width() != 0 {
		t.Error("no stdout has a width")
	}
	if env.Screen.Out = f; env.width() != 0 {
		t.Error("a file has a width")
	}
}
