package tree

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
)

func TestDirtyIsTheWorkTree(t *testing.T) {
	r := newRepo(t)
	r.write(".gitignore", "*.log\nbuild/\n/media\n")
	r.write("kept", "1")
	r.write("edited", "2")
	r.write("gone", "3")
	r.write("tracked.log", "4")
	r.write("program", "5")
	r.write("turned/into", "6")
	r.write("same size", "x")
	r.git("add", "-f", "tracked.log")
	commit := r.commit("one")
	r.write("edited", "2 again")
	r.write("same size", "y")
	r.write("new/née", "7")
	r.write("noise.log", "8")
	r.write("media/photo", "9")
	r.write("build/app.js", "10")
	r.write("build/deep/x.log", "11")
	r.write("mine", "12")
	write(t, filepath.Join(r.dir, ".git/info/exclude"), "mine\n")
	r.write("staged", "13")
	r.git("add", "staged")
	write(t, filepath.Join(os.Getenv("HOME"), ".config/git/ignore"), ".DS_Store\n")
	r.write(".DS_Store", "14")
	r.link("kept", "link")
	for _, err := range []error{os.Remove(filepath.Join(r.dir, "gone")), os.Chmod(filepath.Join(r.dir, "program"), 0o755), os.RemoveAll(filepath.Join(r.dir, "turned"))} {
		if err != nil {
			t.Fatal(err)
		}
	}
	r.link("new", "turned")
	untouched(t, r.dir)

	all := map[string]string{".gitignore": "*.log\nbuild/\n/media\n", "kept": "1", "edited": "2 again", "tracked.log": "4", "program": "x:5", "same size": "y",
		"new/née": "7", "staged": "13", "link": "l:kept", "turned": "l:new"}
	tr := resolveIn(t, r.dir, Options{Dirty: true})
	has(t, tr, all)
	if tr.Commit != commit || !tr.Dirty || tr.Subject != "one" {
		t.Errorf("%+v", tr)
	}
	want := []string{"edited", "gone", "link", "new/", "program", "same size", "staged", "turned", "turned/into"}
	slices.Sort(tr.Changed)
	if !slices.Equal(tr.Changed, want) {
		t.Errorf("%q", tr.Changed)
	}
	again := resolveIn(t, r.dir, Options{Dirty: true})
	if again.Hash != tr.Hash {
		t.Errorf("%s, then %s", tr.Hash, again.Hash)
	}
	all["build/app.js"], all["build/deep/x.log"], all["media/photo"] = "10", "11", "9"
	has(t, resolveIn(t, r.dir, Options{Dirty: true, Include: []string{"build", "media/photo"}}), all)
}

// What is to be ignored anyway is no change, either, unless git has it or the project's own .gitignore says otherwise.
func TestIgnore(t *testing.T) {
	r := newRepo(t)
	r.write("kept.tar", "1")
	r.write("a", "2")
	r.commit("one")
	r.write("new.tar", "3")
	r.write("deep/new.tar", "4")
	o := Options{Dirty: true, Ignore: []string{"*.tar", "*.age"}}
	for _, folder := range []string{".git/info/exclude", ""} {
		if folder != "" {
			write(t, filepath.Join(r.dir, folder), "mine\n")
			r.write("mine", "5")
		}
		tr := resolveIn(t, r.dir, o)
		has(t, tr, map[string]string{"kept.tar": "1", "a": "2"})
		if len(tr.Changed) > 0 {
			t.Errorf("%q", tr.Changed)
		}
		if folder != "" {
			if err := os.Remove(filepath.Join(r.dir, "mine")); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.write(".gitignore", "!/new.tar\n")
	has(t, resolveIn(t, r.dir, o), map[string]string{"kept.tar": "1", "a": "2", ".gitignore": "!/new.tar\n", "new.tar": "3"})

	plain := t.TempDir()
	write(t, filepath.Join(plain, "a"), "1")
	write(t, filepath.Join(plain, "b.tar"), "2")
	has(t, resolveIn(t, plain, o), map[string]string{"a": "1"})
}

func TestIncludeGoesAlongWithACommit(t *testing.T) {
	r := newRepo(t)
	r.write(".gitignore", "dist/\n")
	r.write("app/a", "1")
	r.commit("one")
	r.write("app/dist/main.css", "2")
	r.write("app/a", "edited")
	untouched(t, filepath.Join(r.dir, ".git"))
	has(t, resolveIn(t, r.dir, Options{Include: []string{"app/dist/"}}), map[string]string{".gitignore": "dist/\n", "app/a": "1", "app/dist/main.css": "2"})
	has(t, resolveIn(t, filepath.Join(r.dir, "app"), Options{Include: []string{"dist"}}), map[string]string{"a": "1", "dist/main.css": "2"})
	for _, name := range []string{"", ".", "..", "../x", "/etc/passwd", "a/../../b"} {
		refuses(t, r.dir, Options{Include: []string{name}}, "not a file or folder within the project", "static/dist")
	}
	refuses(t, r.dir, Options{Include: []string{"static"}}, "include names static, which is not there", "build it first")
	r.link("/etc", "app/dist/etc")
	refuses(t, r.dir, Options{Include: []string{"app/dist/etc/hostname"}}, "which is not there", "build it first")
	refuses(t, r.dir, Options{Include: []string{"app/dist"}}, "app/dist/etc is a symlink that leads out of what is pushed, to /etc", "make it a file")
}

func TestAFolderWithoutGit(t *testing.T) {
	newRepo(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "1")
	write(t, filepath.Join(dir, "b/c d"), "2")
	write(t, filepath.Join(dir, "b/x.pyc"), "3")
	write(t, filepath.Join(dir, ".gitignore"), "*.pyc\nsecret\n")
	write(t, filepath.Join(dir, "secret"), "4")
	untouched(t, dir)
	all := map[string]string{"a": "1", "b/c d": "2", ".gitignore": "*.pyc\nsecret\n"}
	for _, o := range []Options{{}, {Dirty: true}} {
		tr := resolveIn(t, dir, o)
		has(t, tr, all)
		if !tr.Dirty || tr.Commit != "" || tr.Format != "sha1" {
			t.Errorf("%+v", tr)
		}
	}
	all["secret"] = "4"
	has(t, resolveIn(t, dir, Options{Include: []string{"secret"}}), all)
	refuses(t, dir, Options{Ref: "main"}, "is no checkout of git's, so it has no main", "git init")
}

func TestABrokenRepositoryIsNoFolder(t *testing.T) {
	newRepo(t)
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "1")
	write(t, filepath.Join(dir, ".git/config"), "")
	refuses(t, dir, Options{}, ".git is no repository that git can read", "git status")
}

func TestASubfolder(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", "*.bat eol=crlf\nsite/docs export-ignore\n")
	r.write("site/a", "1")
	r.write("site/run.bat", "x\n")
	r.write("site/docs/d", "3")
	r.write("site/app/b", "2")
	r.write("elsewhere/c", "4")
	r.commit("one")
	r.write("elsewhere/c", "5")
	site := filepath.Join(r.dir, "site")
	tr := resolveIn(t, site, Options{})
	has(t, tr, map[string]string{"a": "1", "run.bat": "x\r\n", "app/b": "2"})
	if tr.Changed != nil {
		t.Errorf("%q differ", tr.Changed)
	}
	app := resolveIn(t, filepath.Join(site, "app"), Options{})
	if app.Hash != r.git("rev-parse", "HEAD:site/app") {
		t.Errorf("%s", app.Hash)
	}
	r.write("site/app/n", "6")
	has(t, resolveIn(t, site, Options{Dirty: true}), map[string]string{"a": "1", "run.bat": "x\r\n", "app/b": "2", "app/n": "6"})
	if tr := resolveIn(t, site, Options{}); !slices.Equal(tr.Changed, []string{"app/n"}) {
		t.Errorf("%q differ", tr.Changed)
	}
	r.write("fresh/x", "1")
	refuses(t, filepath.Join(r.dir, "fresh"), Options{}, "no file to push", "commit some")
}

func TestWorkTreesOfEachKind(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.write("b", "2")
	r.write("deep/c", "3")
	r.commit("one")
	linked := filepath.Join(t.TempDir(), "linked")
	r.git("worktree", "add", "-q", "-b", "linked", linked)
	write(t, filepath.Join(linked, "a"), "changed")
	has(t, resolveIn(t, linked, Options{Dirty: true}), map[string]string{"a": "changed", "b": "2", "deep/c": "3"})

	r.git("update-index", "--split-index")
	r.write("b", "changed")
	has(t, resolveIn(t, r.dir, Options{Dirty: true}), map[string]string{"a": "1", "b": "changed", "deep/c": "3"})

	r.git("checkout", "-q", "--", "b")
	r.git("sparse-checkout", "set", "--cone", "nothing")
	if isThere(filepath.Join(r.dir, "deep")) {
		t.Fatal("it is not sparse")
	}
	tr := resolveIn(t, r.dir, Options{Dirty: true})
	has(t, tr, map[string]string{"a": "1", "b": "2", "deep/c": "3"})
	if tr.Changed != nil {
		t.Errorf("%q differ", tr.Changed)
	}
}

func TestWhatCannotBeInAWorkTree(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	r.in(r.dir, "init", "-q", "inner")
	write(t, filepath.Join(r.dir, "inner/x"), "1")
	refuses(t, r.dir, Options{Dirty: true}, "inner/ is a repository of its own", "git submodule add")
	if err := os.RemoveAll(filepath.Join(r.dir, "inner")); err != nil {
		t.Fatal(err)
	}
	r.git("checkout", "-q", "-b", "other")
	r.write("a", "2")
	r.commit("two")
	r.git("checkout", "-q", "main")
	r.write("a", "3")
	r.commit("three")
	mergeFails(r)
	refuses(t, r.dir, Options{Dirty: true}, "a is in conflict", "resolve it")
}

// A file that was written in the very moment in which git wrote its index looks as it did.
func TestAFileChangedInTheSameMoment(t *testing.T) {
	r := newRepo(t)
	for range 4 {
		r.write("a", "1")
		r.commit("one")
		r.write("a", "2")
		has(t, resolveIn(t, r.dir, Options{Dirty: true}), map[string]string{"a": "2"})
	}
}

// mergeFails leaves a conflict.
func mergeFails(r *repo) {
	r.t.Helper()
	cmd := exec.Command("git", "merge", "-q", "other")
	cmd.Dir, cmd.Env = r.dir, r.env
	if out, err := cmd.CombinedOutput(); err == nil {
		r.t.Fatalf("no conflict: %s", out)
	}
}
