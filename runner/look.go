package runner

import (
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
	mark, sign := NewMark(), NewMark()
	out, err := AskHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%s", mark, sign), Body: list.probe()})
	switch {
	case errors.Is(err, errTooMuch):
		return model.Plan{}, &StepError{Step: lookedAt(list.Steps, mark, out), Reason: errTooMuch.Error(),
			Advice: printsWithoutEnd}
	case errors.Is(err, errLate):
		return model.Plan{}, &StepError{Step: lookedAt(list.Steps, mark, out), Reason: fmt.Sprintf("took longer than %v to be looked at", lookLimit),
			Advice: whatHangs}
	case err != nil:
		return model.Plan{}, err
	}
	facts, seen, err := ParseProbe(list.Steps, mark, sign, out)
	if err != nil {
		return model.Plan{}, err
	}
	return model.NewPlan(list.Steps, facts, seen), nil
}

// whatHangs is what to do about a host that does not answer what it is asked.
const whatHangs = "see on the host what hangs: a network file system that does not answer (`mount`), a directory service (`getent passwd`), or a disk (`dmesg`)"
