package report

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapes are what terminals take as commands: CSI sequences, strings (OSC, DCS, APC, PM, SOS) with
// or without an end, character sets, and lone escapes with the byte they command; all of them also
// with a C1 control in place of ESC and its letter.
var escapes = regexp.MustCompile(
	"(?:\x1b\\[|\u009b)[0-?]*[ -/]*[@-~]?" +
		"|(?:\x1b[\\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\x07\x1b\u009c]*(?:\x07|\x1b\\\\|\u009c)?" +
		"|\x1b[ -/]*[0-~]?")

// printable returns one line of a host's words as something any screen can show: escape sequences
// go, tabs become spaces, other characters that do not print are spelled out as <U+202E>.
func printable(s string) string {
	if isPlain(s) {
		return s
	}
	return spell(escapes.ReplaceAllString(strings.ToValidUTF8(s, string(utf8.RuneError)), ""), "")
}

// Spell returns s as one line that any screen can show and that can't be taken for another: what does
// not print is spelled out, escapes and line ends, too: <U+001B>, and <0xFF> where s is not UTF-8.
func Spell(s string) string {
	if isPlain(s) {
		return s
	}
	return spell(s, "")
}

// spell spells out what does not print and is none of the bytes of keep.
func spell(s, keep string) string {
	var b strings.Builder
	last := rune(0)
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf && strings.ContainsRune(keep, r):
			b.WriteRune(r)
		case r == '\t':
			b.WriteString("    ")
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], string(utf8.RuneError)):
			fmt.Fprintf(&b, "<0x%02X>", s[i])
		case visible(r), joinsEmoji(last, r):
			b.WriteRune(r)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
		last = r
	}
	return b.String()
}

// visible tells whether a character shows, stays in its place and moves no other.
func visible(r rune) bool {
	return unicode.IsPrint(r) && !unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) && r != '\u2800'
}

// joinsEmoji tells whether r, which does not show, makes one sign of those around it.
func joinsEmoji(last, r rune) bool {
	return (r == '\u200d' || r == '\ufe0f') && (last == '\ufe0f' || last > 0xff && last != utf8.RuneError && unicode.In(last, unicode.So, unicode.Sk))
}

func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// printableLines returns s as printable lines, without empty ones at the end. A carriage return
// ends a line as well: it is how progress bars overwrite themselves.
func printableLines(s string) []string {
	s = strings.ReplaceAll(s, "\r\n", "\n")
	s = strings.TrimRight(strings.ReplaceAll(s, "\r", "\n"), "\n \t")
	if s == "" {
		return nil
	}
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(printable(l), " ")
	}
	return lines
}

// lastPrintable returns the line that is left to see after s has been printed.
func lastPrintable(s string) string {
	lines := printableLines(s)
	if len(lines) == 0 {
		return ""
	}
	return lines[len(lines)-1]
}
