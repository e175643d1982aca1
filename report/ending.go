package report

import (
	"fmt"
	"slices"
	"strings"

	"djship/rollout"
)

// hostEnd is a host's line, and below it what is to be known of the host.
func (n *narrator) hostEnd(h *host) text {
	if h.bad() {
		return text{lines: n.badEnd(h)}
	}
	if n.Quiet || h.end.Status == rollout.Skipped && h.started.IsZero() {
		return text{}
	}
	t := text{result: n.state.start.Check && !n.JSON}
	p := n.err
	if t.result {
		p = n.out
	}
	rest, below := n.outcome(h), []string(nil)
	if h.end.Status == rollout.Skipped {
		rest = join(strings.Join(h.errorLines(), "; "), n.before(h), ", ")
	}
	if n.stream {
		rest = join(rest, n.keptFiles(h), ", ")
	} else {
		var like string
		like, below = n.steps(p, h)
		rest = join(rest, like, ", ")
	}
	rest = join(rest, h.as(), ", ")
	t.lines = append([]string{n.hostLine(p, h, rest)}, below...)
	if !n.stream {
		t.lines = append(t.lines, n.switchLines(p, h)...)
	}
	return t
}

// keptFiles counts the files that were left alone as the user's.
func (n *narrator) keptFiles(h *host) string {
	kept := 0
	for _, s := range h.steps {
		if s.Status == rollout.Kept {
			kept++
		}
	}
	words, how := rollout.Plural(kept, "file")+" are yours", "; --diff shows how they differ"
	switch {
	case kept == 0:
		return ""
	case kept == 1:
		words, how = "1 file is yours", "; --diff shows how it differs"
	}
	if n.Diff || n.Verbosity >= 1 { // they are told one by one
		return words
	}
	return words + how
}

// badEnd tells of a host that failed; of what went wrong in the same way before, only where.
func (n *narrator) badEnd(h *host) []string {
	key := h.failureKey()
	if match, ok := n.failures[key]; ok {
		return []string{n.hostLine(n.err, h, join(n.before(h), "the same as "+printable(match), ", "))}
	}
	n.failures[key] = h.name
	rest := join(join(h.failedAt(), n.before(h), ", "), h.as(), ", ")
	lines := append([]string{n.hostLine(n.err, h, rest)}, n.failure(n.err, h)...)
	if !n.stream {
		lines = append(lines, n.switchLines(n.err, h)...)
	}
	return append(lines, n.logLine(n.err, h)...)
}

// before says how far a host that failed has come.
func (n *narrator) before(h *host) string {
	if h.end.Changed == 0 || n.state.start.Check {
		return ""
	}
	return rollout.Plural(h.end.Changed, "step") + " changed before"
}

func (n *narrator) hostLine(p pen, h *host, rest string) string {
	return p.ends(n.time(h.end.Seconds), n.sign(h.end.Status), n.name(h.name), span{"  ", plain},
		ended(h), span{rest, plain})
}

// as is the site's domain on the host, where it is another than the one typed.
func (h *host) as() string {
	if h.domain == "" {
		return ""
	}
	return "as " + printable(h.domain)
}

// hostSteps are what was told of a host: its steps, by all that is said of them.
type hostSteps struct {
	host  string
	steps map[string]string // to the step's name
}

// fewSteps is how many steps are told again rather than compared with another host's.
const fewSteps = 8

// steps are the lines of a host's steps. Of those that were the same on an earlier host only its
// name is told.
func (n *narrator) steps(p pen, h *host) (like string, lines []string) {
	t := hostSteps{h.name, map[string]string{}}
	var shown []stepEnd
	for _, s := range h.steps {
		if n.shown(s.StepEnd) {
			shown = append(shown, s)
			t.steps[n.stepKey(s)] = s.name()
		}
	}
	lines = n.told(p, shown)
	kept := n.keptFiles(h)
	if kept != "" {
		kept = p.line(span{"    " + kept, faint})
		lines = append(lines, kept)
		t.steps[kept] = "" // it is none
	}
	if len(lines) < 2 {
		return "", lines
	}
	match, common := n.nearest(t)
	if common == len(t.steps) && common == len(match.steps) {
		return "the same as " + printable(match.host), nil
	}
	n.toldHosts = append(n.toldHosts, t)
	if common < fewSteps || 2*common < len(t.steps) || n.folds(shown) {
		return "", lines
	}
	var other []stepEnd
	for _, s := range shown {
		if _, ok := match.steps[n.stepKey(s)]; !ok {
			other = append(other, s)
		}
	}
	lines = append(n.told(p, other), n.missing(p, match, t)...)
	if _, ok := match.steps[kept]; !ok && kept != "" {
		lines = append(lines, kept)
	}
	return fmt.Sprintf("as %s but for", printable(match.host)), lines
}

// stepKey is all that is said of a step.
func (n *narrator) stepKey(s stepEnd) string {
	all := []string{s.name(), string(s.Status), s.Detail}
	if n.Diff {
		all = append(all, s.Diff)
	}
	return strings.Join(all, "\x00")
}

// nearest returns the hostSteps that has most steps in common with t.
func (n *narrator) nearest(t hostSteps) (match hostSteps, common int) {
	for _, other := range n.toldHosts {
		same := 0
		for s := range t.steps {
			if _, ok := other.steps[s]; ok {
				same++
			}
		}
		if same > common || same == common && len(other.steps) == same {
			match, common = other, same
		}
	}
	return match, common
}

// missing names the steps that were told of match and that there is nothing to tell of in t.
func (n *narrator) missing(p pen, match, t hostSteps) []string {
	told := map[string]bool{}
	for _, name := range t.steps {
		told[name] = true
	}
	var names []string
	for _, name := range match.steps {
		if !told[name] && name != "" {
			names = append(names, printable(name))
		}
	}
	if names == nil {
		return nil
	}
	slices.Sort(names)
	return p.hang(strings.Join(names, ", "), span{"    not here: ", faint})
}

// manyChanges is from how many on the changes of a host are not named one by one, but where all is asked for.
const manyChanges = 16

// folds tells whether the changes of a host are one line.
func (n *narrator) folds(steps []stepEnd) bool {
	changed, _ := partChanged(steps)
	return !n.Diff && n.Verbosity == 0 && len(changed) >= manyChanges
}

func partChanged(steps []stepEnd) (changed, other []stepEnd) {
	for _, s := range steps {
		if s.Status == rollout.Changed {
			changed = append(changed, s)
		} else {
			other = append(other, s)
		}
	}
	return changed, other
}

// told are the lines of a host's steps; of many that changed, as in a first deploy, one for all.
func (n *narrator) told(p pen, steps []stepEnd) []string {
	if !n.folds(steps) {
		return n.stepLines(p, steps)
	}
	changed, other := partChanged(steps)
	slowest := changed[0]
	for _, s := range changed {
		if s.Seconds > slowest.Seconds {
			slowest = s
		}
	}
	text := fmt.Sprintf("%s to %s", printable(changed[0].name()), printable(changed[len(changed)-1].name()))
	if slowest.Seconds > 1 {
		text += fmt.Sprintf("; longest: %s, %s", printable(slowest.name()), tookSeconds(slowest.Seconds))
	}
	label := []span{{"    " + sign(rollout.Changed) + " ", inkOf(rollout.Changed)}, {rollout.Plural(len(changed), "step") + ": ", plain}}
	return append(p.hang(text+"; -v names each, and so does the log", label...), n.stepLines(p, other)...)
}

// stepLines are lines of steps, in columns.
func (n *narrator) stepLines(p pen, steps []stepEnd) []string {
	names := 0
	for _, s := range steps {
		names = max(names, width(printable(s.name())))
	}
	if p.width > 0 {
		names = min(names, p.width*2/5)
	}
	var lines []string
	for _, s := range steps {
		detail := printable(s.Detail)
		if s.Status == rollout.Kept {
			detail = join("kept", detail, ": ")
		}
		label := []span{{"    " + sign(s.Status) + " ", inkOf(s.Status)}, {pad(printable(s.name()), names) + "  ", plain}}
		if n.state.start.Check { // all of a plan is to be read
			lines = append(lines, p.hang(detail, label...)...)
		} else {
			lines = append(lines, p.ends(n.long(s.Seconds), append(label, span{detail, faint})...))
		}
		lines = append(lines, n.diff(p, s.Diff)...)
	}
	return lines
}

// errorLines are what happened, as lines, without the step's name at their head: it was told.
func (h *host) errorLines() []string {
	return printableLines(strings.TrimPrefix(h.end.Error, h.failedStep().StepEnd.Step+": "))
}

// failure is what happened on a host and what to do about it, wrapped so that all can be read.
func (n *narrator) failure(p pen, h *host) []string {
	const indent = "    "
	var lines []string
	for i, l := range h.errorLines() {
		if i == 0 {
			lines = append(lines, p.wrap(span{indent, plain}, span{l, red})...)
		} else {
			lines = append(lines, p.wrap(span{indent + "│ ", faint}, span{l, plain})...)
		}
	}
	for i, l := range printableLines(h.end.Hint) {
		label := "hint: "
		if i > 0 {
			label = "      "
		}
		lines = append(lines, p.hang(l, span{indent + label, bold})...)
	}
	return lines
}

func (n *narrator) logLine(p pen, h *host) []string {
	if n.LogDir == "" {
		return nil
	}
	p.width = 0 // can be copied
	return p.hang(n.logPath(h.name), span{"    log:  ", bold})
}
