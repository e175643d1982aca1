package cli

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
)

// rollOut is the main path of all commands that change hosts: everything that can be refused is
// refused, then the rollout runs and what happens is shown. target makes of a host of the inventory a
// target of the rollout: what the host should have, and how its health is seen.
func rollOut(env Env, o rolloutOptions, target func(*inventory.Host) (rollout.Target, error)) error {
	return rollOutAsked(env, &o, nil, target)
}

// rollOutAsked is rollOut of what hosts are asked for before: ask may look at them, change what is asked for, and refuse it; nil
// for nothing. Their sessions serve the rollout, too.
func rollOutAsked(env Env, o *rolloutOptions, ask func(context.Context, *network) error, target func(*inventory.Host) (rollout.Target, error)) error {
	outliveReaders()
	inv, hosts, err := selectHosts(env, o.selection)
	if err != nil {
		return err
	}
	staged, err := sortIntoStages(inv, hosts, o.stages)
	if err != nil {
		return err
	}
	if o.staged != nil {
		o.staged(inv, staged)
	}
	r, err := newRollout(*o, staged, target)
	if err == nil && ask == nil {
		err = o.overwrite.check(r.Targets)
	}
	if err != nil {
		return err
	}
	n, err := prepareNetwork(env, o.access, staged)
	if err != nil {
		return err
	}
	if ask != nil {
		defer n.closeKept()
		if err := n.prepared(env, ask); err != nil {
			return err
		}
		if r, err = newRollout(*o, staged, target); err == nil { // as it is asked for now
			err = o.overwrite.check(r.Targets)
		}
		if err != nil {
			return err
		}
	}
	if len(hosts) > 100 {
		// A thousand connections at once: less memory, for a tenth of a second.
		debug.SetGCPercent(25)
	}
	for i, h := range n.hosts {
		r.Targets[i].Open = func(ctx context.Context) (rollout.Connection, error) { return n.keptOrOpen(ctx, h) }
	}
	defer n.sayWarnings(env.Stderr)
	return runAndShow(env, *o, r, n)
}

// newRollout is the rollout of the hosts, but for how they are reached and who is shown what happens.
func newRollout(o rolloutOptions, staged stagedHosts, target func(*inventory.Host) (rollout.Target, error)) (*rollout.Rollout, error) {
	r := &rollout.Rollout{ID: report.NewRunID(time.Now()), Version: Version, Command: o.typed.command, Args: o.typed.args,
		Check: o.check, Diff: o.diff, Stages: staged.stages, Pace: o.pace, Pushed: o.pushed, Stay: o.stay, Forks: o.forks, Patient: !o.noWait, Now: time.Now}
	for _, h := range staged.hosts {
		t, err := target(h)
		if err != nil {
			return nil, err
		}
		t.Name, t.Stage = h.Name, staged.of[h]
		r.Targets = append(r.Targets, t)
	}
	r.Holder = fmt.Sprintf("%s, %s, %s", userAtHost(), strings.TrimSpace(r.Command+" "+strings.Join(r.Args, " ")), r.Now().UTC().Format(time.RFC3339))
	return r, nil
}
