package python

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Lines splits text where Python ends a line.
func Lines(text string) []string {
	lines := make([]string, 0, strings.Count(text, "\n")+1)
	start := 0
	for i, c := range text {
		switch c {
		case '\n':
			if i > 0 && text[i-1] == '\r' {
				start = i + 1 // the line ended at the \r
				continue
			}
		case '\r', '\v', '\f', '\x1c', '\x1d', '\x1e', '\u0085', '\u2028', '\u2029':
		default:
			continue
		}
		lines = append(lines, text[start:i])
		start = i + utf8.RuneLen(c)
	}
	if start < len(text) {
		lines = append(lines, text[start:])
	}
	return lines
}

// IsSpace tells what Python takes for white space.
func IsSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }
