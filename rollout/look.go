package rollout

import (
	"context"

	"djship/runner"
	"djship/steps/model"
)

// connect sees to it that there is a connection.
func (l *life) connect(ctx context.Context) error {
	if l.session != nil && !l.lost() {
		return nil
	}
	l.hangUp()
	l.doing("connect")
	session, err := l.target.Open(ctx)
	if err != nil {
		return err
	}
	l.session = session
	return nil
}

// lost tells whether the connection has ended.
func (l *life) lost() bool { return lost(l.session) }

// hangUp ends the connection, if there is one.
func (l *life) hangUp() {
	if l.session != nil {
		_ = l.session.Close()
		l.session = nil
	}
}

// look probes the host and plans: at its first turn, or before it, for all turns, since all may be as asked;
// then for the present one. What it does may be cut off anywhere.
func (l *life) look(ctx context.Context) (Status, error) {
	looking, cancel := l.run.untilStop(ctx)
	defer cancel()
	if err := l.connect(looking); err != nil {
		if l.run.stopped(ctx) {
			return l.stopped()
		}
		return Unreachable, err
	}
	l.doing("probe")
	asked := l.health(l.turn)
	if l.turn == l.firstTurn {
		asked = l.lastHealth()
	}
	if asked != nil && l.started && !l.run.Check {
		l.early = asked.early(ctx, l.session)
	}
	seen, err := l.probe(looking)
	if err != nil {
		return l.classify(ctx, err)
	}
	l.fresh, l.looked, l.madeAtLook = true, l.run.Now(), l.changed
	e := Probed{Host: l.target.Name, Facts: seen[0].Facts.String()}
	for _, plan := range seen {
		l.see(plan)
		e.Total += len(plan.Items)
		e.Planned += len(plan.Changes())
	}
	l.run.events <- e
	return "", nil
}

// probe looks at the host and returns the plans that it has made of it.
func (l *life) probe(ctx context.Context) ([]model.Plan, error) {
	turns := l.target.Turns
	if l.turn == l.firstTurn {
		plans, err := turns.look(ctx, l.session)
		if err == nil {
			l.plans = plans
		}
		return plans, err
	}
	plan, err := runner.Look(ctx, l.session, turns.list[l.turn].List)
	if err == nil {
		l.plans[l.turn] = plan
	}
	return []model.Plan{plan}, err
}
