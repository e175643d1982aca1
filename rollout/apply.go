package rollout

import (
	"context"
	"errors"
	"strings"

	"djship/runner"
	"djship/secret"
	"djship/steps/model"
)

// An applying tells of a plan that is applied: of each step, in the order of the list.
type applying struct {
	*life
	changes []model.Item
	rest    []model.Item // whose end is not told yet
	holder  string
	mask    secret.Masker // of what the running step prints
}

// apply makes the changes of a plan. When stop is closed no further change begins; then is looked at when all are made.
func (l *life) apply(ctx context.Context, plan model.Plan, stop <-chan struct{}, then *runner.Then) error {
	a := &applying{life: l, changes: plan.Changes(), rest: plan.Items}
	for _, it := range a.changes {
		if _, is := it.Step.(model.Final); is {
			l.run.final.Store(l.target.Stage, true)
		}
	}
	err := runner.Apply(ctx, l.session, plan, runner.Job{Run: l.run.ID, Holder: l.run.Holder, Patient: l.run.Patient, Now: l.run.Now(), End: l.runEnd(), Stop: stop, Then: then, Tell: a.tell})
	var failed *runner.StepError
	if errors.As(err, &failed) {
		if len(failed.Tail) > 0 {
			failed.Tail = strings.Split(secret.Masked(strings.Join(failed.Tail, "\n")), "\n")
		}
		for _, it := range a.changes {
			if it.Step.Name() == failed.Step {
				it.Change.Detail = failed.Reason
				a.tellUntil(failed.Step)
				l.step(it, Failed)
			}
		}
	}
	if err == nil {
		a.tellUntil("")
	}
	return err
}

// runEnd is what the host notes of the run when what is applied is made. Of several turns the one that can be taken back is what the
// run is for.
func (l *life) runEnd() runner.End {
	switch turns := l.target.Turns.list; {
	case l.goingBack:
		return runner.Undone
	case len(turns) > 1 && turns[l.turn].Back == nil && l.run.lastBack() >= 0:
		return runner.Part
	}
	return ""
}

// tellUntil tells of the steps before that of a name that had nothing to do.
func (a *applying) tellUntil(name string) {
	for len(a.rest) > 0 && a.rest[0].Step.Name() != name {
		if c := a.rest[0].Change; !c.Acts() {
			a.step(a.rest[0], planned(c))
		}
		a.rest = a.rest[1:]
	}
}

func (a *applying) tell(p runner.Progress) {
	host, it := a.target.Name, a.changes[p.Index]
	switch p.Kind {
	case runner.Locked:
		if p.Text != a.holder {
			a.holder = p.Text
			a.doing("wait for lock")
			a.run.events <- Note{host, "waiting: another run is at work there: " + p.Text}
		}
	case runner.Uploading:
		a.doing("upload")
	case runner.Sending:
		a.run.events <- Sending{host, p.Sent, p.Size}
	case runner.Began:
		a.mask = secret.Masker{}
		a.tellUntil(it.Step.Name())
		for _, m := range it.Change.Migrations {
			a.run.events <- Migration{host, m}
		}
		a.migrations = append(a.migrations, it.Change.Migrations...)
		a.stepBegan = a.run.Now()
		a.begun++
		a.run.events <- StepStart{Host: host, Phase: a.phase(), Step: it.Step.Name(), Verb: string(it.Change.Verb), Detail: it.Change.Detail,
			Script: script(it.Change), Index: p.Index + 1, Of: len(a.changes)}
	case runner.Waiting:
		a.run.events <- Note{host, "waiting: " + p.Text}
	case runner.Printed:
		if !a.reports(it.Step, p.Text) {
			a.printed(it.Step, a.mask.Line(p.Text))
		}
	case runner.Ended:
		a.changed++
		a.step(it, Changed)
	}
}

// printed passes on a line of output, without secrets.
func (a *applying) printed(s model.Step, line string) {
	_, told := s.(model.Telling)
	if notice, ok := strings.CutPrefix(line, "notice: "); ok && told {
		a.run.events <- Note{a.target.Name, notice}
		return
	}
	a.run.events <- Output{Host: a.target.Name, Step: s.Name(), Line: line, Told: told}
}

// reports takes a line by which a step tells of itself. It returns false for one that only is output.
func (l *life) reports(s model.Step, line string) bool {
	if r, ok := s.(model.Rehearsing); ok {
		m, ok := r.ReadBreak(line)
		if ok {
			l.run.events <- Migration{l.target.Name, m}
		}
		return ok
	}
	r, ok := s.(model.Reporting)
	if !ok {
		return false
	}
	switched, ok := r.ReadSwitched(line)
	if !ok {
		return false
	}
	if !l.goingBack {
		l.was, l.live = switched.Before, switched.Release
	}
	l.run.events <- Switch{l.target.Name, switched}
	return true
}
