package cli

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	urfave "github.com/urfave/cli/v2"

	"djship/report"
	"djship/rollout"
	"djship/steps"
)

// gatekeeper returns what asks a person between two stages. pause makes room on the terminal.
func gatekeeper(pause func() (resume func()), screen report.Options) func(context.Context, rollout.Question) rollout.Answer {
	return func(ctx context.Context, q rollout.Question) rollout.Answer {
		tty, err := openTTY()
		if err != nil {
			return rollout.Nobody
		}
		defer tty.Close()
		defer pause()()
		return askStage(tty.within(ctx), q, screen)
	}
}

// askStage says what happened and what would, and waits for an answer.
func askStage(tty io.ReadWriter, q rollout.Question, screen report.Options) rollout.Answer {
	say(tty, "\n%s is done: %s\n%s is next, %d of its hosts; what would change:\n", q.Stage, outcomes(q.Ends), q.Next, len(q.Hosts))
	for _, line := range countChanges(q.Plan) {
		say(tty, "  %s\n", line)
	}
	in := bufio.NewReader(tty)
	for {
		say(tty, "begin %s? y (yes), n (no), d (show what would change) ", q.Next)
		line, err := in.ReadString('\n')
		switch strings.ToLower(strings.TrimSpace(line)) {
		case "y", "yes":
			return rollout.Yes
		case "n", "no":
			return rollout.No
		case "d", "diff":
			showPlan(tty, q.Plan, screen)
		}
		if err != nil {
			say(tty, "\n")
			return rollout.No
		}
	}
}

// outcomes counts how hosts have ended.
func outcomes(ends []rollout.HostEnd) string {
	var words []string
	for _, status := range []rollout.Status{rollout.Changed, rollout.OK, rollout.Failed, rollout.Unreachable} {
		n := 0
		for _, e := range ends {
			if e.Status == status {
				n++
			}
		}
		if n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, status))
		}
	}
	return strings.Join(words, ", ")
}

// countChanges says on how many hosts each step would change something, in the order of the steps.
func countChanges(plan []rollout.Event) []string {
	hosts := map[string]int{}
	var names []string
	width := 0
	for _, e := range plan {
		if s, ok := e.(rollout.Step); ok && s.Status == rollout.WouldChange {
			if hosts[s.Step]++; hosts[s.Step] == 1 {
				names = append(names, s.Step)
				width = max(width, len(s.Step))
			}
		}
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%-*s  %s", width, name, countHosts(hosts[name]))
	}
	return names
}

func countHosts(n int) string {
	if n == 1 {
		return "1 host"
	}
	return fmt.Sprintf("%d hosts", n)
}

// showPlan prints a plan as a check run with --diff does.
func showPlan(w io.Writer, plan []rollout.Event, screen report.Options) {
	view := report.New(report.Options{Out: w, Err: w, Color: screen.Color, OutColor: screen.Color, Diff: true})
	for _, e := range plan {
		view.Take(rollout.Record{Event: e})
	}
	_ = view.Close()
	say(w, "\n")
}

// notDone is the file in a run's log folder that names the hosts which are left to do.
const notDone = "not-done"

// sayHowToGoOn writes down which hosts are left to do and names the command that does them.
func sayHowToGoOn(env Env, c *urfave.Context, logDir string, hosts []string) error {
	dir, err := filepath.Abs(logDir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, notDone)
	if err := report.WriteOwn(path, func(w io.Writer) error { return sayText(w, strings.Join(hosts, "\n")+"\n") }); err != nil {
		return err
	}
	return say(env.Stderr, "%s left to do; to go on:\n  %s\n", countHosts(len(hosts)), again(c, "@"+path))
}

// again is the command line of c with another limit.
func again(c *urfave.Context, limit string) string {
	words := append([]string{c.App.Name, c.Command.Name}, c.Args().Slice()...)
	for _, f := range c.App.Flags {
		name := f.Names()[0]
		if name == "limit" || !c.IsSet(name) {
			continue
		}
		switch f := f.(type) {
		case *urfave.GenericFlag:
			if o, ok := f.Value.(*overwrites); ok {
				words = append(words, o.words()...)
			} else {
				words = append(words, "--"+name, fmt.Sprint(c.Value(name)))
			}
		case *urfave.BoolFlag:
			words = append(words, slices.Repeat([]string{"--" + name}, max(1, c.Count(name)))...)
		case *urfave.StringSliceFlag:
			for _, v := range c.StringSlice(name) {
				words = append(words, "--"+name, v)
			}
		default:
			words = append(words, "--"+name, fmt.Sprint(c.Value(name)))
		}
	}
	return steps.QuoteAll(append(words, "--limit", limit)...)
}
