package report

import (
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// A table has its columns below each other on a screen, whatever characters are in it, and each row on its line.
func TestTable(t *testing.T) {
	rows := func() [][]string {
		return [][]string{{"HOST", "STATE", "SINCE", "DOMAIN"}, {"日本", "up", "3d", "example.com"}, {"web1", "do\nwn"},
			{"ünï", "up", "12m", "a-long-domain.example.com"}}
	}
	for _, c := range []struct {
		name   string
		screen int
		want   []string
	}{
		{"in full", 0, []string{
			"HOST  STATE         SINCE  DOMAIN",
			"日本  up            3d     example.com",
			"web1  do<U+000A>wn",
			"ünï   up            12m    a-long-domain.example.com"}},
		{"fitted", 36, []string{
			"HOST  STATE         DOMAIN",
			"日本  up            example.com",
			"web1  do<U+000A>wn",
			"ünï   up            a-long-domain.e…"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := Table(Fit(rows(), c.screen, []string{"SINCE"}, []string{"HOST", "DOMAIN"}))
			if diff := gocmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			for _, line := range got {
				if c.screen > 0 && width(line) > c.screen {
					t.Errorf("%q takes %d columns", line, width(line))
				}
			}
		})
	}
	narrow := Table(Fit(rows(), 1, nil, []string{"DOMAIN"}))
	if !strings.HasSuffix(narrow[3], "a-lon…") {
		t.Errorf("a cell is shortened to %q", narrow[3])
	}
}
