package cli

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"djship/rollout"
	"djship/steps/model"

	"github.com/google/go-cmp/cmp"
)

// aTerminal is a person at a terminal: what is typed, and what is seen.
type aTerminal struct {
	io.Reader
	bytes.Buffer
}

func (t *aTerminal) Read(p []byte) (int, error) { return t.Reader.Read(p) }

func TestAskStage(t *testing.T) {
	step := func(host, name string, status rollout.Status, diff string) rollout.Event {
		return rollout.StepEnd{Host: host, Step: name, Status: status, Detail: "it differs", Diff: diff}
	}
	q := rollout.Question{
		Stage: "staging", Next: "production", Hosts: []string{"p1", "p2"},
		Ends: []rollout.HostEnd{{Host: "s1", Status: rollout.Changed}, {Host: "s2", Status: rollout.OK}, {Host: "s3", Status: rollout.Failed}},
		Plan: []rollout.Event{
			rollout.HostStart{Host: "p1", Stage: "production", Batch: 1},
			step("p1", "nginx site", rollout.WouldChange, "--- a\n+++ b\n@@ -1 +1 @@\n-old\n+new\x1b[2J\n"), step("p1", "account", rollout.OK, ""),
			rollout.HostEnd{Host: "p1", Status: rollout.WouldChange, Changed: 1},
			rollout.HostStart{Host: "p2", Stage: "production", Batch: 1},
			step("p2", "nginx site", rollout.WouldChange, ""), step("p2", "account", rollout.WouldChange, ""),
			rollout.HostEnd{Host: "p2", Status: rollout.WouldChange, Changed: 2},
		},
	}
	q.Migrations = []model.Migration{{Name: "shop.0002", Atomic: true, Destroys: []model.Destroyed{{What: "table old", Rows: 7, Bytes: 8192}}}}
	known := rollout.Question{Stage: "staging", Migrations: q.Migrations, Plan: []rollout.Event{rollout.Migration{Host: "p1", Migration: model.Migration{Name: "shop.0003", Python: true, Atomic: true}}}}
	sized := rollout.Question{Stage: "staging", Next: "production", Migrations: q.Migrations, Tables: [][]model.Table{{{Name: "old", Rows: 1204000, Bytes: 5 << 30}}}}
	if got, want := worstMigration(sized), "of the migrations that staging had, by the tables of production: shop.0002 destroys data: table old, about 1,204,000 rows, 5.0 GiB"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if got, want := worstMigration(known), "of its migrations: shop.0003 Python code, which can't be shown"; got != want {
		t.Errorf("the worst: %q, want %q", got, want)
	}
	tests := []struct {
		typed string
		want  rollout.Answer
		asked int
		diff  bool
	}{
		{"y\n", rollout.Yes, 1, false},
		{"YES\n", rollout.Yes, 1, false},
		{"n\n", rollout.No, 1, false},
		{"\nyo\ny\n", rollout.Yes, 3, false},
		{"d\ny\n", rollout.Yes, 2, true},
		{"d\nn\n", rollout.No, 2, true},
		{"", rollout.No, 1, false},
		{"y", rollout.Yes, 1, false},
	}
	for _, tt := range tests {
		tty := &aTerminal{Reader: strings.NewReader(tt.typed)}
		if got := askStage(tty, q, func() { Env{}.showPlan(t.Context(), tty, q.Plan, false) }); got != tt.want {
			t.Errorf("typed %q: the answer is %v, want %v", tt.typed, got, tt.want)
		}
		seen := tty.String()
		for _, want := range []string{"staging is done: 1 changed, 1 ok, 1 failed\n", "production is next, 2 of its hosts; what would change:\n",
			"  of the migrations, as it was in staging (how it is in production is told when that begins): shop.0002 destroys data: table old, 7 rows, 8 KiB\n", "  nginx site  2 hosts\n  account     1 host\n"} {
			if !strings.Contains(seen, want) {
				t.Errorf("typed %q: %q is missing in:\n%s", tt.typed, want, seen)
			}
		}
		if n := strings.Count(seen, "begin production?"); n != tt.asked {
			t.Errorf("typed %q: asked %d times, want %d", tt.typed, n, tt.asked)
		}
		if got := strings.Contains(seen, "+new"); got != tt.diff {
			t.Errorf("typed %q: diff shown %v, want %v:\n%s", tt.typed, got, tt.diff, seen)
		}
		if strings.Contains(seen, "\x1b[2J") {
			t.Errorf("typed %q: what a host sent reaches the terminal as it is", tt.typed)
		}
	}
}

// What would change takes few lines, whatever it is.
func TestCountChanges(t *testing.T) {
	plan := func(hosts, steps int, but func(host, step int) bool) []rollout.Event {
		var all []rollout.Event
		for h := range hosts {
			for s := range steps {
				if but == nil || !but(h, s) {
					all = append(all, rollout.StepEnd{Host: fmt.Sprint("p", h), Step: fmt.Sprint("step ", s), Status: rollout.WouldChange})
				}
			}
		}
		return all
	}
	for _, test := range []struct {
		name string
		plan []rollout.Event
		want string
	}{
		{"few", plan(2, 2, nil), "step 0  2 hosts\nstep 1  2 hosts"},
		{"a first deploy", plan(5, 46, nil), "46 steps, step 0 to step 45  5 hosts"},
		{"but for one", plan(2, 46, func(h, s int) bool { return h == 0 && s == 7 }), "45 steps, step 0 to step 45  2 hosts\nstep 7                       1 host"},
		{"two turns", []rollout.Event{
			rollout.StepEnd{Host: "p0", Phase: "prepare", Step: "folder", Status: rollout.WouldChange},
			rollout.StepEnd{Host: "p0", Phase: "switch", Step: "folder", Status: rollout.WouldChange},
		}, "prepare: folder  1 host\nswitch: folder   1 host"},
		{"all different", plan(20, 20, func(h, s int) bool { return h < s }),
			"step 0  20 hosts\nstep 1  19 hosts\nstep 2  18 hosts\nstep 3  17 hosts\nstep 4  16 hosts\nstep 5  15 hosts\n… and 14 more; d shows them"},
	} {
		if diff := cmp.Diff(test.want, strings.Join(countChanges(test.plan), "\n")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}
