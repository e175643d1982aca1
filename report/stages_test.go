package report

import (
	"bytes"
	"regexp"
	"strings"
	"testing"
	"time"

	"djship/rollout"
)

// A check takes all stages at once: each host stands below its own stage however they come mixed, and no
// heading is without hosts.
func TestStagesOfACheck(t *testing.T) {
	var both bytes.Buffer
	r := New(Options{Out: &both, Err: &both})
	take := func(e rollout.Event) { r.Take(rollout.Record{Time: time.Unix(0, 0), Run: "r", Event: e}) }
	take(rollout.RunStart{Command: "deploy", Check: true, Hosts: []string{"s1", "s2", "p1"}, Stages: []string{"staging", "production"}})
	for _, h := range [][2]string{{"s1", "staging"}, {"s2", "staging"}, {"p1", "production"}} {
		take(rollout.HostStart{Host: h[0], Stage: h[1], Batch: 1})
	}
	for _, name := range []string{"s1", "p1", "s2"} {
		take(rollout.HostEnd{Host: name, Status: rollout.OK})
	}
	told, _, _ := strings.Cut(both.String(), "\n\ns1  ") // the summary's table
	want := regexp.MustCompile(`(?s)^djship deploy .*\n\nstaging\ns1 .*\n\nproduction\np1 .*\n\nstaging\ns2 `)
	if !want.MatchString(told) || strings.Count(told, "\nproduction\n") != 1 {
		t.Errorf("%s", told)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

// What is zero in a check is not counted: a host that failed has no plan, one that is ok has nothing in it.
func TestCountsOfACheckWithoutChanges(t *testing.T) {
	for want, end := range map[string]rollout.HostEnd{
		"failed: 1 failed, in ":                    {Host: "web1", Status: rollout.Failed, Error: "no"},
		"done: nothing would change; 1 ok, in ":    {Host: "web1", Status: rollout.OK},
		"done: 1 host, 2 steps would change, in 0": {Host: "web1", Status: rollout.WouldChange, Changed: 2},
	} {
		var both bytes.Buffer
		r := New(Options{Out: &both, Err: &both})
		run := rollout.RunEnd{}
		switch end.Status {
		case rollout.Failed:
			run.Status, run.Failed = 1, 1
		case rollout.OK:
			run.OK = 1
		case rollout.WouldChange:
			run.WouldChange = 1
		}
		for _, e := range []rollout.Event{rollout.RunStart{Command: "deploy", Check: true, Hosts: []string{"web1"}}, rollout.HostStart{Host: "web1", Batch: 1}, end, run} {
			r.Take(rollout.Record{Time: time.Unix(0, 0), Run: "r", Event: e})
		}
		if err := r.Close(); err != nil || !strings.Contains(both.String(), want) {
			t.Errorf("%v, no %q in\n%s", err, want, &both)
		}
	}
}
