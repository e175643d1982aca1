package rollout

import (
	"context"

	"djship/runner"
)

// A Target is a host of the run, what it should become, and how it is reached.
type Target struct {
	Name  string
	Stage string // one of the rollout's Stages; empty where it has none
	Turns *Turns
	// Domain is told where it differs from the one that was typed.
	Domain string
	// Open logs in to the host. Its errors count as unreachable.
	Open func(ctx context.Context) (Connection, error)
}

// A Connection is one login to a host. It may have to wait long until the host is to be changed.
type Connection interface {
	runner.Session
	// Done is closed when the connection has ended, for whatever reason.
	Done() <-chan struct{}
	// Addr is the IP address by which the host was reached; "" where it is not known.
	Addr() string
}
