package backup

import (
	"io"
	"strings"

	"djship/plain"
	"djship/remote"
)

// limited is a writer that takes no more than so many bytes.
type limited struct {
	to   io.Writer
	left int64
}

func (l *limited) Write(p []byte) (int, error) {
	if l.left -= int64(len(p)); l.left < 0 {
		return 0, errEndless
	}
	return l.to.Write(p)
}

// counting tells how far reading is.
func (t *taking) counting(what string, r io.Reader, of int64) io.Reader {
	return &counter{r, 0, func(n int64) { t.told(what, n, of) }}
}

type counter struct {
	from io.Reader
	n    int64
	told func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += int64(n)
	c.told(c.n)
	return n, err
}

// complaints are the last lines that a host has printed to stderr.
type complaints struct{ remote.Tail }

func (c *complaints) last() []string {
	var lines []string
	for line := range strings.Lines(c.String()) {
		if line = plain.Line(strings.TrimSpace(line)); line != "" && !strings.HasPrefix(line, "size ") {
			lines = append(lines, line)
		}
	}
	return lines[max(0, len(lines)-8):]
}
