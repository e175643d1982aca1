package report

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Hello, world", "Hello, world"},
		{"letters", "grün 日本 👩‍💻 e\u0301", "grün 日本 👩‍💻 e\u0301"},
		{"colour", "\x1b[1;31mred\x1b[0m", "red"},
		{"cursor", "\x1b[2J\x1b[1;1Hgone", "gone"},
		{"title", "\x1b]0;evil\x07ok\x1b]2;evil\x1b\\ok", "okok"},
		{"title without end", "a\x1b]0;evil", "a"},
		{"device control", "a\x1bP1$r\x1b\\b", "ab"},
		{"character set", "a\x1b(0b", "ab"},
		{"reset", "a\x1bcb", "ab"},
		{"eight bits", "a\u009b31mb\u009d0;evil\u009cc", "abc"},
		{"escape within an escape", "a\x1b[\x1b[31mb", "ab"},
		{"lone escape", "a\x1b", "a"},
		{"bell and backspace", "a\ab\b", "a<U+0007>b<U+0008>"},
		{"order of reading", "user\u202etxt.exe\u2066", "user<U+202E>txt.exe<U+2066>"},
		{"invisible", "a\u200bb\ufeffc\u2028d", "a<U+200B>b<U+FEFF>c<U+2028>d"},
		{"invisible letters and marks", "a\u3164b\u034fc\U000e0100d\u2800", "a<U+3164>b<U+034F>c<U+E0100>d<U+2800>"},
		{"joins nothing", "web\u200d1\ufe0f", "web<U+200D>1<U+FE0F>"},
		{"not UTF-8", "a\xff\x9b31mb", "a\ufffd31mb"},
		{"tab and wide spaces", "a\tb\u00a0c", "a    b c"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := printable(tt.in); got != tt.want {
				t.Errorf("%q, not %q", got, tt.want)
			}
		})
	}
}

// unshown returns what of s does not show, or shows elsewhere than in its place, but for line ends
// and tabs.
func unshown(s string) string {
	var found []rune
	last := rune(0)
	for _, r := range s {
		if r != '\n' && r != '\t' && !visible(r) && r != ' ' && !joinsEmoji(last, r) {
			found = append(found, r)
		}
		last = r
	}
	if !utf8.ValidString(s) {
		found = append(found, utf8.RuneError)
	}
	return string(found)
}

func TestSpell(t *testing.T) {
	tests := []struct{ in, want string }{
		{"web1", "web1"},
		{"web\x1b[31m1", "web<U+001B>[31m1"},
		{"web1\nweb2\r\n", "web1<U+000A>web2<U+000D><U+000A>"},
		{"a\u009b31m\x9b31m\xc3", "a<U+009B>31m<0x9B>31m<0xC3>"},
		{"\u202ea\u200b\x7f", "<U+202E>a<U+200B><U+007F>"},
		{"grün 日本 👩‍💻 \ufffd", "grün 日本 👩‍💻 \ufffd"},
	}
	for _, tt := range tests {
		if got := Spell(tt.in); got != tt.want {
			t.Errorf("%q: %q, not %q", tt.in, got, tt.want)
		}
	}
}

func FuzzPrintable(f *testing.F) {
	f.Add("\x1b[\x1b]0;\x9b31m\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		for _, l := range append(printableLines(s), lastPrintable(s), printable(s), Spell(s)) {
			if bad := unshown(l); bad != "" || strings.ContainsAny(l, "\n\t") {
				t.Errorf("%q becomes %q", s, l)
			}
		}
	})
}

func TestFold(t *testing.T) {
	const long = "/etc/nginx/sites-enabled/example.com"
	tests := []struct {
		in   string
		w    int
		want string
	}{
		{"", 30, ""},
		{"short", 30, "short"},
		{"one two three four five six", 20, "one two three four|five six"},
		{"exactly twenty chars and", 20, "exactly twenty chars|and"},
		{"mend " + long + " now", 40, "mend|" + long + " now"},
		{long, 20, "/etc/nginx/sites-ena|bled/example.com"},
		{"日本日本日本日本日本日本", 20, "日本日本日本日本日本|日本"},
		{"no room", 3, "no room"},
		{"no limit at all, however long it may be", 0, "no limit at all, however long it may be"},
	}
	for _, tt := range tests {
		if got := strings.Join(fold(tt.in, tt.w), "|"); got != tt.want {
			t.Errorf("%q in %d: %q, not %q", tt.in, tt.w, got, tt.want)
		}
	}
}

func TestTook(t *testing.T) {
	tests := map[float64]string{-1: "0.0s", 0: "0.0s", 0.04: "0.0s", 9.94: "9.9s", 9.96: "10s", 59.4: "59s", 59.6: "1m00s",
		61: "1m01s", 3599.6: "1h00m", 3725: "1h02m"}
	for s, want := range tests {
		if got := tookSeconds(s); got != want {
			t.Errorf("%v s: %s, not %s", s, got, want)
		}
	}
}
