// Package plain makes what others have written fit to be shown.
package plain

import "strings"

// longest is how many characters of a text a line shows.
const longest = 200

// Line is a text of others, to be shown within a line: printable, and not long.
func Line(s string) string {
	if r := []rune(s); len(r) > longest {
		s = string(r[:longest]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r > 0x7e && r < 0xa1 || r == 0xfffd || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return '?'
		}
		return r
	}, s)
}
