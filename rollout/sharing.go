package rollout

import (
	"context"
	"slices"

	"djship/steps/model"
)

// A Sharing is how what one host makes in a turn gets to all others that need the same: it is made once for hosts of one kind.
// Its methods may be called at once.
type Sharing interface {
	// Needs tells by a plan of the turn what the host needs of that sort, "" for nothing, and whether it has it or is given it.
	Needs(p model.Plan) (what string, has bool)
	// Fetch takes it from a host that has it: plans that are made from then on give it to others.
	Fetch(ctx context.Context, s Connection, what string) error
}

// lookTogether looks at hosts that were not looked at yet, where what they need of each other is to be known beforehand. It returns
// false where nothing further is to begin.
func (s *stage) lookTogether(ctx context.Context, left []*life) bool {
	unseen := slices.DeleteFunc(slices.Clone(left), func(l *life) bool { return l.plans != nil })
	if len(left) > 1 && len(unseen) > 0 {
		s.run.each(ctx, unseen, (*life).startClock, (*life).lookAhead)
		return !s.run.stopped(ctx) && s.broken() == ""
	}
	return true
}

// makersFirst parts hosts in those that have what they need or make it, and those for which one of the others does.
func makersFirst(share Sharing, turn int, left []*life) [][]*life {
	made := map[string]bool{}
	for _, l := range left {
		if what, has := l.needs(share, turn); has {
			made[what] = true
		}
	}
	var first, rest []*life
	for _, l := range left {
		what, has := l.needs(share, turn)
		if what != "" && !has && made[what] {
			rest = append(rest, l)
			continue
		}
		made[what] = true
		first = append(first, l)
	}
	if rest == nil {
		return [][]*life{first}
	}
	return [][]*life{first, rest}
}

// needs is what a host needs by its plan of a turn.
func (l *life) needs(share Sharing, turn int) (what string, has bool) {
	if turn >= len(l.plans) {
		return "", false
	}
	return share.Needs(l.plans[turn])
}

// needed is what each of some hosts needs by its plan of a turn.
func needed(share Sharing, turn int, lives []*life) []string {
	all := make([]string, len(lives))
	for i, l := range lives {
		if share != nil {
			all[i], _ = l.needs(share, turn)
		}
	}
	return all
}

// share fetches what hosts have that are through a turn, once each, where another needs it. needed is what they needed before it.
func (s *stage) share(ctx context.Context, share Sharing, turn int, through []*life, needed []string) {
	fetched := map[string]bool{}
	for i, l := range through {
		what := needed[i]
		if what == "" || fetched[what] || l.end != nil && !l.done() {
			continue
		}
		var waiting []*life
		for _, other := range s.run.lives {
			if lacks, has := other.needs(share, turn); lacks == what && !has && other.end == nil && other.through <= turn && !slices.Contains(through, other) {
				waiting = append(waiting, other)
			}
		}
		if waiting == nil || s.run.stopped(ctx) {
			continue
		}
		fetched[what] = true
		err := Guarded(func() error {
			fetching, cancel := s.run.untilStop(ctx)
			defer cancel()
			if err := l.connect(fetching); err != nil {
				return err
			}
			l.doing("hand on")
			return share.Fetch(fetching, l.session, what)
		})
		if err != nil {
			s.run.events <- Note{l.target.Name, "what it has made can't be handed on, so other hosts make it themselves: " + model.FirstLine(said(err))}
			continue
		}
		for _, other := range waiting {
			clear(other.looked)
		}
	}
}
