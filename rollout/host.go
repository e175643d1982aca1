package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"djship/remote"
	"djship/runner"
	"djship/steps/model"
)

// life is one host's part in a run: it is looked at and, when its turn comes, changed and asked
// whether it serves.
type life struct {
	*Rollout
	target Target
	batch  int // of its stage, from 1

	session Session
	ready   bool      // plan is of this session, and nothing is known to have changed since
	looked  time.Time // when the host was looked at for it
	plan    model.Plan
	early   *request // a request that went out with the probe; nil for none

	turned  bool      // its turn has come
	began   time.Time // of its turn
	started time.Time // of the current step
	begun   int       // changes that have begun
	changed int       // steps changed, or that would
	ill     bool      // done, but did not answer at the gate
	end     *HostEnd
	site    Site
}

// How often a host is looked at anew.
const (
	lostTries  = 4   // the connection went away while the host waited for its turn
	staleTries = 100 // another run got in between; each time one run less is in the way
)

// planAge is how old a plan may be when it is applied: a host that has waited for its turn, behind other
// stages and questions, is looked at again.
const planAge = 10 * time.Second

// done tells whether the host has ended as asked.
func (l *life) done() bool {
	return l.end != nil && (l.end.Status == OK || l.end.Status == Changed)
}

// ahead looks at the host long before its turn. Where something forbids to go on the host ends.
func (l *life) ahead() func(context.Context) {
	l.began = l.Now()
	return func(ctx context.Context) {
		status, err := l.look(ctx)
		if err == nil && len(l.plan.Refused) > 0 {
			status, err = Failed, l.refuse()
		}
		if err != nil {
			l.ended(status, err)
		}
	}
}

// whole takes the host through its turn.
func (l *life) whole() func(context.Context) {
	l.turned, l.began = true, l.Now()
	l.events <- HostStart{Host: l.target.Name, Stage: l.target.Stage, Batch: l.batch, Domain: l.target.Domain}
	return func(ctx context.Context) {
		status, err := l.turn(ctx)
		l.ended(status, err)
		if !l.rolls { // there is no gate that would need the connection or the plan
			l.hangUp()
			l.plan, l.early = model.Plan{}, nil
		}
	}
}

// turn brings the host to what is asked.
func (l *life) turn(ctx context.Context) (Status, error) {
	for lost, stale := 0, 0; ; {
		if !l.ready || l.lost() || l.Now().Sub(l.looked) > planAge {
			if status, err := l.look(ctx); err != nil {
				return status, err
			}
		}
		if len(l.plan.Refused) > 0 {
			return Failed, l.refuse()
		}
		if l.Check || len(l.plan.Changes()) == 0 {
			return l.unchanged(ctx)
		}
		err := l.apply(ctx)
		if err == nil {
			l.remarks()
			return l.healthy(ctx, Changed, nil, healthTimes)
		}
		l.ready = false
		switch {
		case errors.Is(err, runner.ErrStale):
			stale++
		case l.begun == 0 && l.lost():
			lost++
		default:
			return l.blame(ctx, err)
		}
		if lost == lostTries || stale == staleTries || l.stopped(ctx) {
			return l.blame(ctx, err)
		}
	}
}

// connect sees to it that there is a connection.
func (l *life) connect(ctx context.Context) error {
	if l.session != nil && !l.lost() {
		return nil
	}
	l.hangUp()
	l.phase("connect")
	session, err := l.target.Open(ctx)
	if err != nil {
		return err
	}
	l.session = session
	return nil
}

// lost tells whether the connection has ended.
func (l *life) lost() bool {
	select {
	case <-l.session.Done():
		return true
	default:
		return false
	}
}

// hangUp ends the connection, if there is one.
func (l *life) hangUp() {
	if l.session != nil {
		_ = l.session.Close()
		l.session = nil
	}
}

// look probes the host and plans. What it does may be cut off anywhere.
func (l *life) look(ctx context.Context) (Status, error) {
	looking, cancel := l.untilStop(ctx)
	defer cancel()
	if err := l.connect(looking); err != nil {
		if l.stopped(ctx) {
			return Skipped, errStopped
		}
		return Unreachable, err
	}
	l.phase("probe")
	if h := l.target.Health; h != nil && l.turned && !l.Check {
		l.early = h.early(ctx, l.session)
	}
	plan, err := runner.Look(looking, l.session, l.target.List)
	if err != nil {
		return l.blame(ctx, err)
	}
	l.plan, l.ready, l.looked = plan, true, l.Now()
	l.see(plan)
	l.events <- Probed{Host: l.target.Name, Facts: plan.Facts.String(), Total: len(plan.Items), Planned: len(plan.Changes())}
	return "", nil
}

// unchanged tells each step of a plan that is not applied: there is nothing to do, or it is only a check.
func (l *life) unchanged(ctx context.Context) (Status, error) {
	all := make(several, 0, len(l.plan.Items))
	for _, it := range l.plan.Items {
		status := planned(it.Change)
		if status == WouldChange {
			l.changed++
		}
		all = append(all, l.ofStep(it, status))
	}
	l.events <- all
	l.remarks()
	switch {
	case l.changed > 0:
		return WouldChange, nil
	case l.Check:
		return OK, nil
	}
	return l.healthy(ctx, OK, l.early, 1)
}

// healthy ends a turn that went well so far: with status, if the site answers so many times.
func (l *life) healthy(ctx context.Context, status Status, early *request, times int) (Status, error) {
	if l.target.Health == nil {
		return status, nil
	}
	l.phase("health")
	began := l.Now()
	detail, err := l.target.Health.check(ctx, l.session, l.plan.Facts.Own, early, times, l.Stop)
	if err != nil && l.lost() && !l.stopped(ctx) {
		if err = l.connect(ctx); err != nil {
			return Unreachable, err
		}
		detail, err = l.target.Health.check(ctx, l.session, l.plan.Facts.Own, nil, times, l.Stop)
	}
	switch {
	case err != nil && l.stopped(ctx):
		return Failed, errUnasked
	case err != nil && l.lost():
		return Unreachable, err
	}
	e := Step{Host: l.target.Name, Step: "site answers", Status: OK, Detail: detail, Seconds: l.Now().Sub(began).Seconds()}
	if err != nil {
		e.Status, e.Detail, status = Failed, firstLine(err.Error()), Failed
	}
	l.events <- e
	return status, err
}

// blame says how a host ends by an error: a failed step is another thing than a host that could not
// be reached or commanded.
func (l *life) blame(ctx context.Context, err error) (Status, error) {
	if errors.Is(err, runner.ErrStopped) || l.stopped(ctx) && !isFailure(err) {
		if l.begun == 0 {
			return Skipped, errStopped
		}
		return Failed, &StoppedError{l.changed, len(l.plan.Changes())}
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

// panicked ends the host by a fault of djship's.
func (l *life) panicked(err error) {
	var fault *PanicError
	if errors.As(err, &fault) {
		for line := range strings.Lines(fault.Stack) {
			l.events <- Output{Host: l.target.Name, Line: strings.TrimRight(line, "\n")}
		}
	}
	if l.end == nil {
		l.ended(Failed, err)
	}
}

// ended tells how the host has ended.
func (l *life) ended(status Status, err error) {
	end := HostEnd{Host: l.target.Name, Status: status, Changed: l.changed}
	if l.turned || status != Skipped {
		end.Seconds = l.Now().Sub(l.began).Seconds()
	}
	if err != nil {
		end.Error, end.Hint = said(err), hint(err)
		if status == Unreachable {
			end.Cause, end.Addr = remote.CauseOf(err), remote.AddrOf(err)
		}
	}
	l.end = &end
	l.events <- end
}

var (
	errStopped = errors.New("interrupted before anything was changed on this host")
	errUnasked = errors.New("interrupted before the site was known to answer")
)

// A StoppedError says that a host was left half way.
type StoppedError struct{ Made, Of int }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("interrupted: %d of %d changes are made", e.Made, e.Of)
}

// Hint says what to do next.
func (e *StoppedError) Hint() string { return "the same command goes on from there" }
