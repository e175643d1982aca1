package cli

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"sync"

	"djship/remote"
	"djship/report"
	"djship/rollout"
)

// settleHostKeys asks about the host keys that nobody knows yet, once and all together, before any host is
// touched. It logs in to those hosts only as far as their keys.
func (n *network) settleHostKeys(ctx context.Context, env Env) error {
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

// unknownKeys dials the hosts of which no key is known, so many at once as --forks says, and returns the
// keys they show. Hosts that fail otherwise are left to the run to report.
func (n *network) unknownKeys(ctx context.Context) []*remote.UnknownHostKeyError {
	var unmet []remote.Endpoint
	for _, h := range n.hosts {
		ep := h.endpoint
		if ep.StrictHostKey != remote.StrictAcceptNew && ep.StrictHostKey != remote.StrictNo && !n.dialer.KnowsKey(ep) {
			unmet = append(unmet, ep)
		}
	}
	var mu sync.Mutex
	var unknown []*remote.UnknownHostKeyError
	seen := map[string]bool{}
	rollout.AtOnce(n.forks, len(unmet), func(i int) {
		conn, err := n.dial(ctx, unmet[i])
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
	return unknown
}

// askAboutKeys asks about host keys, all in one question.
func (env Env) askAboutKeys(ctx context.Context, keys []*remote.UnknownHostKeyError) error {
	sort.Slice(keys, func(i, j int) bool { return keys[i].Host < keys[j].Host })
	say(env.Stderr, "not known yet, by their host keys:\n")
	var rows [][]string
	for _, k := range keys {
		rows = append(rows, []string{k.Host, k.Key.Type() + " " + k.Fingerprint})
	}
	for _, line := range report.Table(rows) {
		say(env.Stderr, "  %s\n", line)
	}
	yes, asked, err := env.confirm(ctx, "connect to them, and remember the keys? (yes/no) ")
	switch {
	case err != nil:
		return err
	case !asked:
		return unreachable(&usageError{nobodyToAsk(len(keys)),
			"log in once with ssh, or use --accept-new where the network can be trusted"})
	case !yes:
		return unreachable(&usageError{"host keys not accepted; nothing was touched", "compare the fingerprints on the hosts: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub"})
	}
	return nil
}

// nobodyToAsk says how many host keys were to be asked about.
func nobodyToAsk(keys int) string {
	if keys == 1 {
		return "1 host key is not known, and there is no terminal to ask about it"
	}
	return fmt.Sprintf("%d host keys are not known, and there is no terminal to ask about them", keys)
}
