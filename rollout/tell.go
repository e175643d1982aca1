package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"djship/remote"
	"djship/runner"
	"djship/secret"
	"djship/steps/model"
)

// apply makes the plan's changes and tells of each step in the order of the list.
func (l *life) apply(ctx context.Context) error {
	name, changes := l.target.Name, l.plan.Changes()
	rest := l.plan.Items // whose end is not told yet
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
				l.phase("wait for lock")
				l.events <- Note{name, "waiting: another run is at work there: " + p.Text}
			}
		case runner.Uploading:
			l.phase("upload")
		case runner.Began:
			mask = secret.Masker{}
			tellUntil(it.Step.Name())
			l.started = l.Now()
			l.begun++
			l.events <- StepStart{Host: name, Step: it.Step.Name(), Verb: string(it.Change.Verb), Detail: it.Change.Detail,
				Script: script(it.Change), Index: p.Index + 1, Of: len(changes)}
		case runner.Waiting:
			l.events <- Note{name, "waiting: " + p.Text}
		case runner.Printed:
			l.events <- Output{name, it.Step.Name(), mask.Line(p.Text)}
		case runner.Ended:
			l.changed++
			l.step(it, Changed)
		}
	}
	err := runner.Apply(ctx, l.session, l.plan, runner.Job{Run: l.ID, Holder: l.Holder, Patient: l.Patient, Now: l.Now(), Stop: l.Stop, Tell: tell})
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

// remarks tells what is to be known of steps that are as they should be.
func (l *life) remarks() {
	for _, it := range l.plan.Items {
		if it.Change.Verb == model.Tell {
			l.events <- Note{l.target.Name, it.Change.Detail}
		}
	}
}

// planned returns the events of a check run for the host's plan.
func (l *life) planned() []Event {
	status, changes := OK, len(l.plan.Changes())
	if changes > 0 {
		status = WouldChange
	}
	events := []Event{HostStart{Host: l.target.Name, Stage: l.target.Stage, Batch: 1, Domain: l.target.Domain}}
	for _, it := range l.plan.Items {
		events = append(events, Step{Host: l.target.Name, Step: it.Step.Name(), Status: planned(it.Change), Detail: it.Change.Detail, Diff: it.Change.Diff, Warn: it.Change.Warn})
	}
	return append(events, HostEnd{Host: l.target.Name, Status: status, Changed: changes})
}

// planned is the status of a change that is not made.
func planned(c model.Change) Status {
	switch {
	case c.Verb == model.Keep:
		return Kept
	case c.Acts():
		return WouldChange
	}
	return OK
}

// refuse tells what forbids to go on, all of it.
func (l *life) refuse() error {
	e := &RefusedError{}
	for _, it := range l.plan.Refused {
		l.step(it, Failed)
		e.Problems = append(e.Problems, it.Change.Detail)
		if !strings.Contains(e.Advice, it.Change.Hint) {
			e.Advice = strings.TrimPrefix(e.Advice+"; "+it.Change.Hint, "; ")
		}
	}
	return e
}

// A RefusedError says why a host was left untouched.
type RefusedError struct {
	Problems []string
	Advice   string
}

func (e *RefusedError) Error() string {
	return strings.Join(e.Problems, "\n") + "\nnothing was changed on this host"
}

// Hint says what to do next.
func (e *RefusedError) Hint() string { return e.Advice }

func (l *life) phase(name string) { l.events <- Phase{l.target.Name, name} }

func (l *life) step(it model.Item, status Status) { l.events <- l.ofStep(it, status) }

// ofStep is the event of a step that has ended.
func (l *life) ofStep(it model.Item, status Status) Step {
	e := Step{Host: l.target.Name, Step: it.Step.Name(), Status: status, Detail: it.Change.Detail, Diff: it.Change.Diff, Warn: it.Change.Warn}
	if status == Kept && !l.Diff {
		e.Diff = ""
	}
	if !l.started.IsZero() {
		e.Seconds = l.Now().Sub(l.started).Seconds()
		l.started = time.Time{}
	}
	return e
}

// script is what a change runs, for the log.
func script(c model.Change) string {
	var b strings.Builder
	if c.Before != "" {
		fmt.Fprintf(&b, "%s\n", c.Before)
	}
	for _, f := range c.Files {
		fmt.Fprintf(&b, "# put %s, %d bytes, mode %s\n", f.Path, len(f.Content), f.Mode)
	}
	b.WriteString(string(c.Script))
	return strings.TrimSpace(b.String())
}

// said is what an error says, without secrets in what the host has printed.
func said(err error) string {
	var become *remote.BecomeError
	var shell *remote.LoginShellError
	if errors.As(err, &become) || errors.As(err, &shell) {
		return secret.Masked(err.Error())
	}
	return err.Error()
}

// hint is what the error advises.
func hint(err error) string {
	var advises interface{ Hint() string }
	if errors.As(err, &advises) {
		return advises.Hint()
	}
	return ""
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
