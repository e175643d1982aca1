package rollout

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// A stage is a group of hosts of which all must be well before the next group's turn.
type stage struct {
	*Rollout
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
		s := &stage{Rollout: r, name: name}
		for _, l := range r.lives {
			if l.target.Stage == name {
				s.lives = append(s.lives, l)
			}
		}
		if len(s.lives) > 0 {
			all = append(all, s)
		}
	}
	return all
}

// roll takes the stages one after another, after a look at all hosts of all of them. It returns
// false where a gate stopped it; where failed hosts did, their ends tell.
func (r *Rollout) roll(ctx context.Context, stages []*stage) bool {
	r.each(ctx, r.lives, (*life).ahead)
	for _, s := range stages {
		if why := s.broken(); why != "" && !r.stopped(ctx) {
			r.events <- Note{Text: s.named("nothing was changed on any host") + ": " + why}
			return true
		}
	}
	for i, s := range stages {
		s.run(ctx)
		if r.stopped(ctx) {
			return true
		}
		if why := s.broken(); why != "" {
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

// batches returns the hosts that have not ended yet, in batches.
func (s *stage) batches() [][]*life {
	var left []*life
	for _, l := range s.lives {
		if l.end == nil {
			left = append(left, l)
		}
	}
	var batches [][]*life
	for _, size := range Batches(len(left), s.Pace.Batch, s.Pace.Canary) {
		batches = append(batches, left[:size])
		left = left[size:]
	}
	return batches
}

// run takes the stage's batches one after another until one breaks it.
func (s *stage) run(ctx context.Context) {
	changed := false
	for i, batch := range s.batches() {
		if changed && !s.pause(ctx, i+1) {
			return
		}
		for _, l := range batch {
			l.batch = i + 1
		}
		s.each(ctx, batch, (*life).whole)
		if s.stopped(ctx) || s.broken() != "" {
			return
		}
		changed = slices.ContainsFunc(batch, func(l *life) bool { return l.end.Changed > 0 })
	}
}

// pause waits before a batch; false means that the run is to end.
func (s *stage) pause(ctx context.Context, batch int) bool {
	if s.Pace.Wait == 0 {
		return true
	}
	s.events <- Waiting{Stage: s.name, Batch: batch, Until: s.Now().Add(s.Pace.Wait)}
	ctx, cancel := s.untilStop(ctx)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(s.Pace.Wait):
	}
	return ctx.Err() == nil
}

// broken says why the rollout can't go on behind this stage; empty means that it can.
func (s *stage) broken() string {
	failed, may := 0, s.Pace.MaxFail.Of(len(s.lives))
	canary := false
	for _, l := range s.lives {
		if l.end != nil && !l.done() {
			failed++
			canary = canary || s.Pace.Canary && l.batch == 1 && l.turned
		}
	}
	switch {
	case failed > may:
		return fmt.Sprintf("%s failed, %d may", hosts(failed), may)
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
