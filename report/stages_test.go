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
