package cli

import (
	"context"

	"djship/rollout"
	"djship/runner"
)

// A keptSession is what became of a login that was made to ask a host something, and serves for more.
type keptSession struct {
	session rollout.Connection
	err     error
}

// eachKept is each, but the sessions stay open for keptOrOpen. What keeps a host from being reached stays known, too.
func (n *network) eachKept(ctx context.Context, f func(ctx context.Context, i int, s runner.Session) error) []error {
	errs := make([]error, len(n.hosts))
	rollout.AtOnce(n.forks, len(n.hosts), func(i int) {
		errs[i] = rollout.Guarded(func() error {
			s, err := n.open(ctx, n.hosts[i])
			n.mu.Lock()
			if n.kept == nil {
				n.kept = map[string]keptSession{}
			}
			n.kept[n.hosts[i].Name] = keptSession{s, err}
			n.mu.Unlock()
			if err != nil {
				return err
			}
			return f(ctx, i, s)
		})
	})
	return errs
}

// keptOrOpen is open, but for what eachKept has left of it, which serves once.
func (n *network) keptOrOpen(ctx context.Context, h networkHost) (rollout.Connection, error) {
	n.mu.Lock()
	kept, ok := n.kept[h.Name]
	delete(n.kept, h.Name)
	n.mu.Unlock()
	if ok {
		return kept.session, kept.err
	}
	return n.open(ctx, h)
}

// askedInVain has keptOrOpen tell, once, why a host could not answer what it was asked: what is not known of it is not taken for nothing.
func (n *network) askedInVain(host string, err error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	kept, ok := n.kept[host]
	if ok && kept.err == nil {
		_ = kept.session.Close()
		n.kept[host] = keptSession{err: err}
	}
}

// prepared has ask look at hosts, until Ctrl-C.
func (n *network) prepared(env Env, ask func(context.Context, *network) error) error {
	ctx, done := env.untilInterrupt()
	defer done()
	if err := ask(ctx, n); err != nil {
		return err
	}
	return context.Cause(ctx)
}

// closeKept ends the sessions that nobody has had a use for.
func (n *network) closeKept() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, kept := range n.kept {
		if kept.err == nil {
			_ = kept.session.Close()
		}
	}
	n.kept = nil
}
