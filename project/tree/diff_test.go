package tree

import (
	"strings"
	"testing"
)

// A difference is told as git prints it, whatever the user's git is set up to print it by; of a tree that nobody here knows nothing is, and of a long one the begin.
func TestDiff(t *testing.T) {
	r := newRepo(t)
	r.write("a.py", "one\ntwo\n")
	commit := r.commit("one")
	before := resolveIn(t, r.dir, Options{})
	r.write("a.py", "one\nthree\n")
	r.commit("two")
	r.git("config", "diff.external", "false")
	r.git("config", "color.diff", "always")
	tr := resolveIn(t, r.dir, Options{})
	got, err := tr.Diff(t.Context(), []string{before.Hash, commit})
	if err != nil || !strings.HasPrefix(got, "diff --git a/a.py b/a.py\n") || !strings.HasSuffix(got, "@@ -1,2 +1,2 @@\n one\n-two\n+three\n") {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := tr.Diff(t.Context(), []string{strings.Repeat("0", 40), strings.Repeat("1", 40)}); got != "" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	r.write("long.py", strings.Repeat("a line of a long file\n", 20_000))
	r.commit("three")
	if got, err := resolveIn(t, r.dir, Options{}).Diff(t.Context(), []string{before.Hash}); err != nil || len(got) > mostDiff+100 || !strings.HasSuffix(got, " bytes more)\n") {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
