// Package delta sends texts as what they have that another text lacks. It is pure: what it makes is shell and awk that any
// Debian runs.
package delta

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
)

// A Basis is a text that a host may keep. Its methods may be called at once.
type Basis struct {
	Text string // with what takes deltas apart
	Sum  string // its SHA-256, in hexadecimal
	Path string // where hosts keep it

	lines func() []string
	at    func() map[string][]int // where in lines a line is
}

// New makes a basis of a text, kept in a folder under the name of its sum.
func New(dir, text string) *Basis {
	text += program
	sum := sha256.Sum256([]byte(text))
	name := hex.EncodeToString(sum[:])
	lines := sync.OnceValue(func() []string { return strings.Split(text, "\n") })
	return &Basis{Text: text, Sum: name, Path: dir + "/" + name, lines: lines, at: sync.OnceValue(func() map[string][]int {
		at := map[string][]int{}
		for i, line := range lines() {
			at[line] = append(at[line], i)
		}
		return at
	})}
}

// least is how many bytes make it worth to name lines instead of repeating them.
const least = 12

// Of returns the delta of a text: a line "=FIRST,COUNT" for lines of the basis, counted from 1, and "+LINE" for a line of its own.
// A newline at the text's end is not kept.
func (b *Basis) Of(text string) string {
	var out strings.Builder
	basis, at := b.lines(), b.at()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for len(lines) > 0 {
		first, count := 0, 0
		for _, i := range at[lines[0]] {
			if n := common(basis[i:], lines); n > count {
				first, count = i, n
			}
		}
		if size(lines[:count]) < least {
			fmt.Fprintf(&out, "+%s\n", lines[0])
			lines = lines[1:]
			continue
		}
		fmt.Fprintf(&out, "=%d,%d\n", first+1, count)
		lines = lines[count:]
	}
	return out.String()
}

// common is how many lines a and b begin with both.
func common(a, b []string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func size(lines []string) int {
	n := len(lines)
	for _, line := range lines {
		n += len(line)
	}
	return n
}

// program is in each basis, as scripts have it.
const program = `LC_ALL=C awk '
	NR == FNR { basis[NR] = $0; next }
	/^=/ { split(substr($0, 2), run, ","); for (i = 0; i < run[2]; i++) print basis[run[1] + i]; next }
	{ print substr($0, 2) }
`

// Expander is a shell function, djship_expand, that makes of a delta, which it reads from stdin, the text, on a host that keeps the basis.
func (b *Basis) Expander() string { return "djship_expand() {\n" + program + "' " + b.Path + " -\n}\n" }

// Script is a shell text that does what text does, on a host that keeps the basis, where there is the function of Expander.
func (b *Basis) Script(text string) string {
	return "eval \"$(djship_expand <<'djship_delta'\n" + b.Of(text) + "djship_delta\n)\"\n"
}

// Kept is a shell condition that tells whether a host keeps the basis, as it is.
func (b *Basis) Kept() string {
	return fmt.Sprintf(`[ "$({ sha256sum <%s; } 2>/dev/null)" = '%s  -' ]`, b.Path, b.Sum)
}
