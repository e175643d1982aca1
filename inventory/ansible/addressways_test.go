package ansible

import (
	"math/rand/v2"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

// sameAddress compares the short way that most names go with the whole grammar.
func sameAddress(t *testing.T, s string) {
	t.Helper()
	name, port, ok := SplitPort(s)
	if n, p, k := splitAnyPort(s); n != name || p != port || k != ok {
		t.Errorf("%q is %q, %d, %v; by the whole grammar %q, %d, %v", s, name, port, ok, n, p, k)
	}
}

func TestShortWayOfAddresses(t *testing.T) {
	for _, s := range []string{"", "a", "web1.example.com", "web1:22", "web1:022", "web1:", ":22", "a..b", "a.", ".a", "-a", "a-", "a_", "_a", "a-.b", "a.-b",
		"a:99999999999999999999", "192.0.2.1", "192.0.2.1:22", "1.2", "1.2.3", "1..", "..", "7", "07", "0", "0.0.0.0", "1_0", "256.1.1.1", "True", "Truex", "None#x",
		"set()", "set", "setting", "s", "b'x'", "bx", "rb\"x\"", "x=1", "/a/b", "~/k", "/'x'", "T", "F", "N", "inf", "nan", "a#b", "a b\tc", " a", "a\vb", "ü", "999999999999999999", "9999999999999999999"} {
		sameAddress(t, s)
	}
	m := inventorytest.Maker{Rand: rand.New(rand.NewPCG(2, 0))}
	for range 20000 {
		sameAddress(t, m.Value())
		sameAddress(t, m.Host())
	}
	for _, q := range inventorytest.AllCases(t, "../testdata") {
		for _, text := range q.Files {
			for line := range strings.Lines(text) {
				sameAddress(t, strings.TrimSpace(line))
			}
		}
	}
}

func FuzzShortWayOfAddresses(f *testing.F) {
	f.Add("web1:22")
	f.Fuzz(sameAddress)
}
