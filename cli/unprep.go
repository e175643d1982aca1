package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/inspect"
)

// unprep takes away from hosts what prereq has put there.
func unprep(env Env, o prereqOptions) error {
	turns := oneTurn(steps.Unprep(), nil)
	ask := func(ctx context.Context, n *network) error { return o.agreedToLeave(ctx, env, n) }
	return rollOutAsked(env, &o.rolloutOptions, ask, func(*inventory.Host) (rollout.Target, error) {
		return rollout.Target{Turns: turns}, nil
	})
}

// agreedToLeave looks whether any of the hosts has sites, which is refused before any of them loses anything, and asks whether all are meant.
func (o *prereqOptions) agreedToLeave(ctx context.Context, env Env, n *network) error {
	sites := make([]string, len(n.hosts))
	errs := n.eachKept(ctx, func(ctx context.Context, i int, s runner.Session) error {
		all, err := inspect.Records(ctx, s)
		var names []string
		for _, r := range all {
			names = append(names, r.Project)
		}
		sites[i] = someHosts(names)
		return err
	})
	if err := n.sayFailed(env.Stderr, errs); err != nil {
		return err
	}
	var have []string
	for i, names := range sites {
		if names != "" {
			have = append(have, n.hosts[i].Name+" has "+names)
		}
	}
	switch names := n.names(); {
	case len(have) > 0:
		return &refusal{"there are sites yet: " + strings.Join(have, "; "), "`djship remove PROJECT` takes each off, after a backup; -l picks the hosts that have none"}
	case o.check:
		return nil
	case len(names) == 1:
		return env.agreedBy(ctx, o.rolloutOptions, names[0], "its name", "whether djship is to leave "+names[0], whatLeaves(names), "Its name, to go on: ")
	default:
		return env.agreedBy(ctx, o.rolloutOptions, strconv.Itoa(len(names)), "their number", "whether djship is to leave "+someHosts(names), whatLeaves(names), "How many hosts that are, to go on: ")
	}
}

// whatLeaves says what is to go from hosts.
func whatLeaves(names []string) string {
	return fmt.Sprintf("djship's tools, supervisord and notes go from %s; packages, PostgreSQL and what you have changed stay.", someHosts(names))
}
