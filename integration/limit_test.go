//go:build linux

package integration

import (
	"errors"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/runner"
	"djship/steps/model"
)

// A hanging is a step that never ends, nor does its child.
type hanging struct{ limit time.Duration }

func (hanging) Name() string        { return "a step that hangs" }
func (hanging) ID() string          { return "hanging" }
func (hanging) Probe() model.Script { return "echo there is something to do" }

func (s hanging) Plan(_ model.Facts, seen model.Observed) model.Change {
	return model.Change{Told: model.Told{Verb: model.Run, Detail: strings.TrimSpace(seen.Text)}, Work: model.Work{
		Script: "echo it waits for nobody\ntrap '' TERM HUP\nsh -c \"trap '' TERM; sleep 98765; :\" &\nsleep 98765; sleep 98765"}, Schedule: model.Schedule{Limit: s.limit}}
}

// A step that hangs has a limit. The error names it, the step and what it last said; on the host all of
// the step is gone, though it does not want to be.
func TestHangingStep(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, _ := up(t, suite, fresh)
		const limit = 3 * time.Second
		overAt(t, h, limit, hanging{limit}, "it hangs", "a step that hangs: took longer than 3s\nit waits for nobody")
		within(t, lasts, func() error { return equal(try(t, h, leftovers+"; pgrep -a -f 98765 | grep -v pgrep || :"), "") })
	})
}

// overAt carries a step out and checks that it is over at its limit, with the error that is wanted and what to do.
func overAt(t *testing.T, h *testbed.Host, limit time.Duration, step model.Step, what, want string) {
	t.Helper()
	session := session(t, h)
	plan, err := runner.Look(t.Context(), session, runner.NewList(step))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = runner.Apply(t.Context(), session, plan, runner.Job{Run: "r", Holder: "a test", Now: began, Tell: func(runner.Progress) {}})
	took := time.Since(began)
	var failed *runner.StepError
	if !errors.As(err, &failed) {
		t.Fatalf("%s: %T: %v", what, err, err)
	}
	same(t, what+": the error", err.Error(), want)
	same(t, what+": the hint", failed.Hint(), "run the same command again, and see on the host, with `ps axf`, what it waits for")
	if took < limit || took > limit+lasts {
		t.Errorf("%s: it took %v", what, took)
	}
}
