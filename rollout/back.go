package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"djship/runner"
)

// back is the phase of the way back.
const back = "back"

// undo is what a host may have to take back, and whether it has.
type undo struct {
	undoes    *runner.List // of the last turn that has one, and has changed something; nil for none
	goingBack bool         // it is being taken back, or was
	halted    bool         // the host was stopped in a turn or between two
	through   int          // turns that it is through
	was       string       // the release that answered before the turn; "" where that is not known
	live      string       // the release that the run has made live; "" for none that is known
	halfway   bool         // the host has ended since a person has stopped the run
	told      bool         // how the host has ended is told
}

// mayGoBack tells whether what the host has changed is taken back where its stage breaks. How it has ended is not told
// until that is known.
func (l *life) mayGoBack() bool {
	return l.undoes != nil && !l.goingBack && !l.run.Stay && !l.run.isFinal(l.target.Stage)
}

// isFinal tells whether a model.Final has begun on a host of a stage.
func (r *Rollout) isFinal(stage string) bool {
	_, is := r.final.Load(stage)
	return is
}

// afterTurn notes what a turn has changed that can be taken back. A host that has failed in it takes it back by itself.
func (l *life) afterTurn(ctx context.Context, status Status, err error) (Status, error) {
	if err == nil {
		l.through = l.turn + 1
	}
	undoes := l.target.Turns.list[l.turn].Back
	if undoes == nil || l.changed == l.before.changed {
		return status, err
	}
	l.undoes = undoes
	if status == Failed && !l.halted && !l.run.stopped(ctx) && l.mayGoBack() {
		err = &wentBackError{err, l.was, l.takeBack(ctx)}
	}
	return status, err
}

// takeBack takes the list of the way back. A run that is to end waits for it.
func (l *life) takeBack(ctx context.Context) error {
	l.goingBack = true
	made := l.progress
	defer func() { l.progress = made }() // what is taken back is no more to be counted
	for lost, stale := 0, 0; ; {
		err := l.takeBackOnce(ctx)
		switch {
		case errors.Is(err, runner.ErrStale):
			stale++
		case err != nil && (l.session == nil || l.lost()):
			lost++
		default:
			return err
		}
		if lost == lostTries || stale == staleTries || ctx.Err() != nil {
			return err
		}
	}
}

func (l *life) takeBackOnce(ctx context.Context) error {
	if err := l.connect(ctx); err != nil {
		return err
	}
	l.doing("probe")
	plan, err := runner.Look(ctx, l.session, l.undoes)
	if err != nil {
		return err
	}
	if len(plan.Refused) > 0 {
		return &RefusedError{Problems: []string{plan.Refused[0].Change.Detail}, Advice: plan.Refused[0].Change.Hint, Changed: true}
	}
	if len(plan.Changes()) == 0 {
		for _, it := range plan.Items {
			l.step(it, planned(it.Change))
		}
		return nil
	}
	return l.apply(ctx, plan, nil, nil)
}

// settle ends a stage: since what breaks it, hosts that can are taken back, all at once; since nothing, none is. Then it is
// told how hosts have ended that waited for this.
func (s *stage) settle(ctx context.Context, since string) {
	var behind []*life
	for _, l := range s.lives {
		if since != "" && l.mayGoBack() && ctx.Err() == nil {
			behind = append(behind, l)
		}
	}
	if len(behind) > 0 {
		s.run.events <- Note{Text: s.named(fmt.Sprintf("taking back %s, since %s", hostList(behind), since))}
	}
	AtOnce(s.run.Forks, len(behind), func(i int) {
		l := behind[i]
		failed := Guarded(func() error { return l.takeBack(ctx) })
		l.goingBack = true
		switch {
		case l.end != nil && !l.done(): // why is told first
			l.end.Error += (&wentBackError{nil, l.was, failed}).backWords()
			l.tell()
		case failed != nil:
			l.ended(Failed, &BackError{since, failed})
		default:
			l.ended(Skipped, &TakenBackError{l.was, since})
		}
	})
	for _, l := range s.lives {
		if l.end != nil {
			l.tell()
		}
	}
}

// tell tells how the host has ended, once.
func (l *life) tell() {
	if !l.told {
		l.told = true
		if l.halfway && l.live != "" && !l.goingBack {
			l.end.Error += "\n" + releaseBefore(l.live) + " is live"
		}
		l.run.events <- *l.end
	}
}

// sinceBroken says what has broken the stage, for its hosts that go back; "" where nothing has, or nothing need be taken back.
func (s *stage) sinceBroken(ctx context.Context) string {
	var failed []*life
	for _, l := range s.lives {
		if l.end != nil && !l.done() && !l.halted {
			failed = append(failed, l)
		}
	}
	switch {
	case len(failed) > 0 && s.broken() != "":
		return hostList(failed) + " failed"
	case s.run.stopped(ctx) && s.split():
		return "the run was interrupted"
	}
	return ""
}

// sinceUnhealthy is the same of a gate at which hosts did not answer.
func (s *stage) sinceUnhealthy(ctx context.Context) string {
	if s.run.stopped(ctx) { // who was not asked has not failed to answer, and all are in one release
		return ""
	}
	var bad []*life
	for _, l := range s.lives {
		if l.unhealthy {
			bad = append(bad, l)
		}
	}
	if len(bad) == 0 {
		return ""
	}
	return hostList(bad) + " did not answer at the gate"
}

// split tells whether hosts of the stage have not come as far as those that can be taken back.
func (s *stage) split() bool {
	for _, l := range s.lives {
		if (l.end == nil || l.halted) && !l.mayGoBack() && l.through <= s.run.lastBack() {
			return true
		}
	}
	return false
}

// lastBack is the last turn that can be taken back, from 0; -1 where none can.
func (r *Rollout) lastBack() int {
	for i, t := range slices.Backward(r.turns) {
		if t.Back != nil {
			return i
		}
	}
	return -1
}

// hostList names hosts, three at most.
func hostList(lives []*life) string {
	var names []string
	for _, l := range lives {
		names = append(names, l.target.Name)
	}
	if more := len(names) - 3; more > 0 {
		return strings.Join(names[:3], ", ") + fmt.Sprintf(" and %d more", more)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}
