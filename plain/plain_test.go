package plain

import (
	"strings"
	"testing"
)

func TestLine(t *testing.T) {
	for in, want := range map[string]string{
		"apt: é ok":                     "apt: é ok",
		"a\nb\x1b[2Jc\x7f\u009b\u202ed": "a?b?[2Jc???d",
		"\xff":                          "?",
		strings.Repeat("é", 201):        strings.Repeat("é", 200) + "…",
	} {
		if got := Line(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}
