package cli

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"time"

	"djship/inventory"
	"djship/remote"
	"djship/rollout"
	"djship/runner"
)

// network is how the hosts of a run are reached.
type network struct {
	dialer *remote.Dialer
	hosts  []networkHost          // in order
	forks  int                    // hosts at once
	pause  func() (resume func()) // makes room on the terminal for a question

	mu       sync.Mutex
	kept     map[string]keptSession // by host, for who opens one next
	warnings []string               // what logins had to say, each once
}

// A networkHost is a host and how it is reached.
type networkHost struct {
	*inventory.Host
	stage    string // "" where the inventory has no stages
	endpoint remote.Endpoint
}

// newNetwork resolves how each host is logged in to and asks for the passwords that the flags want.
// It contacts nothing.
func newNetwork(ctx context.Context, env Env, a access, s stagedHosts) (*network, error) {
	flags := a.login
	var err error
	if flags.Password, err = env.password(ctx, connection, a.connection); err != nil {
		return nil, err
	}
	if flags.BecomePassword, err = env.password(ctx, become, a.become); err != nil {
		return nil, err
	}
	config, err := inventory.OpenSSHConfig(flags.SSHConfig)
	if err != nil {
		return nil, err
	}
	routes, err := inventory.ExplainAll(s.hosts, flags, config)
	if err != nil {
		return nil, err
	}
	n := &network{forks: a.forks, pause: func() func() { return func() {} }}
	n.dialer = &remote.Dialer{Passphrase: env.askPassphrase(func() func() { return n.pause() })}
	for i, h := range s.hosts {
		n.hosts = append(n.hosts, networkHost{Host: h, stage: s.of[h], endpoint: routes[i].Endpoint})
		n.note("", routes[i].Notes)
	}
	return n, nil
}

// mostDials is how often a login is tried whose server hung up before it began, as a busy sshd does.
const mostDials = 4

// open logs in to a host.
func (n *network) open(ctx context.Context, h networkHost) (rollout.Connection, error) {
	conn, err := n.dial(ctx, h.endpoint)
	if err != nil {
		return nil, err
	}
	n.note(h.Name, conn.Info().Warnings)
	return runner.SSH{Conn: conn, Login: h.endpoint.User}, nil
}

// dial logs in, again and again where the server is busy.
func (n *network) dial(ctx context.Context, ep remote.Endpoint) (*remote.Conn, error) {
	for try := 1; ; try++ {
		conn, err := n.dialer.Dial(ctx, ep)
		var busy *remote.UnreachableError
		if err == nil || !errors.As(err, &busy) || !busy.Retryable || try == mostDials {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Duration(try)*300*time.Millisecond + rand.N(700*time.Millisecond)):
		}
	}
}

// prepareNetwork asks whatever is to be asked before hosts are logged in to: for passwords, and about
// host keys. Ctrl-C ends it.
func prepareNetwork(env Env, a access, s stagedHosts) (*network, error) {
	ctx, done := env.untilInterrupt()
	defer done()
	n, err := newNetwork(ctx, env, a, s)
	if err != nil {
		return nil, err
	}
	return n, n.settleHostKeys(ctx, env)
}

// reach selects hosts and gets ready to log in to them, where no check has an objection to one: for
// commands outside rollouts, which Ctrl-C ends by ending ctx.
func reach(env Env, s selection, a access, checks ...func(*inventory.Host) error) (n *network, ctx context.Context, done func(), err error) {
	inv, hosts, err := selectHosts(env, s)
	if err != nil {
		return nil, nil, nil, err
	}
	for _, h := range hosts {
		for _, check := range checks {
			if err := check(h); err != nil {
				return nil, nil, nil, err
			}
		}
	}
	return reachThese(env, a, inv, hosts)
}

// reachThese is reach of hosts that have been selected.
func reachThese(env Env, a access, inv *inventory.Inventory, hosts []*inventory.Host) (n *network, ctx context.Context, done func(), err error) {
	ctx, stop := env.untilInterrupt()
	n, err = newNetwork(ctx, env, a, stagedHosts{hosts: hosts, of: stagesOf(inv, hosts)})
	if err == nil {
		err = n.settleHostKeys(ctx, env)
	}
	if err != nil {
		stop()
		return nil, nil, nil, err
	}
	return n, ctx, func() { n.sayWarnings(env.Stderr); stop() }, nil
}

// note keeps warnings, about a host or about none of them in particular.
func (n *network) note(host string, warnings []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, w := range warnings {
		if text := strings.TrimPrefix(host+": "+w, ": "); !slices.Contains(n.warnings, text) {
			n.warnings = append(n.warnings, text)
		}
	}
}

// sayWarnings prints what logins had to say.
func (n *network) sayWarnings(w io.Writer) {
	for _, warning := range n.warnings {
		say(w, "warning: %s\n", paragraph{warning, "    "})
	}
}
