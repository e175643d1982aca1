package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"djship/attach"
	"djship/remote"
	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/shell"
)

func execCommand() *command {
	return &command{
		name: "exec", args: "-- COMMAND...", brief: "run a command on all hosts at once, as root",
		more: "One word with blanks or other signs is a line of sh; more are a program and\n" +
			"its arguments, just as they are. What hosts have printed alike is printed once.\n" +
			"Stdin goes to all. Ctrl-C ends it everywhere. `djship log HOST` has it all, too.",
		examples: []string{"djship exec -- uptime", "djship exec -l production --live -- 'apt-get update && apt-get -s upgrade'", "djship exec --as-login -- id"},
		flags: []flag{
			{name: "as-login", usage: "as who logs in, not as root", kind: flagOnOff},
			{name: "live", usage: "print each line as it comes, with its host", kind: flagOnOff},
		},
		explains: []string{"json", "log-dir"}, accepts: accessFlags, rest: 1,
		run: parseThenRun(readExecOptions, execute),
	}
}

// execOptions are what `djship exec` is asked for.
type execOptions struct {
	selection
	access
	asLogin bool
	live    bool
	json    bool
	logDir  string
	words   []string
}

func readExecOptions(in input) (execOptions, error) {
	a, err := readAccess(in)
	o := execOptions{readSelection(in), a, in.on("as-login"), in.on("live"), in.on("json"), in.text("log-dir"), in.args}
	switch {
	case err != nil:
	case len(in.args) == 0:
		err = &usageError{"which command is to be run?", "djship exec -- COMMAND"}
	case o.live && o.json:
		err = &usageError{"--live prints lines, --json an object a host", "leave out one of the two"}
	}
	return o, err
}

// line is the command as it is typed into a shell.
func (o execOptions) line() string {
	if len(o.words) == 1 {
		return o.words[0]
	}
	return shell.QuoteAll(o.words...)
}

// command is what runs on each host. What it prints stays in order where nobody wants its two streams apart.
func (o execOptions) command() attach.Command {
	together := "exec 2>&1\n"
	if o.json {
		together = ""
	}
	c := attach.Command{Env: []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"}}
	if len(o.words) == 1 {
		c.Words = []string{"/bin/sh", "-c", together + o.words[0]}
	} else {
		c.Words = append([]string{"/bin/sh", "-c", together + `exec "$@"`, "sh"}, o.words...)
	}
	return c
}

// execute runs a command on all hosts, and prints what they have printed.
func execute(env Env, o execOptions) error {
	n, ctx, done, err := reach(env, o.selection, o.access)
	if err != nil {
		return err
	}
	defer done()
	if o.asLogin {
		for i := range n.hosts {
			n.hosts[i].endpoint.Become = remote.Become{}
		}
	}
	run, err := env.noteExec(n, o)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	streams := func(int) attach.Streams { return attach.Streams{} }
	if env.Stdin != nil && !term.IsTerminal(int(env.Stdin.Fd())) {
		in := shareInput(env.Stdin, func() {
			say(env.Stderr, "djship: stdin for all hosts is longer than 64 MiB\n")
			cancel()
		})
		streams = func(int) attach.Streams { return attach.Streams{In: in.reader()} }
	}
	answers := make([]*execAnswer, len(n.hosts))
	for i := range answers {
		answers[i] = &execAnswer{host: n.hosts[i].Name}
	}
	errs := n.each(ctx, func(ctx context.Context, i int, s runner.Session) error {
		a, began := answers[i], time.Now()
		run.take(rollout.HostStart{Host: a.host, Stage: n.hosts[i].stage})
		to := streams(i)
		say := func(line string) { run.take(rollout.Output{Host: a.host, Step: "command", Line: secret.Masked(line)}) }
		if o.live {
			logged := say
			say = func(line string) { logged(line); run.sayLive(env, n, a.host, line) }
		}
		to.Out, to.Err = a.streams(say)
		end, err := attach.Run(ctx, s, o.command(), to)
		a.ended(end, err)
		run.take(a.hostEnd(time.Since(began)))
		return err
	})
	for i, err := range errs {
		if answers[i].end == nil {
			answers[i].err = err
		}
	}
	return run.conclude(env, ctx, n, o, answers, errs)
}

// noteExec begins the log of an exec.
func (env Env) noteExec(n *network, o execOptions) (*notedRun, error) {
	return env.noteRun(o.logDir, rollout.RunStart{Command: "exec", Args: []string{"--", secret.Masked(o.line())}, Hosts: n.names()})
}

// sayLive prints a line of a host.
func (r *notedRun) sayLive(env Env, n *network, host, line string) {
	r.one <- struct{}{}
	defer func() { <-r.one }()
	if len(n.hosts) > 1 {
		say(env.Stdout, "%s  %s\n", host, line)
		return
	}
	say(env.Stdout, "%s\n", line)
}

// conclude prints what was not printed yet, ends the log, and returns the exit status: 1 where the command has failed on a host, 3 where one
// could not be asked.
func (r *notedRun) conclude(env Env, ctx context.Context, n *network, o execOptions, answers []*execAnswer, errs []error) error {
	var counts rollout.RunEnd
	for _, a := range answers {
		switch {
		case a.end == nil:
			counts.Unreachable++
		case a.status() != 0:
			counts.Failed++
		default:
			counts.OK++
		}
	}
	switch {
	case ctx.Err() != nil:
		counts.Status = statusInterrupted
	case counts.Failed > 0:
		counts.Status = 1
	case counts.Unreachable > 0:
		counts.Status = statusUnreachable
	}
	switch {
	case o.json:
		for _, a := range answers {
			if err := sayJSON(env.Stdout, a.told()); err != nil {
				return err
			}
		}
	case !o.live:
		sayAnswers(env.Stdout, answers)
	}
	r.end(env, counts)
	if ctx.Err() != nil {
		say(env.Stderr, "djship: interrupted; what still ran is ended, on each host\n")
		return statusError(statusInterrupted)
	}
	_ = n.sayFailed(env.Stderr, errs)
	if o.live || o.json || len(answers) == 1 {
		sayStatuses(env.Stderr, answers)
	}
	if counts.Status != 0 {
		return statusError(counts.Status)
	}
	return nil
}

// sayAnswers prints what hosts have printed, once for those whose answers are the same; alone where there is one host.
func sayAnswers(w io.Writer, answers []*execAnswer) {
	if len(answers) == 1 {
		answers[0].sayLines(w, "")
		return
	}
	type answer struct{ status, text string }
	text := func(a *execAnswer) []answer {
		if a.end == nil {
			return nil
		}
		return []answer{{a.word(), strings.Join(a.all.lines, "\n")}}
	}
	oncePerThing(answers, func(a *execAnswer) string { return a.host }, text, func(hosts []string, thing answer) {
		say(w, "%s: %s\n", strings.Join(hosts, ", "), thing.status)
		at := slices.IndexFunc(answers, func(a *execAnswer) bool { return a.host == hosts[0] })
		answers[at].sayLines(w, "    ")
	})
}

// sayStatuses names the hosts on which the command has failed.
func sayStatuses(w io.Writer, answers []*execAnswer) {
	oncePerThing(answers, func(a *execAnswer) string { return a.host }, func(a *execAnswer) []string {
		if a.end == nil || a.status() == 0 {
			return nil
		}
		return []string{a.word()}
	}, func(hosts []string, word string) { say(w, "%s: %s\n", strings.Join(hosts, ", "), word) })
}
