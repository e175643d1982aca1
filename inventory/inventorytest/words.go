package inventorytest

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// EachWord calls check with words in which a shortcut could read another thing than the whole grammar: odd ones, made
// ones, and all lines of the cases in a folder of test data.
func EachWord(t *testing.T, testdata string, check func(s string)) {
	t.Helper()
	for _, s := range []string{"", "a", "web1.example.com", "web1:22", "web1:022", "web1:", ":22", "a..b", "a.", ".a", "-a", "a-", "a_", "_a", "a-.b", "a.-b",
		"a:99999999999999999999", "192.0.2.1", "192.0.2.1:22", "1.2", "1.2.3", "1..", "..", "7", "07", "0", "0.0.0.0", "1_0", "256.1.1.1", "True", "Truex", "None#x",
		"set()", "set", "setting", "s", "b'x'", "bx", "rb\"x\"", "x=1", "/a/b", "~/k", "/'x'", "T", "F", "N", "inf", "nan", "a#b", "a b\tc", " a", "a\vb", "ü", "999999999999999999", "9999999999999999999"} {
		check(s)
	}
	m := Maker{Rand: rand.New(rand.NewPCG(2, 0))}
	for range 20000 {
		check(m.Value())
		check(m.Host())
	}
	for _, q := range AnsibleCases(t, testdata) {
		for _, text := range q.Files {
			for line := range strings.Lines(text) {
				check(strings.TrimSpace(line))
			}
		}
	}
}
