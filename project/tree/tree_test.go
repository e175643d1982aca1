package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/runner/scratch"
)

// A repo is a repository of a test's, with a git that knows nothing of who runs the test.
type repo struct {
	t   testing.TB
	dir string
	env []string
}

func newRepo(t testing.TB) *repo {
	t.Helper()
	r := &repo{t: t, dir: filepath.Join(t.TempDir(), "site é \"x\"")}
	scratch.Program(t, "git")
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	r.env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_DATE=2026-01-02T03:04:05Z", "GIT_COMMITTER_DATE=2026-01-02T03:04:05Z")
	if err := os.Mkdir(r.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "-b", "main")
	r.git("config", "user.name", "Ann")
	r.git("config", "user.email", "ann@example.com")
	return r
}

func (r *repo) git(args ...string) string {
	r.t.Helper()
	return r.in(r.dir, args...)
}

func (r *repo) in(dir string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = dir, r.env
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, said.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (r *repo) write(name, text string) {
	r.t.Helper()
	write(r.t, filepath.Join(r.dir, name), text)
}

func write(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func (r *repo) link(to, name string) {
	r.t.Helper()
	full := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(full), 0o755), os.Symlink(to, full)); err != nil {
		r.t.Fatal(err)
	}
}

func (r *repo) commit(subject string) string {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", subject)
	return r.git("rev-parse", "HEAD")
}

// resolveIn resolves a folder, and closes the tree in the end.
func resolveIn(t testing.TB, dir string, o Options) *Tree {
	t.Helper()
	tr, err := Resolve(t.Context(), dir, o)
	if err != nil {
		t.Fatalf("%v (%s)", err, hint(err))
	}
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
		if isThere(tr.git.dir) {
			t.Errorf("%s is left", tr.git.dir)
		}
	})
	return tr
}

func hint(err error) string {
	var advises interface{ Hint() string }
	if errors.As(err, &advises) {
		return advises.Hint()
	}
	return ""
}

// refuses asserts an error and its hint, and that nothing temporary is left.
func refuses(t *testing.T, dir string, o Options, says, advises string) {
	t.Helper()
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	tr, err := Resolve(t.Context(), dir, o)
	if err == nil {
		_ = tr.Close()
		t.Fatalf("not refused: %v", files(t, tr))
	}
	if !strings.Contains(err.Error(), says) || !strings.Contains(hint(err), advises) {
		t.Errorf("says %q and advises %q, instead of %q and %q", err, hint(err), says, advises)
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// files are what is in a tree: mode and content by name.
func files(t testing.TB, tr *Tree) map[string]string {
	t.Helper()
	out, err := tr.git.run(tr.git.own(t.Context(), "", "", "ls-tree", "-r", "-z", tr.Hash), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names, marks, ids []string
	for _, record := range fields(out) {
		about, name, _ := strings.Cut(record, "\t")
		words := strings.Fields(about)
		names, ids, marks = append(names, name), append(ids, words[2]), append(marks, map[string]string{executable: "x:", symlink: "l:"}[words[0]])
	}
	texts, err := tr.git.contents(t.Context(), ids)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	for i, name := range names {
		all[name] = marks[i] + string(texts[i])
	}
	return all
}

func has(t testing.TB, tr *Tree, want map[string]string) {
	t.Helper()
	got := files(t, tr)
	if !maps.Equal(got, want) {
		t.Errorf("has %q\ninstead of %q", got, want)
	}
	sum := int64(0)
	for _, text := range got {
		if len(text) > 1 && text[1] == ':' {
			text = text[2:]
		}
		sum += int64(len(text))
	}
	if tr.Files != len(got) || tr.Bytes != sum {
		t.Errorf("%d files with %d bytes are told as %d with %d", len(got), sum, tr.Files, tr.Bytes)
	}
}

// state is all that is in a folder: content, mode and time by name.
func state(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := []byte{}
		if info.Mode().IsRegular() {
			if text, err = os.ReadFile(name); err != nil {
				return err
			}
		}
		all[name] = fmt.Sprint(info.Mode(), info.ModTime().UnixNano(), string(text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// untouched asserts that a folder is as it was once the test is over.
func untouched(t *testing.T, dir string) {
	t.Helper()
	before := state(t, dir)
	t.Cleanup(func() {
		after := state(t, dir)
		for name := range after {
			if before[name] != after[name] {
				t.Errorf("%s was touched", name)
			}
		}
		if len(before) != len(after) {
			t.Errorf("%d names were %d", len(after), len(before))
		}
	})
}

func TestACommitIsItsTree(t *testing.T) {
	r := newRepo(t)
	r.write("manage.py", "#!python\n")
	if err := os.Chmod(filepath.Join(r.dir, "manage.py"), 0o755); err != nil {
		t.Fatal(err)
	}
	r.write("a folder/naïve – файл.txt", "1\n")
	r.write("new\nline", "2\n")
	r.write(`back\slash`, "3\n")
	r.write("latin-\xe9", "8")
	r.write(`"quoted"`, "3\n")
	r.write("case", "4")
	r.write("CASE", "5")
	r.write("crlf.txt", "6\r\n")
	r.link("a folder/naïve – файл.txt", "good link")
	r.link("../manage.py", "a folder/up")
	r.link("nowhere/yet", "dangling")
	first := r.commit("First \x1b[31m thing\u202e")
	r.git("tag", "-a", "-m", "x", "v1")
	r.git("branch", "other")
	r.write("more", "7")
	second := r.commit("Second")
	untouched(t, r.dir)

	tr := resolveIn(t, r.dir, Options{})
	if want := r.git("rev-parse", "HEAD^{tree}"); tr.Hash != want || tr.Commit != second || tr.Format != "sha1" || tr.Subject != "Second" || tr.Dirty || tr.Changed != nil {
		t.Errorf("%+v", tr)
	}
	if want := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC); !tr.Date.Equal(want) {
		t.Errorf("%v", tr.Date)
	}
	has(t, tr, map[string]string{"manage.py": "x:#!python\n", "a folder/naïve – файл.txt": "1\n", "new\nline": "2\n", `back\slash`: "3\n", "latin-\xe9": "8", `"quoted"`: "3\n", "case": "4", "CASE": "5",
		"crlf.txt": "6\r\n", "good link": "l:a folder/naïve – файл.txt", "a folder/up": "l:../manage.py", "dangling": "l:nowhere/yet", "more": "7"})
	for _, ref := range []string{"v1", "other", first, first[:8], "HEAD~1", "refs/heads/other"} {
		tr := resolveIn(t, r.dir, Options{Ref: ref})
		if tr.Hash != r.git("rev-parse", first+"^{tree}") || tr.Commit != first || !slices.Equal(tr.Changed, []string{"more"}) {
			t.Errorf("%s: %+v", ref, tr)
		}
		if tr.Subject != "First �[31m thing�" {
			t.Errorf("%q", tr.Subject)
		}
	}
}

func TestNoSuchCommit(t *testing.T) {
	r := newRepo(t)
	refuses(t, r.dir, Options{}, "there is no commit yet", "--dirty")
	r.write("a", "1")
	r.commit("one")
	r.git("branch", "staging")
	refuses(t, r.dir, Options{Ref: "stagign"}, "no commit, branch or tag stagign here", "did you mean staging?")
	refuses(t, r.dir, Options{Ref: "--output=x"}, "--output=x is no commit, branch or tag", "git log")
	refuses(t, r.dir, Options{Ref: "0123456"}, "no commit, branch or tag 0123456", "git fetch")
	refuses(t, r.dir, Options{Ref: "HEAD", Dirty: true}, "takes no --ref", "leave one")
	refuses(t, filepath.Join(r.dir, "a"), Options{}, "is no folder", "--dir")
	refuses(t, filepath.Join(r.dir, "absent"), Options{}, "can't be read", "--dir")
	refuses(t, filepath.Join(r.dir, ".git"), Options{}, "is no work tree", "push from a checkout")
	r.git("rm", "-q", "a")
	r.commit("empty")
	refuses(t, r.dir, Options{}, "no file to push", "commit some")
}

// djship may be started by a hook of git's, or where people have set variables of git's.
func TestTheEnvironmentsWordsForGitAreDropped(t *testing.T) {
	r, other := newRepo(t), newRepo(t)
	r.write("a", "1")
	r.commit("one")
	other.write("b", "2")
	other.commit("two")
	for name, value := range map[string]string{"GIT_DIR": other.dir + "/.git", "GIT_WORK_TREE": other.dir, "GIT_INDEX_FILE": other.dir + "/.git/index", "GIT_OBJECT_DIRECTORY": other.dir + "/.git/objects",
		"GIT_NAMESPACE": "x", "GIT_CONFIG_PARAMETERS": "'core.bare=true'", "GIT_TRACE": filepath.Join(t.TempDir(), "trace"), "GIT_PREFIX": "x/"} {
		t.Setenv(name, value)
	}
	for _, o := range []Options{{}, {Dirty: true}} {
		has(t, resolveIn(t, r.dir, o), map[string]string{"a": "1"})
	}
}

func TestTemporaryFilesAreElsewhere(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	t.Setenv("TMPDIR", r.dir)
	_, err := Resolve(t.Context(), r.dir, Options{Dirty: true})
	if err == nil || !strings.Contains(err.Error(), "temporary files would lie in what is pushed") || !strings.Contains(hint(err), "TMPDIR") {
		t.Errorf("%v", err)
	}
}

func TestGitIsMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	refuses(t, t.TempDir(), Options{}, "git was not found", "apt install git")
}

func TestCancelled(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Resolve(ctx, r.dir, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	tr := resolveIn(t, r.dir, Options{})
	ctx, cancel = context.WithCancel(t.Context())
	pack, err := tr.Pack(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.Copy(io.Discard, pack); err != nil && !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if err := pack.Close(); err != nil {
		t.Error(err)
	}
}
