package report

import (
	"testing"
	"time"

	"djship/rollout"
)

// A host whose connection was lost is told with the step in whose middle that was, and with none where it was between two.
func TestBrokenStep(t *testing.T) {
	begins := rollout.StepStart{Host: "w", Phase: "switch", Step: "new secret key of example", Index: 2, Of: 3}
	ends := rollout.StepEnd{Host: "w", Phase: "switch", Step: "new secret key of example", Status: rollout.Changed}
	lost := rollout.HostEnd{Host: "w", Status: rollout.Unreachable, Cause: "lost", Error: "lost the connection: EOF"}
	failed := ends
	failed.Status = rollout.Failed
	for name, c := range map[string]struct {
		events []rollout.Event
		want   string
	}{
		"within a step":      {[]rollout.Event{begins, lost}, "at switch: new secret key of example"},
		"between two":        {[]rollout.Event{begins, ends, lost}, ""},
		"as it is looked at": {[]rollout.Event{begins, ends, rollout.Activity{Host: "w", Name: "health"}, lost}, ""},
		"never reached":      {[]rollout.Event{rollout.HostEnd{Host: "w", Status: rollout.Unreachable}}, ""},
		"failed":             {[]rollout.Event{begins, failed, rollout.HostEnd{Host: "w", Status: rollout.Failed}}, "at switch: new secret key of example"},
		"stopped":            {[]rollout.Event{begins, rollout.HostEnd{Host: "w", Status: rollout.Failed}}, ""},
	} {
		s := newState()
		for _, e := range c.events {
			s.take(rollout.Record{Time: time.Unix(1, 0), Event: e})
		}
		if got := s.host("w").failedAt(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
