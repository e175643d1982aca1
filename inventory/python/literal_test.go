package python

import (
	"encoding/json"
	"fmt"
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
	inventorytest.EachWord(t, "../testdata", func(s string) { sameByGrammar(t, s) })
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
