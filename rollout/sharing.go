package rollout

import (
	"context"
	"iter"
	"slices"

	"djship/steps/model"
)

// A Sharing is how what one host makes in a turn gets to all others that need the same: it is made once for hosts of one kind.
// Its methods may be called at once.
type Sharing interface {
	// Needs tells by a plan of the turn what the host needs of that sort, "" for nothing, and whether it has it or is given it.
	Needs(p model.Plan) (what string, has bool)
	// Fetch takes it from a host that has it, and had this plan: plans that are made from then on give it to others, and what a host
	// needs may be something else then.
	Fetch(ctx context.Context, s Connection, p model.Plan, what string) error
}

// lookTogether looks at hosts that were not looked at yet, where what they need of each other is to be known beforehand. It returns
// false where nothing further is to begin.
func (s *stage) lookTogether(ctx context.Context, left []*life) bool {
	unseen := slices.DeleteFunc(slices.Clone(left), func(l *life) bool { return l.plans != nil })
	if len(left) > 1 && len(unseen) > 0 {
		s.run.each(ctx, unseen, func(l *life) { l.startClock(); l.next = true }, (*life).lookAhead)
		return !s.run.stopped(ctx) && s.broken() == ""
	}
	return true
}

// makersFirst yields the hosts that have what they need or make it, then, as often as there are some left for which one of these was to
// make it, those of them that have it now, or make it.
func (s *stage) makersFirst(share Sharing, turn int) iter.Seq[[]*life] {
	return func(yield func([]*life) bool) {
		for left := s.toBegin(); len(left) > 0; {
			first, rest := makers(share, turn, left)
			if !yield(first) {
				return
			}
			left = slices.DeleteFunc(rest, func(l *life) bool { return l.end != nil })
		}
	}
}

// makers parts hosts in those that have what they need or make it, and those for which one of the others does.
func makers(share Sharing, turn int, left []*life) (first, rest []*life) {
	made := map[string]bool{}
	for _, l := range left {
		if what, has := l.needs(share, turn); has {
			made[what] = true
		}
	}
	for _, l := range left {
		what, has := l.needs(share, turn)
		if what != "" && !has && made[what] {
			rest = append(rest, l)
			continue
		}
		made[what] = true
		first = append(first, l)
	}
	return first, rest
}

// needs is what a host needs by its plan of a turn.
func (l *life) needs(share Sharing, turn int) (what string, has bool) {
	if turn >= len(l.plans) {
		return "", false
	}
	return share.Needs(l.plans[turn])
}

// plansOf are the plans of some hosts for a turn; those of hosts that were not looked at are empty.
func plansOf(turn int, lives []*life) []model.Plan {
	all := make([]model.Plan, len(lives))
	for i, l := range lives {
		if turn < len(l.plans) {
			all[i] = l.plans[turn]
		}
	}
	return all
}

// shareOfDone fetches what hosts have that have ended well before a turn, as nothing was to be done on them, where another needs it.
func (s *stage) shareOfDone(ctx context.Context, share Sharing, turn int) {
	done := slices.DeleteFunc(slices.Clone(s.lives), func(l *life) bool {
		if l.end == nil || !l.done() {
			return true
		}
		_, has := l.needs(share, turn)
		return !has
	})
	s.share(ctx, share, turn, done, plansOf(turn, done))
}

// sharesAfter tells whether hosts share something in a turn behind one: they may be asked for it when they have ended.
func (r *Rollout) sharesAfter(turn int) bool {
	return slices.ContainsFunc(r.turns[turn+1:], func(t Turn) bool { return t.Share != nil })
}

// share fetches what hosts have that are through a turn, once each, where another needs it. plans are those that they had before it.
func (s *stage) share(ctx context.Context, share Sharing, turn int, through []*life, plans []model.Plan) {
	tried := map[string]bool{}
	for i, l := range through {
		if l.end != nil && !l.done() {
			continue
		}
		for {
			what, _ := share.Needs(plans[i])
			waiting := s.waiting(share, turn, what, through)
			if what == "" || tried[what] || waiting == nil || s.run.stopped(ctx) {
				break
			}
			tried[what] = true
			if err := s.fetch(ctx, share, l, plans[i], what); err != nil {
				s.run.events <- Note{l.target.Name, "what it has made can't be handed on, so other hosts make it themselves: " + model.FirstLine(said(err))}
				break
			}
			for _, other := range waiting {
				clear(other.looked)
			}
		}
	}
}

// waiting are the hosts that lack something and have not taken a turn, be they of another stage.
func (s *stage) waiting(share Sharing, turn int, what string, through []*life) []*life {
	var all []*life
	for _, other := range s.run.lives {
		if lacks, has := other.needs(share, turn); lacks == what && !has && other.end == nil && other.through <= turn && !slices.Contains(through, other) {
			all = append(all, other)
		}
	}
	return all
}

// fetch takes from a host what it has.
func (s *stage) fetch(ctx context.Context, share Sharing, l *life, plan model.Plan, what string) error {
	return Guarded(func() error {
		fetching, cancel := s.run.untilStop(ctx)
		defer cancel()
		if err := l.connect(fetching); err != nil {
			return err
		}
		l.doing("hand on")
		return share.Fetch(fetching, l.session, plan, what)
	})
}
