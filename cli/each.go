package cli

import (
	"context"

	"djship/rollout"
	"djship/runner"
)

// each logs in to every host, so many at once as --forks says, and calls f for it. It returns the errors
// by host, in order; nil for those that went well.
func (n *network) each(ctx context.Context, f func(ctx context.Context, i int, s runner.Session) error) []error {
	errs := make([]error, len(n.hosts))
	rollout.AtOnce(n.forks, len(n.hosts), func(i int) { errs[i] = n.with(ctx, i, f) })
	return errs
}

// with logs in to a host and calls f for it.
func (n *network) with(ctx context.Context, i int, f func(ctx context.Context, i int, s runner.Session) error) error {
	return rollout.Guarded(func() error {
		s, err := n.open(ctx, n.hosts[i])
		if err != nil {
			return err
		}
		defer s.Close()
		return f(ctx, i, s)
	})
}
