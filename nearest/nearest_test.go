package nearest

import (
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	all := []string{"production", "staging", "web1", "web2", "db", "WEB"}
	for in, want := range map[string]string{
		"prdouction": "production", "stagign": "staging", "web3": "web1 web2", "prod": "production", "xyz": "", "Web1": "web1 web2", "": "",
	} {
		if got := strings.Join(Names(in, all, 2), " "); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestQuestion(t *testing.T) {
	for want, names := range map[string][]string{"": nil, "did you mean web1?": {"web1"}, "did you mean web1 or web2?": {"web1", "web2"}} {
		if got := Question(names); got != want {
			t.Errorf("%q: got %q, want %q", names, got, want)
		}
	}
}
