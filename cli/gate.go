package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"djship/report"
	"djship/rollout"
)

// gatekeeper returns what asks a person between two stages. pause makes room on the terminal.
func (env Env) gatekeeper(pause func() (resume func()), screen report.Options) func(context.Context, rollout.Question) rollout.Answer {
	return func(ctx context.Context, q rollout.Question) rollout.Answer {
		tty, err := openTTY()
		if err != nil {
			return rollout.Nobody
		}
		defer tty.Close()
		defer pause()()
		tty.drop()
		return askStage(tty.within(ctx), q, func() { env.showPlan(ctx, tty, q.Plan, screen.Color) })
	}
}

// askStage says what happened and what would, and waits for an answer. show shows the plan.
func askStage(tty io.ReadWriter, q rollout.Question, show func()) rollout.Answer {
	say(tty, "\n%s is done: %s\n%s is next, %d of its hosts; what would change:\n", q.Stage, outcomes(q.Ends), q.Next, len(q.Hosts))
	for _, line := range countChanges(q.Plan) {
		say(tty, "  %s\n", line)
	}
	in := bufio.NewReader(tty)
	for {
		say(tty, "begin %s? y (yes), n (no), d (show what would change) ", q.Next)
		line, err := in.ReadString('\n')
		switch word := strings.ToLower(strings.TrimSpace(line)); {
		case isYes(word):
			return rollout.Yes
		case word == "n", word == "no":
			return rollout.No
		case word == "d", word == "diff":
			show()
		}
		if err != nil {
			say(tty, "\n")
			return rollout.No
		}
	}
}

// outcomes counts how hosts have ended.
func outcomes(ends []rollout.HostEnd) string {
	counts := map[string]int{}
	order := []string{string(rollout.Changed), string(rollout.OK), string(rollout.Failed)}
	for _, e := range ends {
		word := report.EndWord(e)
		if counts[word]++; !slices.Contains(order, word) {
			order = append(order, word)
		}
	}
	var words []string
	for _, word := range order {
		if counts[word] > 0 {
			words = append(words, fmt.Sprintf("%d %s", counts[word], word))
		}
	}
	return strings.Join(words, ", ")
}

// How much of a plan stands in a question, so that the end of the stage before stays on the screen.
const (
	mostRows  = 7 // lines
	fewAtOnce = 4 // steps that would change on the same hosts, each with a line of its own
)

// countChanges says on how many hosts each step would change something, in the order of the steps; of
// many, which would on the same hosts, in one line.
func countChanges(plan []rollout.Event) []string {
	hosts := map[string][]string{}
	var steps []string
	for _, e := range plan {
		if s, ok := e.(rollout.Step); ok && s.Status == rollout.WouldChange {
			if hosts[s.Step] = append(hosts[s.Step], s.Host); len(hosts[s.Step]) == 1 {
				steps = append(steps, s.Step)
			}
		}
	}
	type group struct{ steps, hosts []string }
	groups := map[string]*group{}
	var order []*group
	for _, step := range steps {
		where := strings.Join(hosts[step], "\x00")
		if groups[where] == nil {
			groups[where] = &group{hosts: hosts[step]}
			order = append(order, groups[where])
		}
		groups[where].steps = append(groups[where].steps, step)
	}
	var rows [][]string
	var sizes []int // steps of each row
	for _, g := range order {
		count := countHosts(len(g.hosts))
		if last := len(g.steps) - 1; len(steps) > mostRows && last >= fewAtOnce {
			rows, sizes = append(rows, []string{fmt.Sprintf("%d steps, %s to %s", last+1, g.steps[0], g.steps[last]), count}), append(sizes, last+1)
			continue
		}
		for _, step := range g.steps {
			rows, sizes = append(rows, []string{step, count}), append(sizes, 1)
		}
	}
	return firstRows(rows, sizes)
}

// firstRows are rows as lines, as many as there may be, and how many steps are left out.
func firstRows(rows [][]string, sizes []int) []string {
	if len(rows) <= mostRows {
		return aligned(rows, "  ")
	}
	left := 0
	for _, n := range sizes[mostRows-1:] {
		left += n
	}
	return append(aligned(rows[:mostRows-1], "  "), fmt.Sprintf("… and %d more; d shows them", left))
}

// countHosts is a number of hosts in words.
func countHosts(n int) string {
	if n == 1 {
		return "1 host"
	}
	return fmt.Sprintf("%d hosts", n)
}

// showPlan shows a plan as a check run with --diff does: by the user's pager where there is one, else on
// the terminal.
func (env Env) showPlan(ctx context.Context, tty io.Writer, plan []rollout.Event, color bool) {
	pager := env.pager()
	var text bytes.Buffer
	view := report.New(report.Options{Out: &text, Err: &text, Color: color && pager.color(), OutColor: color && pager.color(), Diff: true})
	for _, e := range plan {
		view.Take(rollout.Record{Event: e})
	}
	_ = view.Close()
	if pager == nil || !env.page(ctx, pager, text.Bytes()) {
		_ = sayText(tty, text.String())
		say(tty, "\n")
	}
}
