package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"djship/rollout"
)

// Files that are the user's are counted in a few words; one that somebody should look at is a warning, once.
func TestYours(t *testing.T) {
	const edited, outdated = "/etc/a: yours, left alone; --diff shows how it differs", "/etc/b: yours, left alone; djship's own has changed"
	tests := []struct {
		name    string
		options Options
		warn    bool
		has     []string
		not     []string
	}{
		{"a pipe", Options{}, false, []string{"web1  ok            2 files are yours; --diff shows how they differ  0.5s"}, []string{"/etc/a", "/etc/b", "warnings", "kept"}},
		{"a pipe, and one to look at", Options{}, true, []string{"2 files are yours", "warnings\n  web1: kept b: " + outdated}, []string{"/etc/a"}},
		{"a pipe, with the text", Options{Diff: true}, false, []string{"2 files are yours  0.5s", "a: /etc/a", "+mine"}, []string{"warnings"}},
		{"a terminal", Options{TTY: true}, false, []string{"\n    2 files are yours; --diff shows how they differ"}, []string{"/etc/a", "/etc/b", "warnings", "kept"}},
		{"a terminal, and one to look at", Options{TTY: true}, true, []string{"! b  kept: /etc/b: yours", "\n    2 files are yours"}, []string{"/etc/a", "warnings"}},
		{"a terminal, with the text", Options{TTY: true, Diff: true}, false, []string{"! a  kept: " + edited, "+mine", "\n    2 files are yours"}, []string{"warnings", "are yours; --diff"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			o := tt.options
			o.Out, o.Err = &out, &out
			o.Size = func() (int, int) { return 120, 40 }
			r := New(o)
			for _, e := range []rollout.Event{
				rollout.RunStart{Command: "deploy", Hosts: []string{"web1"}},
				rollout.HostStart{Host: "web1", Batch: 1},
				rollout.StepEnd{Host: "web1", Step: "a", Status: rollout.Kept, Detail: edited, Diff: "+mine\n"},
				rollout.StepEnd{Host: "web1", Step: "b", Status: rollout.Kept, Detail: outdated, Diff: "+mine\n", Warn: tt.warn},
				rollout.HostEnd{Host: "web1", Status: rollout.OK, Seconds: 0.5},
				rollout.RunEnd{OK: 1},
			} {
				r.Take(rollout.Record{Time: time.Now(), Event: e})
			}
			if err := r.Close(); err != nil {
				t.Fatal(err)
			}
			for _, words := range tt.has {
				if !strings.Contains(out.String(), words) {
					t.Errorf("it lacks %q:\n%s", words, out.String())
				}
			}
			for _, words := range tt.not {
				if strings.Contains(out.String(), words) {
					t.Errorf("it says %q:\n%s", words, out.String())
				}
			}
		})
	}
}
