package cli

import (
	"context"
	"sync"

	"djship/rollout"
	"djship/steps"
)

// each logs in to every host, so many at once as --forks says, and calls f for it. It returns the errors
// by host, in order; nil for those that went well.
func (n *network) each(ctx context.Context, f func(ctx context.Context, i int, s steps.Session) error) []error {
	errs := make([]error, len(n.hosts))
	slots := make(chan struct{}, n.forks)
	var running sync.WaitGroup
	for i, h := range n.hosts {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			errs[i] = rollout.Guarded(func() error {
				s, err := n.open(ctx, h)
				if err != nil {
					return err
				}
				defer s.Close()
				return f(ctx, i, s)
			})
		})
	}
	running.Wait()
	return errs
}
