package report

import (
	"strings"
	"testing"
	"time"

	"djship/rollout"
)

// A push that failed before it switched says that visitors have met nothing of it; one that had begun to switch says no such thing.
func TestTotalOfAPushThatFailed(t *testing.T) {
	const said = "visitors get what was live before"
	for _, tt := range []struct {
		phase  string
		status int
		want   bool
	}{
		{"prepare", 1, true},
		{"migrate", 1, true},
		{rollout.SwitchTurn, 1, false},
		{"prepare", 0, false},
	} {
		n := &narrator{state: newState()}
		for _, e := range []rollout.Event{
			rollout.RunStart{Command: "push", Hosts: []string{"web1"}, Pushed: rollout.Pushed{Release: "20261126-101500-1a2b3c4"}},
			rollout.TurnStart{Phase: tt.phase, Batch: 1},
			rollout.RunEnd{Status: tt.status, Failed: tt.status},
		} {
			n.state.take(rollout.Record{Time: time.Now(), Event: e})
		}
		if got := strings.Join(n.total(), "\n"); strings.Contains(got, said) != tt.want {
			t.Errorf("%s, status %d: %q", tt.phase, tt.status, got)
		}
	}
}
