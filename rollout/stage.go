package rollout

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A stage is a group of hosts of which all must be well before the next group begins.
type stage struct {
	run   *Rollout
	name  string
	lives []*life
}

// stages returns the run's stages, in order; those without hosts are left out.
func (r *Rollout) stages() []*stage {
	names := r.Stages
	if len(names) == 0 {
		names = []string{""}
	}
	var all []*stage
	for _, name := range names {
		s := &stage{run: r, name: name}
		for _, l := range r.lives {
			if l.target.Stage == name {
				s.lives = append(s.lives, l)
			}
		}
		if len(s.lives) > 0 {
			s.toBegin()
			all = append(all, s)
		}
	}
	return all
}

// roll takes the stages one after another, after a look at all hosts of all of them. It returns
// false where a gate stopped it; where failed hosts did, their ends tell.
func (r *Rollout) roll(ctx context.Context, stages []*stage) bool {
	r.each(ctx, r.lives, (*life).startClock, (*life).lookAhead)
	for _, s := range stages {
		if why := s.broken(); why != "" && !r.stopped(ctx) {
			r.events <- Note{Text: s.named("nothing was changed on any host") + ": " + why}
			return true
		}
	}
	for i, s := range stages {
		s.takeTurns(ctx)
		why := s.broken()
		if r.stopped(ctx) || why != "" {
			s.settle(ctx, s.sinceBroken(ctx))
		}
		if r.stopped(ctx) {
			return true
		}
		if why != "" {
			r.events <- Gate{Stage: s.name, Status: GateFailed, Detail: why}
			return true
		}
		var next *stage
		if i+1 < len(stages) {
			next = stages[i+1]
		}
		if !s.gate(ctx, next) {
			return r.stopped(ctx)
		}
		for _, l := range s.lives {
			l.hangUp()
		}
	}
	return true
}

// left are the hosts that have not ended.
func (s *stage) left() []*life {
	var left []*life
	for _, l := range s.lives {
		if l.end == nil {
			left = append(left, l)
		}
	}
	return left
}

// toBegin are the same when they are about to begin something: the first of them does what one does for all.
func (s *stage) toBegin() []*life {
	left := s.left()
	if len(left) > 0 {
		left[0].first = true
	}
	return left
}

// rolls tells whether a turn would take the stage's hosts in more than one batch.
func (s *stage) rolls() bool {
	for i := range s.run.turns {
		if len(s.batches(i)) > 1 {
			return true
		}
	}
	return false
}

// batches returns the hosts that are to take a turn, in batches; where one makes something for others, as if none did.
func (s *stage) batches(turn int) [][]*life {
	t, left := s.run.turns[turn], s.toBegin()
	switch {
	case len(left) == 0:
		return nil
	case t.Once:
		return [][]*life{left[:1]}
	case !t.Rolls:
		return [][]*life{left}
	}
	var batches [][]*life
	for _, size := range Batches(len(left), s.run.Pace.Batch, s.run.Pace.Canary) {
		batches = append(batches, left[:size])
		left = left[size:]
	}
	return batches
}

// takeTurns takes the stage's hosts through their turns, until one breaks it. Whoever has not ended then has
// nothing left to do.
func (s *stage) takeTurns(ctx context.Context) {
	for i := range s.run.turns {
		if !s.takeTurn(ctx, i) {
			return
		}
	}
	for _, l := range s.left() {
		l.ended(l.outcome(), nil)
	}
}

// takeTurn takes the stage's hosts through one turn, a batch after another. It returns false where nothing
// further is to begin.
func (s *stage) takeTurn(ctx context.Context, index int) bool {
	t, changed := s.run.turns[index], false
	if t.Share != nil && !s.lookTogether(ctx, s.left()) {
		return false
	}
	batches := slices.Values(s.batches(index))
	if t.Share != nil && !t.Rolls {
		s.shareOfDone(ctx, t.Share, index)
		batches = s.makersFirst(t.Share, index)
	}
	i := -1
	for batch := range batches {
		i++
		if changed && t.Rolls && !s.pause(ctx, i+1) {
			return false
		}
		if t.Name != "" {
			s.run.events <- TurnStart{Stage: s.name, Phase: t.Name, Batch: i + 1}
		}
		plans := plansOf(index, batch)
		canary := i == 0 && t.Rolls && s.run.Pace.Canary
		s.run.each(ctx, batch, func(l *life) { l.canary = canary; l.enter(index, i+1) }, (*life).takeTurn)
		if s.run.stopped(ctx) || s.broken() != "" {
			return false
		}
		if t.Share != nil {
			s.share(ctx, t.Share, index, batch, plans)
		}
		changed = slices.ContainsFunc(batch, func(l *life) bool { return l.changed > l.before.changed })
	}
	return true
}

// pause waits before a batch; false means that the run is to end.
func (s *stage) pause(ctx context.Context, batch int) bool {
	wait := s.run.Pace.Wait
	if wait == 0 {
		return true
	}
	s.run.events <- Waiting{Stage: s.name, Batch: batch, Until: s.run.Now().Add(wait)}
	ctx, cancel := s.run.untilStop(ctx)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(wait):
	}
	return ctx.Err() == nil
}

// broken says why the rollout can't go on behind this stage; empty means that it can.
func (s *stage) broken() string {
	failed, may := 0, s.run.Pace.MaxFail.Of(len(s.lives))
	canary, shared := false, ""
	for _, l := range s.lives {
		if l.end != nil && !l.done() {
			failed++
			canary = canary || l.canary
			if t := s.run.turns[l.turn]; t.Once && l.started {
				shared = t.Name
			}
		}
	}
	switch {
	case shared != "":
		return shared + " failed, which one host does for all"
	case failed > may:
		return fmt.Sprintf("%s failed, %d may", Plural(failed, "host"), may)
	case canary:
		return "its canary failed"
	case failed == len(s.lives):
		return "every host failed"
	}
	return ""
}

// named adds the stage's name to what is said.
func (s *stage) named(what string) string {
	if s.name == "" {
		return what
	}
	return what + "; " + s.name
}
