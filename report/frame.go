package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"djship/rollout"
)

// A frame is the live view at one moment.
type frame struct {
	*narrator
	now  time.Time
	rows int // of the terminal
}

// quietAfter is how long a step may print nothing before that is mentioned.
const quietAfter = 10 * time.Second

// lines are a line for each host at work and one for the whole run; hosts that do not fit are
// counted by what they do. Nothing is drawn before a run and after it.
func (f frame) lines() []string {
	s := f.state
	if s.began.IsZero() || s.end != nil {
		return nil
	}
	active := s.active()
	room := max(1, min(f.rows-3, f.rows*2/3))
	var folded []*host
	if len(active) > room {
		f.longestFirst(active)
		active, folded = active[:room-1], active[room-1:]
	}
	var lines []string
	for _, h := range active {
		lines = append(lines, f.host(h))
	}
	if folded != nil {
		lines = append(lines, f.folded(folded))
	}
	return append(lines, f.totals())
}

// still is one line on what the hosts do that have been at work longest, or "".
func (f frame) still() string {
	const most = 3
	active := f.state.active()
	f.longestFirst(active)
	var parts []string
	for _, h := range active[:min(most, len(active))] {
		part := fmt.Sprintf("%s %s since %s", printable(h.name), printable(h.doing), fullSeconds(f.now.Sub(h.since)))
		if h.lastLine != "" {
			part += fmt.Sprintf(" (%q)", h.lastLine)
		}
		parts = append(parts, part)
	}
	if len(active) > most {
		parts = append(parts, fmt.Sprintf("%d more", len(active)-most))
	}
	if parts == nil {
		return ""
	}
	return "still at work: " + strings.Join(parts, ", ")
}

func (f frame) longestFirst(hosts []*host) {
	slices.SortStableFunc(hosts, func(a, b *host) int { return cmp.Compare(b.elapsed(f.now), a.elapsed(f.now)) })
}

// host is one host's line: name, stage, step, what it said last, time.
func (f frame) host(h *host) string {
	p := f.err
	spans := []span{{"  ", plain}, f.name(h.name), {"  ", plain}}
	if len(f.state.start.Stages) > 1 && p.width >= 80 {
		spans = append(spans, span{pad(printable(h.stage), f.stageWidth()) + "  ", faint})
	}
	if h.index > 0 {
		of := fmt.Sprint(h.of)
		spans = append(spans, span{fmt.Sprintf("%*d/%s ", len(of), h.index, of), cyan})
	}
	spans = append(spans, span{printable(h.doing), plain})
	clock := fullSeconds(h.elapsed(f.now))
	if quiet := f.now.Sub(h.heard); h.lastLine != "" && quiet >= quietAfter {
		clock = "quiet " + fullSeconds(quiet) + ", " + clock
	}
	if h.lastLine != "" {
		spans = append(spans, span{"  " + h.lastLine, faint})
	}
	return p.ends(span{clock, plain}, spans...)
}

// folded counts hosts by what they do.
func (f frame) folded(hosts []*host) string {
	n := map[string]int{}
	for _, h := range hosts {
		n[h.doing]++
	}
	var doing []string
	for d := range n {
		doing = append(doing, d)
	}
	slices.SortFunc(doing, func(a, b string) int { return cmp.Or(cmp.Compare(n[b], n[a]), cmp.Compare(a, b)) })
	for i, d := range doing {
		doing[i] = fmt.Sprintf("%d %s", n[d], printable(d))
	}
	return f.err.line(span{fmt.Sprintf("  and %d more: ", len(hosts)), plain}, span{strings.Join(doing, ", "), faint})
}

// totals is the line for the whole run.
func (f frame) totals() string {
	s, p := f.state, f.err
	var done, running int
	var work float64
	for _, h := range s.order {
		switch {
		case h.end != nil:
			done++
			work++
		case h.active():
			running++
			if h.index > 0 {
				work += float64(h.index-1) / float64(max(h.of, h.index))
			}
		}
	}
	var words []string
	if place := inTurn(s.stage, s.phase, s.batch); place != "" {
		words = append(words, place)
	}
	words = append(words, fmt.Sprintf("%d of %s done", done, rollout.Plural(len(s.order), "host")))
	if running > 0 {
		words = append(words, fmt.Sprintf("%d at work", running))
	}
	spans := append(f.bar(work/float64(max(1, len(s.order)))), span{strings.Join(words, ", "), bold})
	if bad := s.badCounts(); bad != nil {
		spans = append(spans, span{", " + strings.Join(bad, ", "), alarm})
	}
	return p.ends(span{fullSeconds(f.now.Sub(s.began)), bold}, spans...)
}

// bar is how much of the run is done, as a line of a length that suits the screen.
func (f frame) bar(part float64) []span {
	length := min(32, (f.err.width+1)/5)
	full := int(part * float64(length))
	return []span{{"  ", plain}, {strings.Repeat("━", full), green},
		{strings.Repeat("┄", length-full), faint}, {"  ", plain}}
}

func (f frame) stageWidth() int {
	w := 0
	for _, s := range f.state.start.Stages {
		w = max(w, width(printable(s)))
	}
	return min(w, f.err.width/6)
}

// fullSeconds says a duration that goes on: in full seconds.
func fullSeconds(d time.Duration) string {
	d = max(0, d.Truncate(time.Second))
	if d < time.Minute {
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return took(d)
}
