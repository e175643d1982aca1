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
	s = escapes.ReplaceAllString(strings.ToValidUTF8(s, string(utf8.RuneError)), "")
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\t':
			b.WriteString("    ")
		case unicode.IsPrint(r), r == '\u200d', r == '\ufe0f': // the last two join emoji
			b.WriteRune(r)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		default:
			fmt.Fprintf(&b, "<U+%04X>", r)
		}
	}
	return b.String()
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
