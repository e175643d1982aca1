package rollout

import (
	"context"
	"net"
	"time"

	"djship/delta"
	"djship/remote"
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
	l.session = &onShell{Connection: session, shell: runner.NewShell(session)}
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
	var first func(model.Facts)
	switch soon := (l.started || l.next) && !l.run.Check; {
	case soon && asked != nil:
		l.early = asked.early(ctx, l.session)
	case soon && l.turn == l.firstTurn && l.target.Turns.Health() != nil:
		l.session.openAhead(ctx)
		first = func(facts model.Facts) {
			l.sites = facts.Sites
			if asked := l.lastHealth(); asked != nil && l.mayHaveAll(facts.Sites[asked.Project]) {
				l.early = asked.early(ctx, l.session)
			}
		}
	}
	seen, err := l.probe(looking, first)
	if err != nil {
		return l.classify(ctx, err)
	}
	l.madeAtLook = l.changed
	e := Probed{Host: l.target.Name, Facts: seen[0].Facts.String()}
	l.sees(seen)
	for _, plan := range seen {
		e.Total += len(plan.Items)
		e.Planned += len(plan.Changes())
	}
	l.run.events <- e
	return "", nil
}

// mayHaveAll tells whether the host may be as asked, as far as it is known by what is live there: what a site without the code answers says nothing of it.
func (l *life) mayHaveAll(site model.Site) bool {
	brings := l.run.Pushed.Release
	return brings == "" || site.Live == brings
}

// probe looks at the host for the turns that it has before it, and returns the plans that it has made of it. first is called with
// what is known of the host as soon as it is.
func (l *life) probe(ctx context.Context, first func(model.Facts)) ([]model.Plan, error) {
	turns, from := l.target.Turns, l.turn
	if from == l.firstTurn {
		from = 0
	}
	began := l.run.Now()
	plans, err := runner.LookAtAll(ctx, l.session, first, turns.from[from], turns.lists[from:]...)
	if err != nil {
		return nil, err
	}
	l.planned(from, plans, began)
	if from > 0 {
		return plans[:1], nil
	}
	return plans, nil
}

// planned notes the plans of the turns from one on, as the host was at a time.
func (l *life) planned(from int, plans []model.Plan, at time.Time) {
	if l.plans == nil {
		l.plans, l.looked = make([]model.Plan, len(l.run.turns)), make([]time.Time, len(l.run.turns))
	}
	for i, plan := range plans {
		l.plans[from+i], l.looked[from+i] = plan, at
	}
}

// applyTurn makes the changes of the turn. What turns to come would do then is looked at by the same exec.
func (l *life) applyTurn(ctx context.Context) error {
	turns, next := l.target.Turns, l.turn+1
	var then *runner.Then
	if next < len(turns.list) {
		then = &runner.Then{All: turns.from[next], Lists: turns.lists[next:]}
	}
	changed := l.changed
	err := l.apply(ctx, l.plan(), l.run.Stop, then)
	clear(l.looked)
	l.early = nil
	l.session.ahead.drop()
	if l.changed > changed && l.run.turns[l.turn].Once {
		l.run.share()
	}
	if err == nil && then != nil && then.Plans != nil {
		l.planned(next, then.Plans, l.run.Now())
		l.sees(then.Plans)
	}
	return err
}

// sees notes what plans tell of the host's site.
func (l *life) sees(plans []model.Plan) {
	for _, plan := range plans {
		l.see(plan)
	}
}

// share notes that one host has changed something for all.
func (r *Rollout) share() {
	now := r.Now()
	r.shared.Store(&now)
}

// sharedAt is when that was last; zero for never.
func (r *Rollout) sharedAt() time.Time {
	if at := r.shared.Load(); at != nil {
		return *at
	}
	return time.Time{}
}

// onShell is a connection whose scripts run, one after another, in one shell of the host's.
type onShell struct {
	Connection
	shell *runner.Shell
	ahead *ahead // nil for none
}

// openAhead opens a connection to the sites of the host, for the first who asks for one.
func (s *onShell) openAhead(ctx context.Context) { s.ahead = openAhead(ctx, s.Connection) }

// DialContext opens a connection from the host, or gives the one that was opened ahead.
func (s *onShell) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if conn := s.ahead.take(ctx, addr); conn != nil {
		return conn, nil
	}
	return s.Connection.DialContext(ctx, network, addr)
}

// Exec implements runner.Session.
func (s *onShell) Exec(ctx context.Context, script remote.Script) (runner.Running, error) {
	return s.shell.Exec(ctx, script)
}

// Direct tells whether the connection takes what is small by the stdin of what it runs.
func (s *onShell) Direct() bool { return s.shell.Direct() }

// Keeps tells whether the host keeps a basis, as far as that is known.
func (s *onShell) Keeps(b *delta.Basis) (kept, known bool) { return s.shell.Keeps(b) }

// NowKeeps notes that it does.
func (s *onShell) NowKeeps(b *delta.Basis) { s.shell.NowKeeps(b) }
