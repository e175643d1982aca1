package cli

import (
	"context"
	"errors"
	"fmt"
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
	dialer  *remote.Dialer
	targets []target // in order
	forks   int
	pause   func() (resume func()) // makes room on the terminal for a question

	mu       sync.Mutex
	warnings []string // what logins had to say, each once
}

// A target is a host and how it is reached.
type target struct {
	*inventory.Host
	stage    string // "" where the inventory has no stages
	endpoint remote.Endpoint
}

// newNetwork resolves how each host is logged in to and asks for the passwords that the flags want.
// It contacts nothing.
func newNetwork(ctx context.Context, env Env, o options, s staged) (*network, error) {
	flags := o.login
	var err error
	if flags.Password, err = env.password(ctx, connection, o.askPass, o.passFile); err != nil {
		return nil, err
	}
	if flags.BecomePassword, err = env.password(ctx, become, o.askBecome, o.becomeFile); err != nil {
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
	n := &network{forks: o.forks, pause: func() func() { return func() {} }}
	n.dialer = &remote.Dialer{Passphrase: env.askPassphrase(func() func() { return n.pause() })}
	for i, h := range s.hosts {
		n.targets = append(n.targets, target{Host: h, stage: s.of[h], endpoint: routes[i].Endpoint})
		n.note("", routes[i].Notes)
	}
	return n, nil
}

// dials is how often a login is tried whose server hung up before it began, as a busy sshd does.
const dials = 4

// open logs in to a host.
func (n *network) open(ctx context.Context, t target) (rollout.Session, error) {
	conn, err := n.dial(ctx, t.endpoint)
	if err != nil {
		return nil, err
	}
	n.note(t.Name, conn.Info().Warnings)
	return runner.SSH{Conn: conn, Login: t.endpoint.User}, nil
}

// dial logs in, again and again where the server is busy.
func (n *network) dial(ctx context.Context, ep remote.Endpoint) (*remote.Conn, error) {
	for try := 1; ; try++ {
		conn, err := n.dialer.Dial(ctx, ep)
		var busy *remote.UnreachableError
		if err == nil || !errors.As(err, &busy) || !busy.Retryable || try == dials {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(time.Duration(try)*300*time.Millisecond + rand.N(700*time.Millisecond)):
		}
	}
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

// meet asks about the host keys that nobody knows yet, once and all together, before any host is
// touched. It logs in to those hosts only as far as their keys.
func (n *network) meet(ctx context.Context, env Env) error {
	for {
		unknown := n.unknownKeys(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if len(unknown) == 0 {
			return nil
		}
		for _, k := range unknown {
			if k.Strict {
				return unreachable(k)
			}
		}
		if err := env.askAboutKeys(ctx, unknown); err != nil {
			return err
		}
		for _, k := range unknown {
			if err := n.dialer.Accept(k); err != nil {
				n.note(k.Host, []string{fmt.Sprintf("the host key could not be written: %v", err)})
			}
		}
	}
}

// unknownKeys dials the hosts of which no key is known, forks at once, and returns the keys they show.
// Hosts that fail otherwise are left to the run to report.
func (n *network) unknownKeys(ctx context.Context) []*remote.UnknownHostKeyError {
	var mu sync.Mutex
	var unknown []*remote.UnknownHostKeyError
	seen := map[string]bool{}
	var dialling sync.WaitGroup
	slots := make(chan struct{}, n.forks)
	for _, t := range n.targets {
		ep := t.endpoint
		if ep.StrictHostKey == remote.StrictAcceptNew || ep.StrictHostKey == remote.StrictNo || n.dialer.KnowsKey(ep) {
			continue
		}
		slots <- struct{}{}
		dialling.Go(func() {
			defer func() { <-slots }()
			conn, err := n.dial(ctx, ep)
			if err == nil {
				_ = conn.Close()
				return
			}
			var k *remote.UnknownHostKeyError
			if errors.As(err, &k) {
				mu.Lock()
				defer mu.Unlock()
				if !seen[k.Name] {
					seen[k.Name] = true
					unknown = append(unknown, k)
				}
			}
		})
	}
	dialling.Wait()
	return unknown
}

// unreachableError ends the program with status 3.
type unreachableError struct{ error }

func unreachable(err error) error { return &unreachableError{err} }

func (e *unreachableError) Unwrap() error { return e.error }

// keyLine tells a host's key, behind its name in a column of that width.
func keyLine(k *remote.UnknownHostKeyError, width int) string {
	return fmt.Sprintf("  %-*s %s %s", width, k.Host, k.Key.Type(), k.Fingerprint)
}
