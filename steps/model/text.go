package model

import (
	"strings"

	"djship/plain"
)

// Readers of what a probe has printed.

// FirstLine is the first line of a text, without its end.
func FirstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// LineAfter is the rest of the first line that begins with a prefix, without blanks around it; false where there is none.
func LineAfter(text, prefix string) (string, bool) {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// HasLine tells whether a text has a line.
func HasLine(text, line string) bool {
	return strings.HasPrefix(text, line+"\n") || strings.Contains(text, "\n"+line+"\n")
}

// Quoted is what stands behind a colon in lines of a text: what a probe prints of a file, or of somebody else's. Lines without one are left out.
func Quoted(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if line, ok := strings.CutPrefix(line, ":"); ok {
			b.WriteString(line)
		}
	}
	return b.String()
}

// Shown is what a host's file or program says, to be shown within a line: printable, and not long.
func Shown(s string) string { return plain.Line(s) }
