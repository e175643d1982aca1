package rollout

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"djship/remote"
	"djship/secret"
	"djship/steps/model"
)

// What a host prints is told without the secrets in it: while a step runs, when it fails, and when a
// login or sudo does.
func TestSecretsThatHostsPrint(t *testing.T) {
	const sentinel = "hunter2Zk9"
	for name, given := range map[string]func(*fake){
		"a step prints": func(f *fake) { f.bad["one"] = true },
		"a step fails":  func(f *fake) { f.fails = "two" },
		"sudo": func(f *fake) {
			f.noExec = &remote.BecomeError{Host: "a", Method: "sudo", Kind: remote.BecomeNotPermitted, Output: "API_KEY=" + sentinel}
		},
		"a login shell": func(f *fake) {
			f.noExec = &remote.LoginShellError{Host: "a", User: "me", Output: "+ export DB_PASS=" + sentinel}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a")
				f := w.hosts["a"]
				f.says = "connecting to postgres://me:" + sentinel + "@db/site\nTraceback:\n  SECRET_KEY = '" + sentinel + "'\n" +
					"-----BEGIN PRIVATE KEY-----\n" + sentinel + "\n-----END PRIVATE KEY-----\nlast words\n"
				given(f)
				w.run()
				all := fmt.Sprintf("%+v", w.events)
				if strings.Contains(all, sentinel) {
					t.Errorf("an event tells it: %.2000s", all)
				}
				if !strings.Contains(all, secret.Mask) {
					t.Errorf("nothing was masked: %.2000s", all)
				}
			})
		})
	}
}

// The text of a file that a person has changed is in the events where it was asked for, only.
func TestDiffsOfKeptFiles(t *testing.T) {
	kept := model.Item{Step: aspect("one"), Change: model.Change{Told: model.Told{Verb: model.Keep, Detail: "kept", Diff: "-# mine"}}}
	for _, diff := range []bool{false, true} {
		l := &life{run: &Rollout{Diff: diff, turns: make([]Turn, 1)}, target: Target{Name: "a"}}
		if got := l.ofStep("", kept, Kept).Diff; (got != "") != diff {
			t.Errorf("--diff %v: the event has %q", diff, got)
		}
	}
}

type tells struct{ aspect }

func (tells) TellsOutput() {}

// What a step that tells gives notice of is a note, whoever looks; of another it is output as any.
func TestNotices(t *testing.T) {
	events := make(chan Event, 1)
	a := &applying{life: &life{run: &Rollout{events: events}, target: Target{Name: "a"}}}
	for _, c := range []struct {
		step model.Step
		line string
		want Event
	}{
		{tells{"one"}, "notice: look", Note{"a", "look"}},
		{tells{"one"}, "look", Output{Host: "a", Step: "one", Line: "look", Told: true}},
		{aspect("one"), "notice: look", Output{Host: "a", Step: "one", Line: "notice: look"}},
	} {
		if a.printed(c.step, c.line); <-events != c.want {
			t.Errorf("%q of %T is not %v", c.line, c.step, c.want)
		}
	}
}
