package inventory

import (
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

// load reads an INI inventory written in a test.
func load(t *testing.T, text string) *Inventory {
	t.Helper()
	inv, err := Load([]string{inventorytest.Write(t, t.TempDir(), "hosts.ini", text)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return inv
}

func names(hosts []*Host) string {
	var s []string
	for _, h := range hosts {
		s = append(s, h.Name)
	}
	return strings.Join(s, " ")
}

func TestSelect(t *testing.T) {
	inv := load(t, "[web]\nweb[1:4]\n[db]\ndb1\nweb4\n[prod:children]\nweb\ndb\n")
	for _, c := range []struct{ pattern, want string }{
		{"all", "web1 web2 web3 web4 db1"},
		{"web:!web2", "web1 web3 web4"},
		{"web,&db", "web4"},
		{"!db", "web1 web2 web3"},
		{"web[0]", "web1"},
		{"web[-1]", "web4"},
		{"web[1:2]", "web2 web3"},
		{"~web[12]$", "web1 web2"},
		{"*1", "web1 db1"},
		{"wob", `limit "wob": matches no host and no group`},
		{"web:!stagign", `limit "web:!stagign": "!stagign" matches no host and no group`},
		{"db:&web1", `limit "db:&web1": no host is left`},
		{"", "the limit is empty"},
		{",", "the limit is empty"},
	} {
		hosts, err := inv.Select(c.pattern)
		got := names(hosts)
		if err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("%q: got %s, want %s", c.pattern, got, c.want)
		}
	}
}

func TestSplitTerms(t *testing.T) {
	for in, want := range map[string]string{
		"a": "a", "a, b": "a|b", "a , b": "a|b", " a,b ,c[1:2] ": "a|b|c[1:2]", "9a01:7f8:191:7701::9": "9a01:7f8:191:7701::9",
		"9a01:7f8:191:7701::9,9a01:7f8:191:7701::9": "9a01:7f8:191:7701::9|9a01:7f8:191:7701::9",
		"9a01:7f8:191:7701::9,foo":                  "9a01:7f8:191:7701::9|foo",
		"foo[1:2]":                                  "foo[1:2]", "a::b": "a::b", "a:b": "a|b", " a : b ": "a|b", "foo:bar:baz[1:2]": "foo|bar|baz[1:2]",
		"a,,b": "a|b", "a,  ,b,,c, ,": "a|b|c", ",": "", "": "", "@a:b c": "@a:b c",
	} {
		if got := strings.Join(splitPattern(in), "|"); got != want {
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

func FuzzSelect(f *testing.F) {
	for _, q := range inventorytest.Cases(f, "testdata/patterns.txt") {
		for _, p := range q.Patterns {
			f.Add(p)
		}
	}
	inv, err := Load([]string{"-"}, strings.NewReader("[web]\nweb[1:30]\n[db]\ndb1\n[p:children]\nweb\ndb\n"))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, pattern string) {
		if strings.Contains(pattern, "@") {
			t.Skip("names a file")
		}
		hosts, err := inv.Select(pattern)
		if err == nil && len(hosts) == 0 {
			t.Fatal("neither hosts nor an error")
		}
		if n := len(hosts); len(unique(hosts)) != n {
			t.Fatalf("a host twice among %d", n)
		}
	})
}
