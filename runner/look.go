package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"djship/remote"
	"djship/steps/model"
)

const printsWithoutEnd = "see on the host what prints so much when that is looked at: a program in /usr/local in the place of the system's, or a file that has grown without end"

// Look reads a host by one exec and plans the list for it. Nothing is written there. A probe that hangs,
// or prints without end, is a *StepError that names the step which was looked at.
func Look(ctx context.Context, s Session, list *List) (model.Plan, error) {
	plans, err := LookAtAll(ctx, s, nil, list, list)
	if err != nil {
		return model.Plan{}, err
	}
	return plans[0], nil
}

// LookAtAll is Look for several lists by one exec: each is planned by itself, as if it alone were asked for. all is
// the list of all their steps, in order; a name that two of them have is there twice. first, if not nil, is called with the
// facts, as soon as these have come.
func LookAtAll(ctx context.Context, s Session, first func(model.Facts), all *List, lists ...*List) ([]model.Plan, error) {
	mark, sign := NewMark(), NewMark()
	out, err := askHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%s", mark, sign), Body: all.probe()}, factsTo(first, mark))
	switch {
	case errors.Is(err, errTooMuch):
		return nil, &StepError{Step: lookedAt(all.Steps, mark, out), Reason: errTooMuch.Error(),
			Advice: printsWithoutEnd}
	case errors.Is(err, errLate):
		return nil, &StepError{Step: lookedAt(all.Steps, mark, out), Reason: fmt.Sprintf("took longer than %v to be looked at", lookLimit),
			Advice: whatHangs}
	case err != nil:
		return nil, err
	}
	facts, seen, err := ParseProbe(all.Steps, mark, sign, out)
	if err != nil {
		return nil, err
	}
	return plansOf(facts, seen, lists), nil
}

// factsTo gives facts, once, as soon as they are in what has come.
func factsTo(first func(model.Facts), mark string) func([]byte) {
	if first == nil {
		return nil
	}
	begin, told := []byte("\n"+mark+" "), false
	opening := []byte("\n" + mark + " facts\n")
	return func(out []byte) {
		if told {
			return
		}
		_, facts, ok := bytes.Cut(out, opening)
		if !ok {
			return
		}
		if facts, _, ok = bytes.Cut(facts, begin); ok {
			told = true
			first(model.ParseFacts(string(facts)))
		}
	}
}

// plansOf plans lists that were looked at together, each by itself.
func plansOf(facts model.Facts, seen []model.Observed, lists []*List) []model.Plan {
	plans := make([]model.Plan, len(lists))
	for i, list := range lists {
		n := len(list.Steps)
		plans[i] = model.NewPlan(list.Steps, facts, seen[:n:n])
		seen = seen[n:]
	}
	return plans
}

// whatHangs is what to do about a host that does not answer what it is asked.
const whatHangs = "see on the host what hangs: a network file system that does not answer (`mount`), a directory service (`getent passwd`), or a disk (`dmesg`)"
