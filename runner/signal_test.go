package runner

import (
	"strings"
	"testing"
)

func TestParseSignal(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]Signal{
		"locked 812 ann@laptop, deploy": {Kind: "locked", Rest: "812 ann@laptop, deploy"},
		"ready 20261123-114501-a1b2":    {Kind: "ready", Rest: "20261123-114501-a1b2"},
		"begin 3":                       {Kind: "begin", Index: 3},
		"failed 3 100":                  {Kind: "failed", Index: 3, Rest: "100"},
		"stopped":                       {Kind: "stopped"},
		"over 0":                        {Kind: "over", Rest: "0"},
		"begin":                         {},
		"begin x":                       {},
		"begin -1":                      {},
		"begin +1":                      {},
		"begin 1 2":                     {},
		"begin 99999999999999999999":    {},
		"done 1 ":                       {Kind: "done", Index: 1},
		"stopped now":                   {},
		"waits for me":                  {},
		"":                              {},
	} {
		if got := ParseSignal(words); got != want {
			t.Errorf("%q: %+v", words, got)
		}
	}
}

func FuzzParseSignal(f *testing.F) {
	for _, seed := range []string{"begin 3", "failed 1 2 3", "over", "", "begin -1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, words string) {
		switch s := ParseSignal(words); {
		case !strings.HasPrefix(words, s.Kind), s.Index < 0:
			t.Fatalf("%q is %+v", words, s)
		case s.Kind != "" && signals[s.Kind] == "" && words != s.Kind && words != s.Kind+" ":
			t.Fatalf("%q is taken for %s", words, s.Kind)
		}
	})
}
