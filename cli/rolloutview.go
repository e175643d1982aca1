package cli

import (
	"cmp"
	"context"
	"path/filepath"
	"time"

	"djship/report"
	"djship/rollout"
)

// runAndShow runs a rollout, shows what happens and writes it to logs.
func runAndShow(env Env, o rolloutOptions, r *rollout.Rollout, n *network) error {
	r.LogDir = o.logDir
	if r.LogDir == "" {
		r.LogDir = filepath.Join(runsDir(env), r.ID)
	}
	logs, err := report.Logs(r.LogDir)
	if err != nil {
		return &usageError{err.Error(), cmp.Or(rollout.HintOf(err), "name another folder with --log-dir")}
	}
	var end *earlyEnd
	view := o.screen(env, r.LogDir)
	streams := report.Decouple(view.Out, view.Err, func() { end.unread() })
	view.Out, view.Err = streams.Out, streams.Err
	screen := report.New(view)
	end = env.endEarly(screen.Say)
	defer end.done()
	n.pause = pausing(screen, streams)
	r.Sink, r.Ask, r.Stop = report.Multi(logs, screen), end.watch(env.gatekeeper(n.pause, view)), end.stop
	r.Agree = env.agreeing(n.pause)
	saySummary := siteSummary(end.ctx, env, o, r, view)
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
	return o.conclude(env, r, status, saySummary)
}

// conclude says what is next after a rollout that has ended with a status, and returns that.
func (o rolloutOptions) conclude(env Env, r *rollout.Rollout, status int, saySummary func()) error {
	if left := r.NotDone(); !o.check && status != 0 && len(r.Targets) > 1 && len(left) > 0 {
		if err := sayHowToResume(env.Stderr, o.typed, r.LogDir, left); err != nil {
			say(env.Stderr, "djship: can't write which hosts are left to do: %s\n", err)
		}
	}
	if gone := r.Unreached(); o.gone != nil && len(gone) > 0 {
		o.gone(gone)
	}
	if o.idle != nil && status != 0 && len(r.Untouched()) > 0 {
		o.idle()
	}
	if o.past != nil && !o.check && status != 0 && len(r.Past(1)) > 0 {
		o.past()
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
