package report

import (
	"bytes"
	"fmt"
	"io"
)

// A screen is the end of a terminal's output: lines that stay, and below them a few that are
// drawn anew. It gathers what a frame takes, so that a terminal gets each in one piece.
type screen struct {
	w       io.Writer
	buf     bytes.Buffer
	live    []int // columns of the lines that are drawn now
	columns int   // of the terminal when they were
}

const (
	beginFrame = "\x1b[?2026h" // terminals that know it show nothing until endFrame
	endFrame   = "\x1b[?2026l"
	eraseBelow = "\x1b[J"
	upLines    = "\x1b[%dA"
)

// clear takes the live lines away. In a terminal that has become narrower since they were drawn
// each may have become several.
func (s *screen) clear(columns int) {
	rows := 0
	for _, w := range s.live {
		rows++
		if columns > 0 && columns < s.columns {
			rows += max(0, w-1) / columns
		}
	}
	if rows > 0 {
		fmt.Fprintf(&s.buf, beginFrame+upLines+eraseBelow, rows)
	}
	s.live = nil
}

// print adds lines that stay.
func (s *screen) print(lines []string) {
	for _, l := range lines {
		s.buf.WriteString(l + "\n")
	}
}

// draw adds lines that clear takes away again.
func (s *screen) draw(lines []string) {
	s.print(lines)
	for _, l := range lines {
		s.live = append(s.live, width(escapes.ReplaceAllString(l, "")))
	}
}

// flush writes what was gathered.
func (s *screen) flush() error {
	if s.buf.Len() == 0 {
		return nil
	}
	if bytes.HasPrefix(s.buf.Bytes(), []byte(beginFrame)) {
		s.buf.WriteString(endFrame)
	}
	_, err := s.w.Write(s.buf.Bytes())
	s.buf.Reset()
	return err
}
