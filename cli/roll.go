package cli

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"os/user"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
)

// roll is the main path of prereq, deploy and up: everything that can be refused is refused, then
// the hosts are rolled and what happens is shown. what makes of a host of the inventory a host of
// the rollout.
func roll(env Env, c *urfave.Context, what func(*inventory.Host, options) (rollout.Target, error)) error {
	// A reader that goes away ends the run in good order, and not djship in the middle of it.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	o, err := readOptions(c)
	if err != nil {
		return err
	}
	inv, hosts, err := selectHosts(env, o)
	if err != nil {
		return err
	}
	staged, err := o.rolling.stage(inv, hosts)
	if err != nil {
		return err
	}
	r := &rollout.Rollout{ID: report.NewRunID(time.Now()), Version: Version, Command: c.Command.Name, Args: c.Args().Slice(),
		Check: o.check, Diff: o.diff, Stages: staged.names, Pace: o.rolling.pace, Forks: o.forks, Patient: !o.noWait, Now: time.Now}
	for _, h := range staged.hosts {
		target, err := what(h, o)
		if err != nil {
			return err
		}
		target.Name, target.Stage = h.Name, staged.of[h]
		r.Targets = append(r.Targets, target)
	}
	if err := o.overwrite.check(r.Targets); err != nil {
		return err
	}
	r.Holder = fmt.Sprintf("%s, %s, %s", whoAmI(), strings.TrimSpace(r.Command+" "+strings.Join(r.Args, " ")), r.Now().UTC().Format(time.RFC3339))
	n, err := ready(env, o, staged)
	if err != nil {
		return err
	}
	if len(hosts) > 100 {
		// A thousand connections at once: less memory, for a tenth of a second.
		debug.SetGCPercent(25)
	}
	for i, t := range n.targets {
		r.Targets[i].Open = func(ctx context.Context) (rollout.Session, error) { return n.open(ctx, t) }
	}
	defer n.sayWarnings(env.Stderr)
	return show(env, c, o, r, n)
}

// ready asks whatever is to be asked before hosts are logged in to.
func ready(env Env, o options, s staged) (*network, error) {
	ctx, done := env.untilInterrupt()
	defer done()
	n, err := newNetwork(ctx, env, o, s)
	if err != nil {
		return nil, err
	}
	return n, n.meet(ctx, env)
}

// show runs a rollout with its screen and logs.
func show(env Env, c *urfave.Context, o options, r *rollout.Rollout, n *network) error {
	r.LogDir = o.logDir
	if r.LogDir == "" {
		r.LogDir = filepath.Join(runsDir(env), r.ID)
	}
	logs, err := report.Logs(r.LogDir)
	if err != nil {
		return &usageError{err.Error(), cmp.Or(hintOf(err), "name another folder with --log-dir")}
	}
	var leave *leave
	look := screenOptions(env, o, r.LogDir)
	streams := report.Decouple(look.Out, look.Err, func() { leave.unread() })
	look.Out, look.Err = streams.Out, streams.Err
	screen := report.New(look)
	leave = env.leaving(screen.Say)
	defer leave.done()
	n.pause = pausing(screen, streams)
	r.Sink, r.Ask = report.Multi(logs, screen), env.gatekeeper(n.pause, look)
	r.Stop = leave.stop
	tell := afterwards(leave.ctx, env, o, r, look)
	status := r.Run(leave.ctx)
	err = r.Sink.Close()
	reading, read := leave.settling()
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
		if err := sayHowToGoOn(env, c, r.LogDir, left); err != nil {
			say(env.Stderr, "djship: can't write which hosts are left to do: %s\n", err)
		}
	}
	if status == 0 {
		tell()
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

func screenOptions(env Env, o options, logDir string) report.Options {
	s := report.Detect(env.Screen.Out, env.Screen.Err, env.Getenv)
	if env.Screen.Out == nil || env.Screen.Err == nil {
		s.Out, s.Err = env.Stdout, env.Stderr
	}
	s.Verbosity, s.Quiet, s.Diff, s.JSON, s.LogDir = o.verbose, o.quiet, o.diff, o.json, logDir
	if o.noColor {
		s.Color, s.OutColor = false, false
	}
	return s
}

// runsDir is where the logs of all runs are.
func runsDir(env Env) string {
	state := env.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, _ := os.UserHomeDir()
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "djship", "runs")
}

func whoAmI() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, _ := os.Hostname()
	return name + "@" + host
}
