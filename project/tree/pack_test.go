package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// A host is a bare repository that packs are put into, as a server does it.
type host struct {
	*repo
}

func newHost(t testing.TB) host {
	h := host{newRepo(t)}
	h.dir = filepath.Join(t.TempDir(), "repo.git")
	h.in(filepath.Dir(h.dir), "init", "-q", "--bare", h.dir)
	return h
}

// get puts what the host lacks of a tree into it, and returns how many bytes came.
func (h host) get(tr *Tree, have ...string) int64 {
	h.t.Helper()
	pack, err := tr.Pack(h.t.Context(), have)
	if err != nil {
		h.t.Fatal(err)
	}
	counted := &counter{r: pack}
	cmd := exec.Command("git", "index-pack", "--fix-thin", "--stdin")
	cmd.Dir, cmd.Env, cmd.Stdin = h.dir, h.env, counted
	if out, err := cmd.CombinedOutput(); err != nil {
		h.t.Fatalf("%v: %s", err, out)
	}
	if _, err := io.Copy(io.Discard, counted); err != nil {
		h.t.Fatal(err)
	}
	if err := pack.Close(); err != nil {
		h.t.Fatal(err)
	}
	return counted.n
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// checkOut is what the host has of a tree: mode and content by name.
func (h host) checkOut(tree string) map[string]string {
	h.t.Helper()
	work := h.t.TempDir()
	h.in(h.dir, "--work-tree="+work, "read-tree", tree)
	h.in(h.dir, "--work-tree="+work, "checkout-index", "-a", "-f")
	return onDisk(h.t, work)
}

// onDisk is what a folder has, but for .git.
func onDisk(t testing.TB, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(name string, d os.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		rel, _ := filepath.Rel(dir, name)
		if d.Type()&os.ModeSymlink != 0 {
			all[rel], err = os.Readlink(name)
			return err
		}
		info, infoErr := d.Info()
		text, err := os.ReadFile(name)
		all[rel] = fmt.Sprint(info.Mode()&0o100, string(text))
		return errors.Join(err, infoErr)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// project writes a project of 200 files whose text is like no other's.
func (r *repo) project() {
	r.t.Helper()
	for i := range 200 {
		var text strings.Builder
		for j := range 40 {
			fmt.Fprintf(&text, "def view_%d_%d(request): return %x\n", i, j, (i*7919+j*104729)*2654435761)
		}
		r.write(fmt.Sprintf("app%d/folder/views_%d.py", i%9, i), text.String())
	}
	r.link("app1", "link")
}

// One line of 200 files costs a few bytes, and the host has what was pushed to the byte.
func TestAPackHasOnlyWhatIsLacking(t *testing.T) {
	r, h := newRepo(t), newHost(t)
	r.project()
	r.commit("one")
	before := resolveIn(t, r.dir, Options{})
	first := h.get(before)
	name := "app3/folder/views_3.py"
	text, err := os.ReadFile(filepath.Join(r.dir, name))
	if err != nil {
		t.Fatal(err)
	}
	r.write(name, strings.Replace(string(text), "view_3_20(request)", "view_3_20(request, pk)", 1))
	r.commit("two")
	untouched(t, r.dir)
	tr := resolveIn(t, r.dir, Options{})
	second := h.get(tr, strings.Repeat("0", 40), before.Hash, "not a hash", "-x", "\n")
	t.Logf("the first pack has %d bytes, that of one line %d", first, second)
	if second > 3<<10 || first < 20*second {
		t.Errorf("the first pack has %d bytes, that of one line %d", first, second)
	}
	if got, want := h.checkOut(tr.Hash), onDisk(t, r.dir); !maps.Equal(got, want) || len(got) != 201 {
		t.Errorf("%d files instead of %d, or other ones", len(got), len(want))
	}
	if same := h.get(tr, tr.Hash); same > 40 {
		t.Errorf("%d bytes for nothing", same)
	}
}

// A tree that only djship has made is made again from its commit, so that what changed is all that is sent.
func TestAPackAfterOneThatWasConverted(t *testing.T) {
	r, h := newRepo(t), newHost(t)
	r.project()
	r.write(".gitattributes", "app0/** export-ignore\n*_3.py eol=crlf\nid ident\nutf16 text working-tree-encoding=UTF-16LE\n")
	r.write("id", "$Id$\n")
	r.write("utf16", "a\x00\n\x00")
	write(t, filepath.Join(h.dir, "info/attributes"), HostAttributes)
	commit := r.commit("one")
	before, err := Resolve(t.Context(), r.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	h.get(before)
	if err := before.Close(); err != nil {
		t.Fatal(err)
	}
	r.write("app3/new", "1")
	r.commit("two")
	tr := resolveIn(t, r.dir, Options{})
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			if n := h.get(tr, before.Hash, commit); n > 3<<10 {
				t.Errorf("%d bytes", n)
			}
		})
	}
	all.Wait()
	got, want := h.checkOut(tr.Hash), files(t, tr)
	for name, text := range want {
		if name != "link" && got[name] != "----------"+text {
			t.Errorf("%s has %q on the host instead of %q", name, got[name], text)
		}
	}
	if len(got) != len(want) || want["utf16"] != "a\x00\n\x00" || !strings.Contains(want["app3/folder/views_3.py"], "\r\n") {
		t.Errorf("%d files instead of %d, or others", len(got), len(want))
	}
}

// A folder without git has no history to compare with, but what the host has is not sent again.
func TestAPackOfAFolder(t *testing.T) {
	r, h := newRepo(t), newHost(t)
	r.project()
	if err := os.RemoveAll(filepath.Join(r.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	before := resolveIn(t, r.dir, Options{})
	h.get(before)
	r.write("app3/new", "1")
	tr := resolveIn(t, r.dir, Options{})
	there := strings.Fields(h.in(h.dir, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)"))
	if n := h.get(tr, there...); n > 3<<10 {
		t.Errorf("%d bytes", n)
	}
	if got := h.checkOut(tr.Hash); !maps.Equal(got, onDisk(t, r.dir)) {
		t.Error("the host has something else")
	}
}

func TestAPackSaysWhyGitFailed(t *testing.T) {
	r := newRepo(t)
	r.write("a", "1")
	r.commit("one")
	tr := resolveIn(t, r.dir, Options{})
	blob := r.git("rev-parse", "HEAD:a")
	if err := os.Remove(filepath.Join(r.dir, ".git/objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	pack, err := tr.Pack(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = io.Copy(io.Discard, pack)
	if err == nil || !strings.Contains(err.Error(), "git pack-objects: ") || !strings.Contains(err.Error(), blob) {
		t.Errorf("%v", err)
	}
	if err := pack.Close(); err != nil {
		t.Error(err)
	}
}

// Who does not read on ends git by closing.
func TestAPackThatIsClosedEarly(t *testing.T) {
	r := newRepo(t)
	big := make([]byte, 3<<20)
	for i, x := 0, uint32(1); i < len(big); i++ {
		x = x*1664525 + 1013904223
		big[i] = byte(x >> 24)
	}
	r.write("big", string(big))
	r.commit("one")
	tr := resolveIn(t, r.dir, Options{})
	pack, err := tr.Pack(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(pack, make([]byte, 1000)); err != nil {
		t.Fatal(err)
	}
	if err := pack.Close(); err != nil {
		t.Error(err)
	}
	if n, err := pack.Read(make([]byte, 10)); err == nil || errors.Is(err, io.EOF) {
		t.Errorf("%d bytes, %v", n, err)
	}
}

func TestLastWordsAreBounded(t *testing.T) {
	w := &lastWords{}
	for range 1000 {
		if _, err := w.Write(bytes.Repeat([]byte("x\x1b"), 100)); err != nil {
			t.Fatal(err)
		}
	}
	if len(w.kept) > mostWords || len(w.String()) > 4100 || strings.Contains(w.String(), "\x1b") {
		t.Errorf("%d, %d", len(w.kept), len(w.String()))
	}
}

// Hashes of SHA-256 are the repository's own matter.
func TestSHA256(t *testing.T) {
	r := newRepo(t)
	if err := os.RemoveAll(filepath.Join(r.dir, ".git")); err != nil {
		t.Fatal(err)
	}
	r.git("init", "-q", "--object-format=sha256")
	r.git("config", "user.name", "Ann")
	r.git("config", "user.email", "ann@example.com")
	r.write("a", "1")
	r.commit("one")
	r.write("b", "2")
	tr := resolveIn(t, r.dir, Options{Dirty: true})
	has(t, tr, map[string]string{"a": "1", "b": "2"})
	if tr.Format != "sha256" || len(tr.Hash) != 64 {
		t.Errorf("%+v", tr)
	}
}
