package inventory

import (
	"fmt"
	"strings"
	"testing"
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
		if name, port, ok := splitPort(in); ok {
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

func TestSplitTerms(t *testing.T) {
	inv := newInventory()
	for in, want := range map[string]string{
		"a": "a", "a, b": "a|b", "a , b": "a|b", " a,b ,c[1:2] ": "a|b|c[1:2]", "9a01:7f8:191:7701::9": "9a01:7f8:191:7701::9",
		"9a01:7f8:191:7701::9,9a01:7f8:191:7701::9": "9a01:7f8:191:7701::9|9a01:7f8:191:7701::9",
		"9a01:7f8:191:7701::9,foo":                  "9a01:7f8:191:7701::9|foo",
		"foo[1:2]":                                  "foo[1:2]", "a::b": "a::b", "a:b": "a|b", " a : b ": "a|b", "foo:bar:baz[1:2]": "foo|bar|baz[1:2]",
		"a,,b": "a|b", "a,  ,b,,c, ,": "a|b|c", ",": "", "": "", "@a:b c": "@a:b c",
	} {
		if got := strings.Join(inv.split(in), "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSubscripts(t *testing.T) {
	inv := load(t, "[letters]\nx[a:Z]\n")
	for pattern, want := range map[string]string{
		"letters[0]": "a", "letters[1:1]": "b", "letters[2:2]": "c", "letters[-1]": "Z", "letters[-2]": "Y", "letters[48:]": "W X Y Z",
		"letters[0:2]": "a b c", "letters[2:3]": "c d", "letters[50:99]": "Y Z",
	} {
		hosts, err := inv.Select(pattern)
		if err != nil {
			t.Errorf("%s: %v", pattern, err)
		} else if got := strings.ReplaceAll(names(hosts), "x", ""); got != want {
			t.Errorf("%s: got %s, want %s", pattern, got, want)
		}
	}
}

func TestNearest(t *testing.T) {
	all := []string{"production", "staging", "web1", "web2", "db", "WEB"}
	for in, want := range map[string]string{
		"prdouction": "production", "stagign": "staging", "web3": "web1 web2", "prod": "production", "xyz": "", "Web1": "web1 web2", "": "",
	} {
		if got := strings.Join(nearest(in, all, 2), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
