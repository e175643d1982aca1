package glob

import "testing"

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		sets, plain   bool // matched with sets, and with * and ? alone
	}{
		{"", "", true, true},
		{"", "a", false, false},
		{"*", "", true, true},
		{"*", "web1", true, true},
		{"web?", "web1", true, true},
		{"web?", "web", false, false},
		{"w*b*1", "web-b01", true, true},
		{"w**1", "w1", true, true},
		{"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa", false, false},
		{"web[12]", "web1", true, false},
		{"web[12]", "web[12]", false, true},
		{"web[!1-3]", "web4", true, false},
		{"web[!1-3]", "web2", false, false},
		{"[]x]", "]", true, false},
		{"[a", "[a", true, true},
		{"f?o", "föo", true, false}, // ? is a character, and for ssh a byte
		{"f??o", "föo", false, true},
		{"f*o", "föo", true, true},
		{"*.example.com", "a.example.com", true, true},
		{"*.example.com", "a.example.com.", false, false},
	} {
		if got := Parse(c.pattern).Match(c.name); got != c.sets {
			t.Errorf("%q with sets matches %q: %v", c.pattern, c.name, got)
		}
		if got := ParseWildcards(c.pattern).Match(c.name); got != c.plain {
			t.Errorf("%q matches %q: %v", c.pattern, c.name, got)
		}
	}
}
