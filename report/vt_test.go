package report

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// A vt is as much of a terminal as the live view needs: it wraps, scrolls, moves up and erases.
// What it does not know it notes as an error.
type vt struct {
	mu            sync.Mutex
	width, height int
	rows          [][]string // everything that was ever shown, a cell a column
	x, y          int
	writes        atomic.Int64
	err           error
}

func newVT(width, height int) *vt { return &vt{width: width, height: height, rows: [][]string{nil}} }

func (t *vt) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writes.Add(1)
	for s := string(p); s != ""; {
		s = s[t.step(s):]
	}
	return len(p), nil
}

// step takes one character or command off s and returns its length.
func (t *vt) step(s string) int {
	if s[0] == '\n' {
		t.y++
		t.x = 0
		t.grow()
		return 1
	}
	if s[0] == 0x1b {
		m := escapes.FindString(s)
		t.command(m)
		return len(m)
	}
	r, n := utf8.DecodeRuneInString(s)
	if r < ' ' {
		t.err = fmt.Errorf("control character %q", r)
		return n
	}
	t.put(string(r), width(string(r)))
	return n
}

func (t *vt) put(c string, w int) {
	if t.x+w > t.width {
		t.y++
		t.x = 0
		t.grow()
	}
	row := t.rows[t.y]
	for len(row) < t.x+w {
		row = append(row, " ")
	}
	row[t.x] = c
	for i := 1; i < w; i++ {
		row[t.x+i] = ""
	}
	t.rows[t.y] = row
	t.x += w
}

func (t *vt) grow() {
	for len(t.rows) <= t.y {
		t.rows = append(t.rows, nil)
	}
}

func (t *vt) command(c string) {
	switch {
	case strings.HasSuffix(c, "m"), c == beginFrame, c == endFrame:
	case c == eraseBelow:
		t.rows = t.rows[:t.y+1]
		t.rows[t.y] = t.rows[t.y][:min(t.x, len(t.rows[t.y]))]
	case strings.HasSuffix(c, "A"):
		n, err := strconv.Atoi(c[2 : len(c)-1])
		if err != nil || t.y-n < 0 || t.y-n < len(t.rows)-t.height {
			t.err = fmt.Errorf("moved up %d of %d rows", n, min(t.y, t.height-1))
			return
		}
		t.y -= n
	default:
		t.err = fmt.Errorf("unknown command %q", c)
	}
}

// resize makes the terminal narrower or wider and wraps what it shows anew, as most do.
func (t *vt) resize(width, height int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := t.text()
	t.width, t.height = width, height
	t.rows, t.x, t.y = [][]string{nil}, 0, 0
	for s := strings.TrimSuffix(text, "\n") + "\n"; s != ""; {
		s = s[t.step(s):]
	}
}

func (t *vt) size() (int, int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.width, t.height
}

// text returns all rows, those that have scrolled away as well.
func (t *vt) text() string {
	var b strings.Builder
	for _, row := range t.rows {
		b.WriteString(strings.TrimRight(strings.Join(row, ""), " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// screen returns the rows that are to be seen.
func (t *vt) screen() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows := strings.SplitAfter(t.text(), "\n")
	return strings.Join(rows[max(0, len(rows)-t.height):], "")
}
