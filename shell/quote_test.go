package shell

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"djship/runner/scratch"
)

func TestQuote(t *testing.T) {
	for word, want := range map[string]string{
		"":                 `''`,
		"example.com":      `example.com`,
		"/a/b-c_d:e=f@g%+": `/a/b-c_d:e=f@g%+`,
		"a b":              `'a b'`,
		"it's":             `'it'\''s'`,
		"$(reboot)":        `'$(reboot)'`,
		"~":                `'~'`,
		"a\nb":             "'a\nb'",
		"*":                `'*'`,
		"é":                `'é'`,
		"{a,b}":            `'{a,b}'`,
	} {
		if got := Quote(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
	if got := QuoteAll("a", "b c", ""); got != "a 'b c' ''" {
		t.Errorf("%s", got)
	}
	if got := Set("site", "example", "home", "", "words", "a b"); got != "site=example home='' words='a b'\n" {
		t.Errorf("%s", got)
	}
}

// FuzzQuote asks real shells what words they see.
func FuzzQuote(f *testing.F) {
	for _, seed := range []string{"", "'", "a'b''c", "\\", "\n", "$HOME", "`id`", "!1", "-n", "é\xff", "\x1b[31m", "#x", "a=b", "~root", "\r", "{a,b}", "\u0085"} {
		f.Add(seed)
	}
	shells := []string{scratch.Program(f, "sh"), scratch.Program(f, "bash"), scratch.Program(f, "dash")}
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) || len(word) > 100_000 {
			return // no argument can be so
		}
		for _, shell := range shells {
			cmd := exec.Command(shell, "-c", "printf '%s|' "+QuoteAll(word, "end", word))
			cmd.Env = []string{"LC_ALL=C"}
			out, err := cmd.Output()
			if want := word + "|end|" + word + "|"; err != nil || !bytes.Equal(out, []byte(want)) {
				t.Errorf("%s sees %q instead of %q: %v", shell, out, want, err)
			}
		}
	})
}
