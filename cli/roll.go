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
func roll(env Env, c *urfave.Context, what func(*inventory.Host, options) (rollout.Host, error)) error {
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
		Check: o.check, Stages: staged.names, Pace: o.rolling.pace, Forks: o.forks, Patient: !o.noWait, Now: time.Now}
	for _, h := range staged.hosts {
		host, err := what(h, o)
		if err != nil {
			return err
		}
		host.Name, host.Stage = h.Name, staged.of[h]
		r.Hosts = append(r.Hosts, host)
	}
	r.Holder = fmt.Sprintf("%s, %s, %s", whoAmI(), strings.TrimSpace(r.Command+" "+strings.Join(r.Args, " ")), r.Now().UTC().Format(time.RFC3339))
	n, err := newNetwork(env, o, hosts)
	if err != nil {
		return err
	}
	meeting, cancel := untilInterrupt()
	err = n.meet(meeting, env)
	cancel()
	if err != nil {
		return err
	}
	if len(hosts) > 100 {
		// A thousand connections at once: less memory, for a tenth of a second.
		debug.SetGCPercent(25)
	}
	r.Connect = n.connect
	defer n.sayWarnings(env.Stderr)
	return show(env, c, o, r)
}

// show runs a rollout with its screen and logs.
func show(env Env, c *urfave.Context, o options, r *rollout.Rollout) error {
	r.LogDir = o.logDir
	if r.LogDir == "" {
		r.LogDir = filepath.Join(runsDir(env), r.ID)
	}
	logs, err := report.Logs(r.LogDir)
	if err != nil {
		return &usageError{err.Error(), cmp.Or(hintOf(err), "name another folder with --log-dir")}
	}
	look := screenOptions(env, o, r.LogDir)
	screen := report.New(look)
	r.Sink, r.Ask = report.Multi(screen, logs), gatekeeper(screen.Pause, look)
	ctx, stop, done := interrupts(screen.Say)
	defer done()
	r.Stop = stop
	status := r.Run(ctx)
	if err := r.Sink.Close(); err != nil {
		say(env.Stderr, "djship: can't write all of the logs: %s\n", err)
	}
	if err := report.Prune(runsDir(env), report.Keep); err != nil {
		say(env.Stderr, "djship: can't remove old logs: %s\n", err)
	}
	if left := r.NotDone(); !o.check && status != 0 && len(r.Hosts) > 1 && len(left) > 0 {
		if err := sayHowToGoOn(env, c, r.LogDir, left); err != nil {
			say(env.Stderr, "djship: can't write which hosts are left to do: %s\n", err)
		}
	}
	if status == 0 && o.exitCode && r.WouldChange() {
		status = statusWouldChange
	}
	if status != 0 {
		return statusError(status)
	}
	return nil
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

// interrupts turns Ctrl-C into a wish to stop, which it says, and a second one into the end of ctx.
func interrupts(say func(string)) (ctx context.Context, stop <-chan struct{}, done func()) {
	ctx, cancel := context.WithCancel(context.Background())
	wish := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		say("stopping: steps that run end first; Ctrl-C once more cuts them")
		close(wish)
		<-signals
		cancel()
	}()
	return ctx, wish, func() { signal.Stop(signals); cancel() }
}

// untilInterrupt returns a context that Ctrl-C ends at once: for what changes nothing.
func untilInterrupt() (context.Context, context.CancelFunc) {
	return signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
}
