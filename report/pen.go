package report

import (
	"fmt"
	"strings"
	"time"

	"djship/rollout"

	"github.com/mattn/go-runewidth"
)

// An ink is the colour of a span, as the numbers of a terminal's SGR command.
type ink string

const (
	plain  ink = ""
	bold   ink = "1"
	faint  ink = "2"
	red    ink = "31"
	alarm  ink = "1;31"
	green  ink = "32"
	yellow ink = "33"
	purple ink = "35"
	cyan   ink = "36"
)

// A span is text in one ink.
type span struct {
	text string
	ink  ink
}

// A pen writes spans as lines.
type pen struct {
	color bool
	width int // columns; 0 is no limit
}

// cells counts columns, and takes ambiguous characters as narrow whatever the locale says.
var cells = &runewidth.Condition{StrictEmojiNeutral: true}

func width(s string) int { return cells.StringWidth(s) }

// cut shortens s to w columns, with an ellipsis where something is gone.
func cut(s string, w int) string {
	if w <= 0 {
		return ""
	}
	return cells.Truncate(s, w, "…")
}

// pad fills s up to w columns; a longer s is cut.
func pad(s string, w int) string { return cells.FillRight(cut(s, w), w) }

func (p pen) paint(s span) string {
	if !p.color || s.ink == plain || s.text == "" {
		return s.text
	}
	return "\x1b[" + string(s.ink) + "m" + s.text + "\x1b[0m"
}

// line joins spans to a line, cut where the pen has a width.
func (p pen) line(spans ...span) string {
	text, _ := p.upTo(p.width, spans)
	return strings.TrimRight(text, " ")
}

// wrap is text after a prefix, on as many lines as it needs; all begin with the prefix.
func (p pen) wrap(prefix, text span) []string {
	var lines []string
	for _, part := range fold(text.text, p.width-width(prefix.text)) {
		lines = append(lines, strings.TrimRight(p.paint(prefix)+p.paint(span{part, text.ink}), " "))
	}
	return lines
}

// hang is text after a label, on as many lines as it needs, in a column of its own.
func (p pen) hang(text string, label ...span) []string {
	begin, used := p.upTo(p.width, label)
	var lines []string
	for _, part := range fold(text, p.width-used) {
		lines = append(lines, strings.TrimRight(begin+part, " "))
		begin = strings.Repeat(" ", used)
	}
	return lines
}

// fold breaks s between words into parts of up to w columns, and words that have more anywhere.
// Where w leaves no room, nothing is broken.
func fold(s string, w int) []string {
	const least = 20
	if w < least {
		return []string{s}
	}
	var parts []string
	for width(s) > w {
		head := cells.Truncate(s, w, "")
		if end := strings.LastIndexByte(head, ' '); end > 0 && s[len(head)] != ' ' {
			word, _, _ := strings.Cut(s[end+1:], " ")
			if width(word) <= w {
				head = head[:end]
			}
		}
		parts = append(parts, head)
		s = strings.TrimPrefix(s[len(head):], " ")
	}
	return append(parts, s)
}

// ends is line with one more span at the right end of the line, which is never cut.
func (p pen) ends(right span, spans ...span) string {
	if right.text == "" {
		return p.line(spans...)
	}
	if p.width == 0 {
		return p.line(spans...) + "  " + p.paint(right)
	}
	room := p.width - width(right.text) - 2
	text, used := p.upTo(room, spans)
	return text + strings.Repeat(" ", max(0, room-used)+2) + p.paint(right)
}

func (p pen) upTo(room int, spans []span) (text string, used int) {
	var b strings.Builder
	for _, s := range spans {
		if p.width > 0 {
			s.text = cut(s.text, room-used)
		}
		used += width(s.text)
		b.WriteString(p.paint(s))
	}
	return b.String(), used
}

// sign and inkOf are how a status looks besides its word.
func sign(s rollout.Status) string {
	switch s {
	case rollout.OK, rollout.Changed:
		return "✓"
	case rollout.WouldChange:
		return "~"
	case rollout.Failed, rollout.Unreachable:
		return "✗"
	case rollout.Kept:
		return "!"
	}
	return "–"
}

func inkOf(s rollout.Status) ink {
	switch s {
	case rollout.OK:
		return green
	case rollout.Changed, rollout.WouldChange:
		return yellow
	case rollout.Failed, rollout.Unreachable:
		return alarm
	case rollout.Kept:
		return purple
	}
	return faint
}

// word is a status as people read it.
func word(s rollout.Status) string { return strings.ReplaceAll(string(s), "_", " ") }

// statusWidth fits the longest word.
const statusWidth = len("would change")

// took says a duration in few letters: 2.1s, 41s, 3m07s, 1h02m.
func took(d time.Duration) string {
	switch {
	case d < 0:
		return "0.0s"
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	case d < time.Minute-500*time.Millisecond:
		return fmt.Sprintf("%.0fs", d.Seconds())
	case d < time.Hour-500*time.Millisecond:
		d = d.Round(time.Second)
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

func tookSeconds(s float64) string { return took(time.Duration(s * float64(time.Second))) }
