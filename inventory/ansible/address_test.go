package ansible

import (
	"fmt"
	"testing"

	"djship/inventory/inventorytest"
)

// Addresses that ansible-core's own tests name, with what they make of them; "" is no address.
func TestSplitPort(t *testing.T) {
	for in, want := range map[string]string{
		"192.0.2.3": "192.0.2.3", "192.0.2.3:23": "192.0.2.3 23",
		"::": "::", "::1": "::1", "[::1]:442": "::1 442",
		"abcd:ef98:7654:3210:abcd:ef98:7654:3210":       "abcd:ef98:7654:3210:abcd:ef98:7654:3210",
		"[abcd:ef98:7654:3210:abcd:ef98:7654:3210]:442": "abcd:ef98:7654:3210:abcd:ef98:7654:3210 442",
		"1234:5678:9abc:def0:1234:5678:9abc:def0":       "1234:5678:9abc:def0:1234:5678:9abc:def0",
		"1234::9abc:def0:1234:5678:9abc:def0":           "1234::9abc:def0:1234:5678:9abc:def0",
		"1234:5678::def0:1234:5678:9abc:def0":           "1234:5678::def0:1234:5678:9abc:def0",
		"1234:5678:9abc:def0:1234:5678:9abc::":          "",
		"0:0:0:0:0:ffff:1.2.3.4":                        "0:0:0:0:0:ffff:1.2.3.4",
		"::ffff:1.2.3.4":                                "::ffff:1.2.3.4",
		"::1.2.3.4":                                     "::1.2.3.4",
		"some-host":                                     "some-host", "some-host:80": "some-host 80", "some.host.com:492": "some.host.com 492",
		"[some.host.com]:493": "some.host.com 493", "a-b.3foo_bar.com:23": "a-b.3foo_bar.com 23",
		"fóöbär": "fóöbär", "fóöbär:32": "fóöbär 32", "ƒöö": "ƒöö",
		"192.0.2.[3:10]": "192.0.2.[3:10]", "192.0.2.[3:10]:23": "192.0.2.[3:10] 23",
		"abcd:ef98::7654:[1:9]":       "abcd:ef98::7654:[1:9]",
		"[abcd:ef98::7654:[6:32]]:22": "abcd:ef98::7654:[6:32] 22",
		"foo[a:b]:42.bar":             "", "foo[a-b]:32": "", "foo[x-y]": "", "xyz[0:1]-[a:c]:17": "xyz[0:1]-[a:c] 17",
		"": "", "some..host": "", "some.": "", "[example.com]": "", "some-": "", "some-.foo.com": "", "-some": "",
	} {
		got := ""
		if name, port, ok := SplitPort(in); ok {
			got = name
			if port > 0 {
				got += fmt.Sprint(" ", port)
			}
		}
		if got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// sameByGrammar compares the shortcut that most names take with the whole grammar.
func sameByGrammar(t *testing.T, s string) {
	t.Helper()
	name, port, ok := SplitPort(s)
	if n, p, k := splitAnyPort(s); n != name || p != port || k != ok {
		t.Errorf("%q is %q, %d, %v; by the whole grammar %q, %d, %v", s, name, port, ok, n, p, k)
	}
}

func TestSplitPortShortcut(t *testing.T) {
	inventorytest.EachWord(t, "../testdata", func(s string) { sameByGrammar(t, s) })
}

func FuzzSplitPort(f *testing.F) {
	f.Add("web1:22")
	f.Fuzz(sameByGrammar)
}
