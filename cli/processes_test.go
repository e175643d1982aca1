package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"djship/inventory"
	"djship/project"
	"djship/steps/release"
)

func TestProcessCounts(t *testing.T) {
	processes := []project.Process{{Name: "beat", Single: true}, {Name: "worker"}}
	for said, c := range map[string]struct{ first, other, wrong string }{
		"":                  {"1 1", "0 1", ""},
		"worker=3":          {"1 3", "0 3", ""},
		"worker=3,beat=0":   {"0 3", "0 3", ""},
		"beat=1 worker=0":   {"1 0", "1 0", ""},
		"importer=4":        {"1 1", "0 1", ""}, // of another site on the host
		"workr=2":           {"", "", "there is no process \"workr\"\ndid you mean worker?"},
		"beat=2":            {"", "", "beat=2, and there may be one of it only\nwrite beat=1, on one host"},
		"web=4":             {"", "", "web is gunicorn, which is one"},
		"worker":            {"", "", `"worker" is no number of a process`},
		"worker=-1":         {"", "", `"worker=-1" is no number of a process`},
		"worker=1000000000": {"", "", `"worker=1000000000" is no number of a process`},
	} {
		inv, err := inventory.Load([]string{"-"}, strings.NewReader("web1 "+workersVar+"='"+said+"'\n"))
		if err != nil {
			t.Fatal(err)
		}
		for _, first := range []bool{true, false} {
			want := c.other
			if first {
				want = c.first
			}
			got, err := processCounts(inv.Host("web1"), processes, first)
			if got != want || (err == nil) != (c.wrong == "") {
				t.Errorf("%q, first %v: %q, %v, want %q", said, first, got, err, want)
			}
			var usage *usageError
			if err != nil && (!errors.As(err, &usage) || !strings.HasPrefix(err.Error()+"\n"+usage.Hint(), workersVar+" of web1: "+c.wrong)) {
				t.Errorf("%q: %v", said, err)
			}
		}
	}
}

// What may run once runs on a stage's first host, whichever are selected.
func TestFirstOfStages(t *testing.T) {
	inv, err := inventory.Load([]string{"-"}, strings.NewReader("[staging]\ns1\n[production]\np1\np2\n"))
	if err != nil {
		t.Fatal(err)
	}
	staged, err := sortIntoStages(inv, []*inventory.Host{inv.Host("s1"), inv.Host("p2")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	firsts := firstOfStages(inv, staged)
	if len(firsts) != 2 || !firsts[inv.Host("s1")] || !firsts[inv.Host("p1")] {
		t.Errorf("the first are %v", firsts)
	}
	single := []project.Process{{Name: "beat", Single: true}, {Name: "worker"}}
	if got := elsewhere(single, firsts, staged.hosts); got != "beat: one for a stage, on its first host, which is not pushed to now: p1" {
		t.Error(got)
	}
	code := &pushedCode{processes: single, firsts: firsts}
	if got := singlesOf(code, []string{"p1", "p2"}) + singlesOf(code, []string{"p2"}); got != "beat: one for a stage, on a host that could not be reached: p1" {
		t.Error(got)
	}
	if got := elsewhere(single[1:], firsts, staged.hosts) + elsewhere(single, firsts, inv.Hosts()); got != "" {
		t.Error(got)
	}
}

func TestServices(t *testing.T) {
	for said, want := range map[string]string{"": "false", "redis": "true", "redis, redis": "true", "memcached": "djship_services of web1: there is no service \"memcached\""} {
		inv, err := inventory.Load([]string{"-"}, strings.NewReader("web1 djship_services='"+said+"'\n"))
		if err != nil {
			t.Fatal(err)
		}
		got, err := hasRedis(inv.Host("web1"))
		if text := fmt.Sprint(got); text != want && (err == nil || err.Error() != want) {
			t.Errorf("%q: %v, %v, want %s", said, got, err, want)
		}
		err = givenByHost(inv.Host("web1"), []release.Setting{setting("A", "1"), setting("REDIS_URL", "redis://other")})
		if wrong := strings.HasSuffix(fmt.Sprint(err), "REDIS_URL can't be set: djship_services of web1 gives it"); wrong != (want == "true") {
			t.Errorf("%q: %v", said, err)
		}
	}
}
