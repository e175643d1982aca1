package rollout

import (
	"context"
	"errors"
	"strings"

	"djship/runner"
	"djship/secret"
)

// apply makes the changes of the turn's plan and tells of each step in the order of the list.
func (l *life) apply(ctx context.Context) error {
	name, turn, plan := l.target.Name, l.run.turns[l.turn].Name, l.plan()
	changes := plan.Changes()
	rest := plan.Items // whose end is not told yet
	tellUntil := func(name string) {
		for len(rest) > 0 && rest[0].Step.Name() != name {
			if c := rest[0].Change; !c.Acts() {
				l.step(rest[0], planned(c))
			}
			rest = rest[1:]
		}
	}
	holder := ""
	var mask secret.Masker // of what the running step prints
	tell := func(p runner.Progress) {
		it := changes[p.Index]
		switch p.Kind {
		case runner.Locked:
			if p.Text != holder {
				holder = p.Text
				l.doing("wait for lock")
				l.run.events <- Note{name, "waiting: another run is at work there: " + p.Text}
			}
		case runner.Uploading:
			l.doing("upload")
		case runner.Began:
			mask = secret.Masker{}
			tellUntil(it.Step.Name())
			l.stepBegan = l.run.Now()
			l.begun++
			l.run.events <- StepStart{Host: name, Phase: turn, Step: it.Step.Name(), Verb: string(it.Change.Verb), Detail: it.Change.Detail,
				Script: script(it.Change), Index: p.Index + 1, Of: len(changes)}
		case runner.Waiting:
			l.run.events <- Note{name, "waiting: " + p.Text}
		case runner.Printed:
			l.run.events <- Output{name, it.Step.Name(), mask.Line(p.Text)}
		case runner.Ended:
			l.changed++
			l.step(it, Changed)
		}
	}
	err := runner.Apply(ctx, l.session, plan, runner.Job{Run: l.run.ID, Holder: l.run.Holder, Patient: l.run.Patient, Now: l.run.Now(), Stop: l.run.Stop, Tell: tell})
	var failed *runner.StepError
	if errors.As(err, &failed) {
		if len(failed.Tail) > 0 {
			failed.Tail = strings.Split(secret.Masked(strings.Join(failed.Tail, "\n")), "\n")
		}
		for _, it := range changes {
			if it.Step.Name() == failed.Step {
				it.Change.Detail = failed.Reason
				tellUntil(failed.Step)
				l.step(it, Failed)
			}
		}
	}
	if err == nil {
		tellUntil("")
	}
	return err
}
