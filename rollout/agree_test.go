package rollout

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

// A person is asked about what a turn refuses when it is due, where they may say yes to all of it: a yes goes on with that, once a run; a no, nobody there and a check refuse it.
func TestRefusalsThatAreAskedAbout(t *testing.T) {
	for _, c := range []struct {
		name, refused string
		says          []bool // answers, in order; nil for nobody
		given         func(*world)
		asked, want   string
	}{
		{"yes", "keep it?", []bool{true}, nil, "a: keep it?", "a changed, run 0"},
		{"no", "keep it?", []bool{false}, nil, "a: keep it?", "a failed, run 1"},
		{"nobody", "keep it?", nil, nil, "", "a failed, run 1"},
		{"a check", "keep it?", []bool{true}, func(w *world) { w.Check = true }, "", "a note: as the host is now, switch would be refused: keep it?, a would_change, run 0"},
		{"another refusal beside it", "keep it?", []bool{true}, func(w *world) { w.hosts["a"].refuses["link"] = "no room" }, "", "a failed, run 1"},
		{"what nobody may say yes to", "no room", []bool{true}, nil, "", "a failed, run 1"},
		{"looked at once more", "keep it?", []bool{true}, func(w *world) { w.hosts["a"].rivals = true }, "a: keep it?", "a changed, run 0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a")
				w.push()
				w.hosts["a"].refuses = map[string]string{"slot": c.refused}
				w.hosts["a"].onMade = func(name string) {
					if name == "slot" {
						clear(w.hosts["a"].refuses)
					}
				}
				var asked []string
				if c.says != nil {
					w.Agree = func(_ context.Context, host, question string) bool {
						asked = append(asked, host+": "+question)
						return len(asked) <= len(c.says) && c.says[len(asked)-1]
					}
				}
				if c.given != nil {
					c.given(w)
				}
				w.run()
				told := slices.DeleteFunc(w.told(), func(s string) bool { return strings.HasPrefix(s, "a starts") || strings.Contains(s, "another run") })
				if diff := cmp.Diff([]string{c.asked, c.want}, []string{strings.Join(asked, ", "), strings.Join(told, ", ")}); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			})
		})
	}
}
