package report

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"djship/rollout"
)

// fewHosts is how many hosts have a line each in the summary; of more, only those that failed do.
const fewHosts = 24

// summary is what stands at the end of a run.
func (n *narrator) summary() []string {
	var lines []string
	add := func(heading string, part []string) {
		if len(part) == 0 {
			return
		}
		if heading != "" {
			part = append([]string{n.err.line(span{heading, bold})}, part...)
		}
		lines = append(append(lines, ""), part...)
	}
	if len(n.state.order) > 1 && (n.block < len(n.state.order) || len(n.state.order) > fewHosts) { // else it stands right above
		add("", n.table())
	}
	if alone := len(n.state.order) <= 1; !n.Quiet && (!alone || n.stream) {
		if !n.state.start.Check && (!alone || n.Verbosity == 0) {
			add("changed", n.changedSteps())
		}
		if n.Verbosity >= 1 {
			add("slowest", n.slowest())
		}
		add("warnings", n.warnings())
	}
	return append(append(lines, ""), n.total()...)
}

// table has a line for each host, or in a big run for each that failed and one for each status. Hosts
// on which the same went wrong are one line, with their names below it.
func (n *narrator) table() []string {
	hosts := n.state.order
	crowd := len(hosts) > fewHosts
	alike, wide := map[string][]*host{}, n.nameWidth()
	for _, h := range hosts {
		if h.bad() {
			if alike[h.failureKey()] = append(alike[h.failureKey()], h); len(alike[h.failureKey()]) > 1 {
				wide = max(wide, width(rollout.Plural(len(hosts), "host")))
			}
		}
	}
	var lines []string
	stage := ""
	shown, left := map[rollout.Status]int{}, map[rollout.Status]int{} // lines, and hosts without one
	told := map[*host]bool{}
	for _, h := range hosts {
		var same []*host
		if h.bad() {
			same = alike[h.failureKey()]
		}
		switch {
		case same != nil && told[same[0]]:
			continue
		case crowd && (!h.bad() || shown[h.status()] >= fewHosts):
			left[h.status()]++
			continue
		case !crowd && h.stage != stage && len(n.state.start.Stages) > 1 && h.stage != "":
			stage = h.stage
			lines = append(lines, n.err.line(span{printable(stage), faint}))
		}
		shown[h.status()]++
		told[h] = true
		if len(same) < 2 {
			lines = append(lines, n.row(h, printable(h.name), wide))
			continue
		}
		var names []string
		for _, other := range same {
			names = append(names, printable(other.name))
		}
		lines = append(lines, n.row(h.anywhere(), rollout.Plural(len(same), "host"), wide))
		lines = append(lines, n.err.wrap(span{n.indent().text + "  ", plain}, span{someOf(names, fewHosts), plain})...)
	}
	for _, st := range []rollout.Status{rollout.OK, rollout.Changed, rollout.WouldChange, rollout.Skipped, rollout.Failed, rollout.Unreachable} {
		if left[st] > 0 {
			more := ""
			if shown[st] > 0 {
				more = " more"
			}
			lines = append(lines, n.err.line(n.sign(st), span{fmt.Sprintf("%-*s  ", statusWidth, word(st)), inkOf(st)},
				span{rollout.Plural(left[st], "host") + more, plain}))
		}
	}
	return lines
}

// row is a line of the table: a host's, or that of some like it.
func (n *narrator) row(h *host, name string, wide int) string {
	rest, clock := "not begun", span{}
	if h.end != nil {
		rest = n.outcome(h)
		if lines := h.errorLines(); len(lines) > 0 {
			rest = join(rest, lines[0], ": ")
		}
		if rest = join(rest, h.as(), ", "); h.end.Status != rollout.Skipped {
			clock = n.time(h.end.Seconds)
		}
	}
	return n.err.ends(clock, n.sign(h.status()), span{pad(name, wide), plain}, span{"  ", plain}, ended(h), span{rest, plain})
}

// outcome says in few words what became of a host.
func (n *narrator) outcome(h *host) string {
	switch h.end.Status {
	case rollout.Failed, rollout.Unreachable:
		return h.failedAt()
	case rollout.Changed, rollout.WouldChange:
		return rollout.Plural(h.end.Changed, "step")
	case rollout.Skipped:
		if h.started.IsZero() {
			return "not begun"
		}
	}
	return ""
}

// status is how the host ended; one that never did was skipped.
func (h *host) status() rollout.Status {
	if h.end == nil {
		return rollout.Skipped
	}
	return h.end.Status
}

// byStep is what happened in the steps of one name.
type byStep struct {
	name    string
	hosts   []string // where it changed something
	slowest float64
	where   string
}

// bySteps returns the run's steps in the order in which they were first seen.
func (s *state) bySteps() []*byStep {
	var all []*byStep
	index := map[string]*byStep{}
	for _, h := range s.order {
		for _, st := range h.steps {
			b := index[st.name()]
			if b == nil {
				b = &byStep{name: st.name()}
				index[b.name], all = b, append(all, b)
			}
			if st.Status == rollout.Changed || st.Status == rollout.WouldChange {
				b.hosts = append(b.hosts, h.name)
			}
			if st.Seconds > b.slowest {
				b.slowest, b.where = st.Seconds, h.name
			}
		}
	}
	return all
}

// changedSteps says for each step on how many hosts it changed something. Many steps that changed
// on the same hosts share a line. Where they stand below their host, only those of hosts that failed are
// left to be told, but for a crowd, whose lines have scrolled away.
func (n *narrator) changedSteps() []string {
	groups := map[string][]*byStep{}
	var order []string
	for _, b := range n.state.bySteps() {
		if !n.stream && len(n.state.order) <= fewHosts {
			b.hosts = slices.DeleteFunc(b.hosts, func(name string) bool { return !n.state.host(name).bad() })
		}
		if len(b.hosts) == 0 {
			continue
		}
		where := strings.Join(b.hosts, "\x00")
		if groups[where] == nil {
			order = append(order, where)
		}
		groups[where] = append(groups[where], b)
	}
	var rows [][2]string
	for _, where := range order {
		steps := groups[where]
		hosts := rollout.Plural(len(steps[0].hosts), "host")
		if len(steps[0].hosts) == 1 {
			hosts = printable(steps[0].hosts[0])
		}
		if len(steps) > fewSteps {
			from, to := printable(steps[0].name), printable(steps[len(steps)-1].name)
			rows = append(rows, [2]string{fmt.Sprintf("%d steps, %s to %s", len(steps), from, to), hosts})
			continue
		}
		for _, b := range steps {
			rows = append(rows, [2]string{printable(b.name), hosts})
		}
	}
	return n.columns(rows)
}

// slowest says which steps took more than a second, and where they took longest.
func (n *narrator) slowest() []string {
	const most = 3
	all := n.state.bySteps()
	all = slices.DeleteFunc(all, func(b *byStep) bool { return b.slowest <= 1 })
	slices.SortStableFunc(all, func(a, b *byStep) int { return cmp.Compare(b.slowest, a.slowest) })
	var rows [][2]string
	for _, b := range all[:min(most, len(all))] {
		where := ""
		if len(n.state.order) > 1 {
			where = " on " + printable(b.where)
		}
		rows = append(rows, [2]string{printable(b.name), tookSeconds(b.slowest) + where})
	}
	return n.columns(rows)
}

// warnings are the notes of the run and, where they are not told below their host, the files that somebody should look at, each once.
func (n *narrator) warnings() []string {
	var lines []string
	where := map[string][]string{}
	add := func(host, text string) {
		if _, ok := where[text]; !ok {
			lines = append(lines, text)
		}
		where[text] = append(where[text], host)
	}
	for _, note := range n.state.notes {
		add(printable(note.Host), strings.Join(printableLines(note.Text), "; "))
	}
	for _, h := range n.state.order {
		for _, s := range h.steps {
			if s.Warn && n.stream {
				add(printable(h.name), join("kept "+printable(s.name()), printable(s.Detail), ": "))
			}
		}
	}
	var wrapped []string
	for _, l := range lines {
		hosts := where[l][0]
		if len(where[l]) > 1 {
			hosts = rollout.Plural(len(where[l]), "host")
		}
		wrapped = append(wrapped, n.err.wrap(span{"  ", plain}, span{join(hosts, l, ": "), plain})...)
	}
	return wrapped
}

// columns are rows of a name and what is to be said of it.
func (n *narrator) columns(rows [][2]string) []string {
	names := 0
	for _, r := range rows {
		names = max(names, width(r[0]))
	}
	if n.err.width > 0 {
		names = min(names, n.err.width*3/5)
	}
	var lines []string
	for _, r := range rows {
		lines = append(lines, n.err.line(span{"  " + pad(r[0], names) + "  ", plain}, span{r[1], faint}))
	}
	return lines
}

// total is the run in a line, and where its logs are.
func (n *narrator) total() []string {
	e := n.state.end
	ink := green
	if outcome(*e) != "done" {
		ink = alarm
	}
	words := outcome(*e) + ": " + n.state.counts() + ", in " + tookSeconds(e.Seconds)
	if s := n.state; e.Status != 0 && s.start.Pushed.Release != "" && !s.start.Check && !s.met {
		words += "; visitors get what was live before"
	}
	lines := n.err.wrap(span{}, span{words, ink})
	if dir := cmp.Or(e.LogDir, n.LogDir); dir != "" {
		lines = append(lines, n.err.paint(span{"logs: " + tilde(dir), faint}))
	}
	return lines
}

// counts says how many hosts and steps a run has changed, or would.
func (s *state) counts() string {
	steps, e := 0, s.end
	for _, h := range s.order {
		if h.end != nil {
			steps += h.end.Changed
		}
	}
	var hosts []string
	add := func(n int, word string) {
		if n > 0 {
			hosts = append(hosts, fmt.Sprintf("%d %s", n, word))
		}
	}
	add(e.OK, "ok")
	if !s.start.Check {
		hosts = append(hosts, fmt.Sprintf("%d changed", e.Changed))
	}
	hosts = append(hosts, s.badCounts()...)
	add(e.Skipped, "skipped")
	words := strings.Join(hosts, ", ")
	switch {
	case s.start.Check:
		plan := fmt.Sprintf("%s, %s would change", rollout.Plural(e.WouldChange, "host"), rollout.Plural(steps, "step"))
		switch none := e.WouldChange == 0 && steps == 0; {
		case none && len(s.badCounts()) > 0: // what they lack nobody knows
			return words
		case none:
			plan = "nothing would change"
		}
		return join(plan, words, "; ")
	case len(s.order) == 1:
		return rollout.Plural(steps, "step") + " changed"
	case steps > 0:
		words += fmt.Sprintf(" (%s changed)", rollout.Plural(steps, "step"))
	}
	return words
}

// outcome says how a run ended: what its exit status means.
func outcome(e rollout.RunEnd) string {
	switch e.Status {
	case 0, 5:
		return "done"
	case 3:
		if e.Cause == rollout.Various {
			return "not reached"
		}
		return causeWord(rollout.Unreachable, string(e.Cause))
	case 4:
		return "stopped"
	case 130:
		return "interrupted"
	}
	return "failed"
}

func (n *narrator) logPath(host string) string {
	return tilde(filepath.Join(n.LogDir, LogFile(host)))
}

// tilde makes a path printable and shortens it below the home folder, as shells understand it.
func tilde(path string) string {
	path = Spell(path)
	home, err := os.UserHomeDir()
	if err != nil || home == "/" {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home+string(filepath.Separator)); ok {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}
