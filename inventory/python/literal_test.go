package python

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"djship/inventory/inventorytest"

	"github.com/google/go-cmp/cmp"
)

// sameByGrammar compares the shortcuts that most text takes with the whole grammar.
func sameByGrammar(t *testing.T, s string) {
	t.Helper()
	if long, short := parseLiteral(s), Literal(s); fmt.Sprintf("%T %v", long, long) != fmt.Sprintf("%T %v", short, short) {
		t.Errorf("%q is %T %v, by the shortcut %T %v", s, long, long, short, short)
	}
	if words, ok := SplitPlainWords(nil, s); ok {
		long, _, bad := SplitWords([]rune(s))
		if len(words)+len(long) == 0 {
			return
		}
		if diff := cmp.Diff(long, words); diff != "" || bad != nil {
			t.Errorf("%q (-grammar +shortcut):\n%s%v", s, diff, bad)
		}
	}
}

func TestShortcuts(t *testing.T) {
	for _, s := range []string{"", "a", "web1.example.com", "web1:22", "web1:022", "web1:", ":22", "a..b", "a.", ".a", "-a", "a-", "a_", "_a", "a-.b", "a.-b",
		"a:99999999999999999999", "192.0.2.1", "192.0.2.1:22", "1.2", "1.2.3", "1..", "..", "7", "07", "0", "0.0.0.0", "1_0", "256.1.1.1", "True", "Truex", "None#x",
		"set()", "set", "setting", "s", "b'x'", "bx", "rb\"x\"", "x=1", "/a/b", "~/k", "/'x'", "T", "F", "N", "inf", "nan", "a#b", "a b\tc", " a", "a\vb", "ü", "999999999999999999", "9999999999999999999"} {
		sameByGrammar(t, s)
	}
	m := inventorytest.Maker{Rand: rand.New(rand.NewPCG(2, 0))}
	for range 20000 {
		sameByGrammar(t, m.Value())
		sameByGrammar(t, m.Host())
	}
	for _, q := range inventorytest.AnsibleCases(t, "../testdata") {
		for _, text := range q.Files {
			for line := range strings.Lines(text) {
				sameByGrammar(t, strings.TrimSpace(line))
			}
		}
	}
}

func FuzzShortcuts(f *testing.F) {
	f.Add("a=True")
	f.Fuzz(sameByGrammar)
}

// Whatever a literal is, it can be printed as JSON.
func FuzzLiteral(f *testing.F) {
	for _, s := range inventorytest.ValueParts {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := json.Marshal(Literal(s)); err != nil {
			t.Fatal(err)
		}
	})
}
