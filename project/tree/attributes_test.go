package tree

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestAttributesAreObeyed(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", strings.Join([]string{"*.bat eol=crlf", "*.txt text", "/tests export-ignore", "docs/ export-ignore", "*.secret export-ignore", "id ident",
		"version.py export-subst", "utf16 text working-tree-encoding=UTF-16LE", "raw.bat -text", `"na\"me" export-subst`, "*.png binary"}, "\n")+"\n")
	r.write("run.bat", "a\nb\n")
	r.write("raw.bat", "a\nb\n")
	r.write("note.txt", "a\r\nb\r\n")
	r.write("tests/deep/x", "1")
	r.write("app/tests/x", "2")
	r.write("app/docs/x", "3")
	r.write("app/key.secret", "4")
	r.write("id", "$Id$\n")
	r.write("version.py", "v = '$Format:%H %s$'\nd = '$Format:%D$'\n")
	r.write(`na"me`, "$Format:%an$")
	r.write("utf16", "a\x00\n\x00")
	r.write("image.png", "a\r\n$Id$")
	commit := r.commit("Sub")
	r.git("tag", "v2")
	untouched(t, r.dir)

	got := files(t, resolveIn(t, r.dir, Options{}))
	delete(got, attributesFile)
	want := map[string]string{"run.bat": "a\r\nb\r\n", "raw.bat": "a\nb\n", "note.txt": "a\nb\n", "app/tests/x": "2", "id": "$Id: " + r.git("rev-parse", "HEAD:id") + " $\n",
		"version.py": "v = '" + commit + " Sub'\nd = 'tag: v2'\n", `na"me`: "Ann", "utf16": "a\x00\n\x00", "image.png": "a\r\n$Id$"}
	for name, text := range want {
		if got[name] != text {
			t.Errorf("%s has %q instead of %q", name, got[name], text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%q", got)
	}
	dirty := files(t, resolveIn(t, r.dir, Options{Dirty: true}))
	if dirty["version.py"] != "v = '$Format:%H %s$'\nd = '$Format:%D$'\n" || dirty["run.bat"] != "a\r\nb\r\n" || dirty["utf16"] != "a\x00\n\x00" || len(dirty) != len(got)+1 {
		t.Errorf("%q", dirty)
	}
}

// The tree has the bytes of git's own checkout and archive.
func TestBytesAreThoseOfGitArchive(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", "* text=auto eol=crlf\n*.sh eol=lf\nsub/** -text\nx/skip export-ignore\n")
	for i := range 700 {
		r.write(fmt.Sprintf("folder with a long name %d/file number %d.py", i%7, i), fmt.Sprintf("line\nline %d\n", i))
	}
	r.write("x/skip/y", "1\n")
	r.write("run.sh", "1\n2\n")
	r.write("sub/a", "1\n2\n")
	r.write("binary", "1\n\x00\n")
	r.commit("one")
	tr := resolveIn(t, r.dir, Options{})
	out, err := tr.git.run(tr.git.own(t.Context(), "", "", "-c", "core.attributesFile=", "archive", "--format=tar", tr.Commit), nil)
	if err != nil {
		t.Fatal(err)
	}
	want := untar(t, out)
	if got := files(t, tr); len(got) != len(want) || len(got) != 704 {
		t.Errorf("%d files instead of %d", len(got), len(want))
	}
	has(t, tr, want)
	if _, is := want["x/skip/y"]; is || want["run.sh"] != "1\n2\n" || want["binary"] != "1\n\x00\n" || !strings.HasSuffix(want["folder with a long name 3/file number 3.py"], "3\r\n") {
		t.Errorf("git archive has other ideas")
	}
}

// Attributes that are not in the tree belong to one person's checkout.
func TestAttributesOutsideOfTheTreeDoNotCount(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", "*.py text\n")
	r.write("a.py", "1\n")
	r.commit("one")
	write(t, filepath.Join(r.dir, ".git/info/attributes"), "a.py export-ignore\n* eol=crlf\n")
	r.git("config", "core.autocrlf", "true")
	r.git("config", "core.eol", "crlf")
	if tr := resolveIn(t, r.dir, Options{}); tr.Hash != r.git("rev-parse", "HEAD^{tree}") {
		t.Errorf("%q", files(t, tr))
	}
}

// Who has CRLF in a checkout because git made it so does not push it.
func TestLineEndsOfAWorkTree(t *testing.T) {
	r := newRepo(t)
	r.git("config", "core.autocrlf", "true")
	r.write("a.py", "1\r\n2\r\n")
	r.commit("one")
	r.write("a.py", "1\r\n3\r\n")
	has(t, resolveIn(t, r.dir, Options{Dirty: true}), map[string]string{"a.py": "1\n3\n"})
	r.git("config", "core.autocrlf", "false")
	has(t, resolveIn(t, r.dir, Options{Dirty: true}), map[string]string{"a.py": "1\r\n3\r\n"})
}

func TestOtherFiltersAreTold(t *testing.T) {
	r := newRepo(t)
	r.write(".gitattributes", "secret filter=git-crypt\n")
	r.write("secret", "1")
	r.commit("one")
	if tr := resolveIn(t, r.dir, Options{}); !slices.Equal(tr.Filters, []string{"secret"}) {
		t.Errorf("%q", tr.Filters)
	}
}

// untar is what an archive has, as files has it.
func untar(t *testing.T, archive []byte) map[string]string {
	t.Helper()
	all := map[string]string{}
	from := tar.NewReader(bytes.NewReader(archive))
	for {
		head, err := from.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		text, readErr := io.ReadAll(from)
		if err != nil || readErr != nil {
			t.Fatal(err, readErr)
		}
		if head.Typeflag == tar.TypeReg {
			all[head.Name] = string(text)
		}
	}
}
