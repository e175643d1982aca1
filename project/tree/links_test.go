package tree

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestLinksThatLeadOut(t *testing.T) {
	for _, row := range []struct {
		links string // "name target, name target"
		out   string // the names that lead out
	}{
		{"a b", ""},
		{"a .", ""},
		{"a ..", "a"},
		{"a /etc/passwd", "a"},
		{"d/a ../x", ""},
		{"d/a ../../x", "d/a"},
		{"d/e/a ../../../d", "d/e/a"},
		{"a x/../../y", "a"},
		{"a x/../y", ""},
		{"d/up ..,a d/up/x", ""},
		{"d/up ..,a d/up/../x", "a"},
		{"d/e/in .,a d/e/in/../../../x", "a"},
		{"s d/e/f,a s/../../..", ""},
		{"s d/e/f,a s/../../../..", "a"},
		{"s /etc,a s/passwd", "s a"},
		{"s d/e,d/e/o ../../../x,a s/o", "d/e/o a"},
		{"a b,b a", ""},
		{"a a/x", ""},
		{"a b,b c,c ../x", "a b c"},
		{`a ..\x`, ""},
		{"a .//./b/", ""},
	} {
		links := map[string]string{}
		for pair := range strings.SplitSeq(row.links, ",") {
			name, to, _ := strings.Cut(pair, " ")
			links[name] = to
		}
		want := map[string]bool{}
		for _, name := range strings.Fields(row.out) {
			want[name] = true
		}
		for name := range links {
			if got := leadsOut(links, name); got != want[name] {
				t.Errorf("%s: %s leads out: %v", row.links, name, got)
			}
		}
	}
}

// Links that each name the next twice are followed no further than a kernel does.
func TestLinksThatMultiply(t *testing.T) {
	links := map[string]string{}
	for i := range 60 {
		links[fmt.Sprintf("l%d", i)] = fmt.Sprintf("l%d/l%d", i+1, i+1)
	}
	leadsOut(links, "l0")
}

func TestLinksAreRefusedByName(t *testing.T) {
	r := newRepo(t)
	r.write("site/a", "1")
	r.link("../shared", "site/inside\nodd")
	r.write("shared/b", "1")
	r.commit("one")
	resolveIn(t, r.dir, Options{})
	refuses(t, r.dir+"/site", Options{}, `"inside\nodd" is a symlink that leads out of what is pushed, to ../shared`, "make it a file")
	r.link("s/../../x", "chain")
	r.link("site", "s")
	refuses(t, r.dir, Options{Dirty: true}, "chain is a symlink that leads out", "make it a file")
	if err := removeAll(r, "chain"); err != nil {
		t.Fatal(err)
	}
	r.link(strings.Repeat("x/", 2000), "long")
	r.commit("long")
	resolveIn(t, r.dir, Options{})
}

func TestNamesThatGitRefuses(t *testing.T) {
	for name, want := range map[string]bool{
		".git": true, ".GIT": true, ".giT ": true, ".git.": true, ".git...": true, ".git. .": true, "git~1": true, "GIT~1": true, ".git::$INDEX_ALLOCATION": true, ".g\u200cit": true, "\ufeff.git": true,
		`a\.git`: true, `.git\config`: true, ".gitignore": false, "git": false, "x.git": false, "git~2": false, ".github": false, ".git-x": false, "a b": false, `a\b`: false, "ファイル": false,
	} {
		if got := isGitFolder(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
	for _, e := range []entry{{path: "", mode: regular}, {path: "a//b", mode: regular}, {path: "a/../b", mode: regular}, {path: "./a", mode: regular}, {path: "a/.Git/config", mode: regular},
		{path: ".gitmodules", mode: symlink}, {path: "a", mode: "100640"}, {path: "a", mode: "040755"}} {
		if refused(e) == "" {
			t.Errorf("%+v", e)
		}
	}
}

func removeAll(r *repo, name string) error { return os.RemoveAll(filepath.Join(r.dir, name)) }
