package cli

import (
	"fmt"
	"slices"
	"strings"

	"djship/report"
	"djship/rollout"
)

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
// many, which would on the same hosts, in one line. Two turns may have steps of the same name.
func countChanges(plan []rollout.Event) []string {
	hosts := map[string][]string{}
	var steps []string
	for _, e := range plan {
		if s, ok := e.(rollout.Step); ok && s.Status == rollout.WouldChange {
			name := report.StepName(s.Phase, s.Step)
			if hosts[name] = append(hosts[name], s.Host); len(hosts[name]) == 1 {
				steps = append(steps, name)
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
		count := rollout.Plural(len(g.hosts), "host")
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
		return report.Table(rows)
	}
	left := 0
	for _, n := range sizes[mostRows-1:] {
		left += n
	}
	return append(report.Table(rows[:mostRows-1]), fmt.Sprintf("… and %d more; d shows them", left))
}
