package release

import (
	"archive/tar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
)

// taken lays a tar of some entries by take.py in a folder, and returns that and what was said.
func taken(t *testing.T, cut int, entries ...tar.Header) (dir, said string) {
	t.Helper()
	var b strings.Builder
	w := tar.NewWriter(&b)
	for _, e := range entries {
		if e.Typeflag == 0 {
			e.Typeflag, e.Size = tar.TypeReg, int64(len("content"))
		}
		if err := w.WriteHeader(&e); err != nil {
			t.Fatal(err)
		}
		if e.Typeflag == tar.TypeReg {
			_, _ = w.Write([]byte("content"))
		}
	}
	_ = w.Close()
	text := b.String()
	if cut > 0 {
		text = text[:cut]
	}
	dir = t.TempDir()
	cmd := exec.Command(scratch.Program(t, "python3"), "-Ic", assets.Code("release/take.py"), dir, "/usr/bin/python3.11")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	if err == nil {
		return dir, ""
	}
	return dir, string(out)
}

func TestTake(t *testing.T) {
	file := func(name string) tar.Header { return tar.Header{Name: name, Mode: 0o644} }
	folder := func(name string) tar.Header { return tar.Header{Name: name, Mode: 0o777, Typeflag: tar.TypeDir} }
	link := func(name, to string) tar.Header {
		return tar.Header{Name: name, Linkname: to, Typeflag: tar.TypeSymlink}
	}
	second := func(name, of string) tar.Header {
		return tar.Header{Name: name, Linkname: of, Typeflag: tar.TypeLink}
	}
	for _, c := range []struct {
		what    string
		entries []tar.Header
		cut     int
		says    string
	}{
		{what: "what a virtualenv has", entries: []tar.Header{folder("./"), folder("./bin/"), {Name: "./bin/a", Mode: 0o6777}, link("./bin/python", "/usr/bin/python3.11"), link("./lib64", "bin"), link("./bin/b", "../bin/a"), second("./c", "./bin/a")}},
		{what: "a link to another's file", entries: []tar.Header{link("a", "/etc/shadow")}, says: "a link leads out of it: a to /etc/shadow"},
		{what: "a link that leads up", entries: []tar.Header{link("a", "../b")}, says: "a link leads out"},
		{what: "a link that leads up by another", entries: []tar.Header{link("a", "."), link("b", "a/../c")}, says: "a link leads out"},
		{what: "a second name of another's file", entries: []tar.Header{second("a", "/etc/shadow")}, says: "a second name of what is not there"},
		{what: "a second name by a link", entries: []tar.Header{link("a", "."), second("b", "a/c")}, says: "a second name of what is not there"},
		{what: "a second name of a link", entries: []tar.Header{link("a", "b"), second("c", "a")}, says: "a second name of what is not there"},
		{what: "a file through a link", entries: []tar.Header{link("a", "."), file("a/b")}, says: "a file in what is no folder: a/b"},
		{what: "a file beyond", entries: []tar.Header{file("../a")}, says: "an odd name"},
		{what: "a file elsewhere", entries: []tar.Header{file("/a")}, says: "an odd name"},
		{what: "a file twice", entries: []tar.Header{file("a"), file("a")}, says: "File exists"},
		{what: "a file over a link", entries: []tar.Header{link("a", "b"), file("a")}, says: "File exists"},
		{what: "a pipe", entries: []tar.Header{{Name: "a", Typeflag: tar.TypeFifo}}, says: "neither file, folder nor link"},
		{what: "a device", entries: []tar.Header{{Name: "a", Typeflag: tar.TypeChar}}, says: "neither file, folder nor link"},
		{what: "an end in a file", entries: []tar.Header{file("a"), file("b")}, cut: 515, says: "unexpected end of data"},
		{what: "an end between files", entries: []tar.Header{file("a"), file("b")}, cut: 1024, says: "it has no end"},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir, said := taken(t, c.cut, c.entries...)
			if c.says == "" && said != "" || !strings.Contains(said, c.says) {
				t.Fatalf("it says %q, want %q", said, c.says)
			}
			if c.says != "" {
				return
			}
			for name, mode := range map[string]os.FileMode{"bin": os.ModeDir | 0o755, "bin/a": 0o755, "c": 0o755, "lib64": os.ModeSymlink | 0o777} {
				if info, err := os.Lstat(filepath.Join(dir, name)); err != nil || info.Mode() != mode {
					t.Errorf("%s: %v, %v", name, info.Mode(), err)
				}
			}
		})
	}
}
