package rollout

import (
	"context"
	"errors"

	"djship/remote"
	"djship/runner"
	"djship/steps/model"
)

// healthy ends a turn that went well so far, if its sites answer so many times.
func (l *life) healthy(ctx context.Context, turn int, early *request, times int) (Status, error) {
	sites := l.healths(turn)
	if sites == nil {
		return l.outcome(), nil
	}
	l.doing("health")
	began := l.run.Now()
	answers := l.askAll(ctx, sites, early, times, l.run.Stop)
	if firstOf(answers) != nil && l.lost() && !l.run.stopped(ctx) {
		if err := l.connect(ctx); err != nil {
			return Unreachable, err
		}
		answers = l.askAll(ctx, sites, nil, times, l.run.Stop)
	}
	err := firstOf(answers)
	switch {
	case err != nil && l.run.stopped(ctx):
		return Failed, errUnasked
	case err != nil && l.lost():
		return Unreachable, err
	}
	var failed []error
	for _, a := range answers {
		e := StepEnd{Host: l.target.Name, Phase: l.run.turns[turn].Name, Step: "site answers", Status: OK, Detail: a.detail, Seconds: l.run.Now().Sub(began).Seconds()}
		if a.err != nil {
			failed = append(failed, a.err)
			e.Status, e.Detail = Failed, model.FirstLine(a.err.Error())
		}
		l.run.events <- e
	}
	switch len(failed) {
	case 0:
		return l.outcome(), nil
	case 1:
		return Failed, failed[0]
	}
	return Failed, &silentSitesError{failed}
}

// An answer is what a site has answered, or why that was not good.
type answer struct {
	detail string
	err    error
}

// askAll checks sites of the host, several at once, each as Health.check does. early is for the first.
func (l *life) askAll(ctx context.Context, sites []Health, early *request, times int, stop <-chan struct{}) []answer {
	answers := make([]answer, len(sites))
	AtOnce(askedAtOnce, len(sites), func(i int) {
		var known *request
		if i == 0 {
			known = early
		}
		answers[i].err = Guarded(func() (err error) {
			answers[i].detail, err = sites[i].check(ctx, l.session, l.site.Own, known, times, stop)
			return err
		})
	})
	return answers
}

// firstOf is the first error of answers.
func firstOf(answers []answer) error {
	for _, a := range answers {
		if a.err != nil {
			return a.err
		}
	}
	return nil
}

// classify says how a host ends by an error: a failed step is another thing than a host that could not
// be reached or commanded.
func (l *life) classify(ctx context.Context, err error) (Status, error) {
	if errors.Is(err, runner.ErrStopped) || l.run.stopped(ctx) && !isFailure(err) {
		return l.stopped()
	}
	if isFailure(err) || errors.Is(err, runner.ErrStale) || errors.Is(err, runner.ErrGarbled) {
		return Failed, err
	}
	return Unreachable, err
}

// isFailure tells whether the host could be reached and commanded, but could not do what was asked.
func isFailure(err error) bool {
	var step *runner.StepError
	var locked *runner.LockedError
	var upload *remote.UploadError
	return errors.As(err, &step) || errors.As(err, &locked) || errors.As(err, &upload)
}

// stopped is how a host ends that a person has stopped, in a turn or between two.
func (l *life) stopped() (Status, error) {
	l.halted = true
	if l.begun == 0 {
		return Skipped, errStopped
	}
	of := max(l.madeAtLook, l.before.changed)
	for i := l.turn; i < len(l.plans); i++ {
		if l.takes(i) {
			of += len(l.plans[i].Changes())
		}
	}
	return Failed, &StoppedError{l.changed, of, l.goesOn()}
}

// goesOn is what goes on with the host, as the turn says that it is not through.
func (l *life) goesOn() string {
	if next := max(l.turn, l.through); next < len(l.run.turns) {
		return l.target.Turns.list[next].GoesOn
	}
	return ""
}

// leave ends a host that is not through its turns when the run ends: it was stopped, or others broke the stage.
func (l *life) leave(ctx context.Context) {
	switch {
	case !l.started:
		l.ended(Skipped, nil)
	case l.run.stopped(ctx):
		l.ended(l.stopped())
	default:
		l.ended(Skipped, &LeftError{l.run.turns[l.turn].Name, l.goesOn()})
	}
}

// ended tells how the host has ended.
func (l *life) ended(status Status, err error) {
	end := HostEnd{Host: l.target.Name, Status: status, Changed: l.changed}
	if l.started || status != Skipped {
		end.Seconds = l.run.Now().Sub(l.began).Seconds()
	}
	if err != nil {
		end.Error, end.Hint = said(err), HintOf(err)
		if status == Unreachable {
			end.Cause, end.Addr = remote.CauseOf(err), remote.AddrOf(err)
		}
	}
	l.end, l.halfway = &end, errors.As(err, new(*StoppedError)) || errors.Is(err, errUnasked)
	if !l.mayGoBack() {
		l.tell()
	}
}
