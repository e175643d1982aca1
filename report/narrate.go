package report

import (
	"fmt"
	"strings"
	"time"

	"djship/rollout"
)

// A narrator turns events into the lines that stay on screen.
type narrator struct {
	Options
	state     *state
	err       pen               // for messages
	out       pen               // for results
	stream    bool              // steps as they end; else below their host's line
	toldHosts []hostSteps       // what was told of hosts that did well
	failures  map[string]string // what went wrong, to the first host it did on
	place     string            // of the last heading
	held      []string          // a turn's heading, which is told with the first line below it
	notes     []heldNote        // what other hosts may say, too
	noted     time.Time         // since when they wait
	block     int               // hosts whose lines, one each, are the last that was told

	longest  int // columns of the longest of the first measured hosts' names
	measured int
}

// A text is lines for stderr or, as a run's result, for stdout.
type text struct {
	lines  []string
	result bool
}

// tell returns the lines of an event that state has already taken.
func (n *narrator) tell(r rollout.Record) []text {
	switch e := r.Event.(type) {
	case rollout.TurnStart:
		before := n.heldNotes()
		n.held = n.unlessQuiet(n.placeHeading(inTurn(e.Stage, e.Phase, e.Batch))).lines
		return before
	case rollout.Note:
		if n.holds(e) {
			return nil
		}
	}
	t := n.tellOf(r)
	if t.lines == nil {
		return nil
	}
	before := n.heldNotes()
	if _, over := r.Event.(rollout.RunEnd); over {
		return append(before, t)
	}
	e, ended := r.Event.(rollout.HostEnd)
	if ended && len(t.lines) == 1 && before == nil {
		n.block++
	} else {
		n.block = 0
	}
	t.lines, n.held = append(n.held, t.lines...), nil
	if ended && n.state.start.Check {
		h := n.state.host(e.Host)
		if heading := n.unlessQuiet(n.placeHeading(inTurn(h.stage, n.state.phase, h.batch))); heading.lines != nil {
			return append(before, heading, t)
		}
	}
	return append(before, t)
}

func (n *narrator) tellOf(r rollout.Record) text {
	switch e := r.Event.(type) {
	case rollout.RunStart:
		return n.unlessQuiet(n.heading(e))
	case rollout.HostStart:
		if n.state.start.Check { // all stages begin at once: a host is told below its own when it ends
			return text{}
		}
		return n.unlessQuiet(n.placeHeading(inTurn(e.Stage, n.state.phase, e.Batch)))
	case rollout.Note:
		return n.unlessQuiet(n.note(e.Host, e.Text))
	case rollout.Output:
		if n.Verbosity >= 2 || n.Verbosity == 1 && e.Told {
			return n.unlessQuiet(n.output(e))
		}
	case rollout.StepEnd:
		if n.stream && n.shown(e) && e.Status != rollout.Failed {
			return n.unlessQuiet(n.streamed(e))
		}
	case rollout.Switch:
		if n.stream {
			return n.unlessQuiet(n.err.hang(seen(e), n.indent(), n.name(e.Host), span{"  ", plain}, span{pad("switch", statusWidth) + "  ", plain}))
		}
	case rollout.Migration:
		return n.unlessQuiet(n.migration(e))
	case rollout.HostEnd:
		return n.hostEnd(n.state.host(e.Host))
	case rollout.Waiting:
		words := fmt.Sprintf("waiting until %s before batch %d", e.Until.Format(time.TimeOnly), e.Batch)
		return n.unlessQuiet([]string{n.err.line(span{join(printable(e.Stage), words, ": "), faint})})
	case rollout.Gate:
		if !n.Quiet || e.Status != rollout.GatePassed {
			return text{lines: n.gate(e)}
		}
	case rollout.RunEnd:
		return text{lines: n.summary()}
	}
	return text{}
}

func (n *narrator) unlessQuiet(lines []string) text {
	if n.Quiet {
		return text{}
	}
	return text{lines: lines}
}

func (n *narrator) heading(e rollout.RunStart) []string {
	spans := []span{{"djship " + title(e), bold}, {" on ", plain}, {rollout.Plural(len(e.Hosts), "host"), plain}}
	if len(e.Stages) > 0 {
		spans = append(spans, span{": " + printable(strings.Join(e.Stages, ", then ")), plain})
	}
	lines := []string{n.err.line(spans...)}
	if code := pushed(e.Pushed); code != "" {
		lines = append(lines, n.err.line(span{code, faint}))
	}
	if e.Check {
		lines = append(lines, n.err.line(span{"check: nothing will be changed", faint}))
	}
	return lines
}

// placeHeading is a line where a stage, a turn or a batch begins, in runs that have more than one.
func (n *narrator) placeHeading(place string) []string {
	if place == "" || place == n.place {
		return nil
	}
	n.place = place
	return []string{"", n.err.line(span{place, bold})}
}

func (n *narrator) note(hosts, said string) []string {
	text := join(printable(hosts), strings.Join(printableLines(said), "; "), ": ")
	return n.err.wrap(span{"! ", purple}, span{text, plain})
}

func (n *narrator) output(e rollout.Output) []string {
	var lines []string
	for _, l := range printableLines(e.Line) {
		lines = append(lines, n.err.hang(l, n.indent(), n.name(e.Host), span{"  | ", faint})...)
	}
	return lines
}

// shown tells whether a step is worth a line. Where steps are not below their host but a line each,
// changes are not: the host's line counts them, and the summary names them. Files that are the user's are normal: the host's line counts them, too.
func (n *narrator) shown(e rollout.StepEnd) bool {
	if n.Verbosity >= 1 {
		return true
	}
	if n.stream {
		return n.Diff && e.Diff != ""
	}
	return e.Status != rollout.OK && (e.Status != rollout.Kept || e.Warn || n.Diff)
}

func (n *narrator) streamed(e rollout.StepEnd) []string {
	text := join(join(printable(StepName(e.Phase, e.Step)), printable(e.Detail), ": "), n.long(e.Seconds).text, "  ")
	lines := n.err.hang(text, n.indent(), n.name(e.Host), span{"  ", plain}, status(e.Status))
	return append(lines, n.diff(n.err, e.Diff)...)
}

func (n *narrator) gate(e rollout.Gate) []string {
	ink, mark := green, "✓ "
	if e.Status != rollout.GatePassed {
		ink, mark = alarm, "✗ "
	}
	if !n.TTY {
		mark = ""
	}
	words := join(join(printable(e.Stage), fmt.Sprintf("gate %s", e.Status), ": "), printable(e.Detail), ", ")
	if e.Status == rollout.GateDeclined { // Detail says all of it
		words = printable(e.Detail)
	}
	return n.err.wrap(span{mark, ink}, span{words, ink})
}

// name is a host's name in a column as wide as the longest.
func (n *narrator) name(host string) span {
	return span{pad(printable(host), n.nameWidth()), plain}
}

func (n *narrator) nameWidth() int {
	for ; n.measured < len(n.state.order); n.measured++ {
		n.longest = max(n.longest, width(printable(n.state.order[n.measured].name)))
	}
	if n.err.width > 0 {
		return min(n.longest, n.err.width*3/10)
	}
	return n.longest
}

// indent puts lines without a sign below those with one.
func (n *narrator) indent() span {
	if !n.TTY {
		return span{}
	}
	return span{"  ", plain}
}

// sign is a status's mark, for terminals only.
func (n *narrator) sign(s rollout.Status) span {
	if !n.TTY {
		return span{}
	}
	return span{sign(s) + " ", inkOf(s)}
}

// ended is how a host ended, in a column.
func ended(h *host) span { return span{pad(h.word(), statusWidth) + "  ", inkOf(h.status())} }

func status(s rollout.Status) span { return span{pad(word(s), statusWidth) + "  ", inkOf(s)} }

func (n *narrator) time(seconds float64) span { return span{tookSeconds(seconds), faint} }

// long is the time of what took long enough to mention.
func (n *narrator) long(seconds float64) span {
	if seconds < 1 {
		return span{}
	}
	return n.time(seconds)
}
