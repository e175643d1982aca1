package cli

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
)

// rollOut is the main path of all commands that change hosts: everything that can be refused is
// refused, then the hosts are rolled and what happens is shown. target makes of a host of the inventory
// a host of the rollout.
func rollOut(env Env, o rolloutOptions, target func(*inventory.Host) (rollout.Target, error)) error {
	outliveReaders()
	inv, hosts, err := selectHosts(env, o.selection)
	if err != nil {
		return err
	}
	staged, err := sortIntoStages(inv, hosts, o.stages)
	if err != nil {
		return err
	}
	r, err := newRollout(o, staged, target)
	if err != nil {
		return err
	}
	n, err := prepareNetwork(env, o.access, staged)
	if err != nil {
		return err
	}
	if len(hosts) > 100 {
		// A thousand connections at once: less memory, for a tenth of a second.
		debug.SetGCPercent(25)
	}
	for i, h := range n.hosts {
		r.Targets[i].Open = func(ctx context.Context) (rollout.Session, error) { return n.open(ctx, h) }
	}
	defer n.sayWarnings(env.Stderr)
	return show(env, o, r, n)
}

// newRollout is the rollout of the hosts, but for how they are reached and who is shown what happens.
func newRollout(o rolloutOptions, staged stagedHosts, target func(*inventory.Host) (rollout.Target, error)) (*rollout.Rollout, error) {
	r := &rollout.Rollout{ID: report.NewRunID(time.Now()), Version: Version, Command: o.typed.command, Args: o.typed.args,
		Check: o.check, Diff: o.diff, Stages: staged.stages, Pace: o.pace, Forks: o.forks, Patient: !o.noWait, Now: time.Now}
	for _, h := range staged.hosts {
		t, err := target(h)
		if err != nil {
			return nil, err
		}
		t.Name, t.Stage = h.Name, staged.of[h]
		r.Targets = append(r.Targets, t)
	}
	r.Holder = fmt.Sprintf("%s, %s, %s", userAtHost(), strings.TrimSpace(r.Command+" "+strings.Join(r.Args, " ")), r.Now().UTC().Format(time.RFC3339))
	return r, o.overwrite.check(r.Targets)
}

// show runs a rollout with its screen and logs.
func show(env Env, o rolloutOptions, r *rollout.Rollout, n *network) error {
	r.LogDir = o.logDir
	if r.LogDir == "" {
		r.LogDir = filepath.Join(runsDir(env), r.ID)
	}
	logs, err := report.Logs(r.LogDir)
	if err != nil {
		return &usageError{err.Error(), cmp.Or(hintOf(err), "name another folder with --log-dir")}
	}
	var end *earlyEnd
	look := o.screen(env, r.LogDir)
	streams := report.Decouple(look.Out, look.Err, func() { end.unread() })
	look.Out, look.Err = streams.Out, streams.Err
	screen := report.New(look)
	end = env.endEarly(screen.Say)
	defer end.done()
	n.pause = pausing(screen, streams)
	r.Sink, r.Ask, r.Stop = report.Multi(logs, screen), env.gatekeeper(n.pause, look), end.stop
	saySummary := siteSummary(end.ctx, env, o, r, look)
	status := r.Run(end.ctx)
	err = r.Sink.Close()
	reading, read := end.settling()
	defer read()
	if dropped := streams.Settle(reading); dropped > 0 {
		say(env.Stderr, "djship: %d pieces of the output were left out, as nobody read them in time; all of it is in %s\n", dropped, r.LogDir)
	}
	if err != nil && !report.Unread(err) {
		say(env.Stderr, "djship: can't write all of the output or logs: %s\n", err)
	}
	if err := report.Prune(runsDir(env), report.Keep); err != nil {
		say(env.Stderr, "djship: can't remove old logs: %s\n", err)
	}
	if left := r.NotDone(); !o.check && status != 0 && len(r.Targets) > 1 && len(left) > 0 {
		if err := sayHowToResume(env.Stderr, o.typed, r.LogDir, left); err != nil {
			say(env.Stderr, "djship: can't write which hosts are left to do: %s\n", err)
		}
	}
	if status == 0 {
		saySummary()
	}
	if status == 0 && o.exitCode && r.WouldChange() {
		status = statusWouldChange
	}
	if status != 0 {
		return statusError(status)
	}
	return nil
}

// pausing is what makes room on the terminal for a question.
func pausing(screen *report.Reporter, streams *report.Streams) func() (resume func()) {
	return func() func() {
		resume := screen.Pause()
		// The question belongs below what is on its way to the terminal.
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		streams.Settle(ctx)
		return resume
	}
}

// screen is how what happens is shown.
func (o rolloutOptions) screen(env Env, logDir string) report.Options {
	s := screenOf(env, o.noColor)
	s.Verbosity, s.Quiet, s.Diff, s.JSON, s.LogDir = o.verbose, o.quiet, o.diff, o.json, logDir
	return s
}
