package release

import (
	"archive/tar"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/shell"
)

// staticTaken is what root takes of a tar that a site's account gives, beside files of a release before, and what was said.
func staticTaken(t *testing.T, entries []tar.Header, before map[string]string) (string, string) {
	t.Helper()
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "before"), before)
	program := filepath.Join(dir, "take_static.py")
	lay(t, dir, map[string]string{"take_static.py": assets.Text("release/take_static.py")})
	var text strings.Builder
	w := tar.NewWriter(&text)
	for _, h := range entries {
		content := h.Linkname
		if h.Typeflag == tar.TypeReg {
			h.Linkname, h.Size = "", int64(len(content))
		}
		h.Mode = 0o4777
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if h.Typeflag == tar.TypeReg {
			if _, err := w.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("python3", "-I", program, filepath.Join(dir, "into"), filepath.Join(dir, "before"))
	command.Stdin = strings.NewReader(text.String())
	out, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return filepath.Join(dir, "into"), string(out)
}

// lay puts files into a folder, by their paths.
func lay(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for path, content := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// filesIn is what files there are below a folder: "PATH CONTENT" each.
func filesIn(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		inside, _ := filepath.Rel(dir, path)
		all = append(all, inside+" "+string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

func file(name, content string) tar.Header {
	return tar.Header{Typeflag: tar.TypeReg, Name: name, Linkname: content}
}

func TestStaticFilesAreTaken(t *testing.T) {
	into, said := staticTaken(t, []tar.Header{{Typeflag: tar.TypeDir, Name: "./"}, file("./css/site.css", "new"), file("./js/app.js", "same"), {Typeflag: tar.TypeDir, Name: "./empty"}},
		map[string]string{"css/site.css": "old", "js/app.js": "same", "gone.css": "x"})
	if said != "2 static files\n" || filesIn(t, into) != "css/site.css new, js/app.js same" {
		t.Errorf("%s: %s", said, filesIn(t, into))
	}
	info, err := os.Stat(filepath.Join(into, "css/site.css"))
	if err != nil || info.Mode() != 0o644 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	one, _ := os.Stat(filepath.Join(into, "js/app.js"))
	two, _ := os.Stat(filepath.Join(filepath.Dir(into), "before/js/app.js"))
	if !os.SameFile(one, two) {
		t.Error("what has not changed is another file")
	}
}

// What a site's account gives is data: nothing but files and folders is taken, and nothing of it leads out of the folder.
func TestStaticFilesAreOnlyData(t *testing.T) {
	for name, c := range map[string]struct {
		entry tar.Header
		says  string
	}{
		"a link":               {tar.Header{Typeflag: tar.TypeSymlink, Name: "a", Linkname: "/etc/shadow"}, "a is a link or no file"},
		"a hard link":          {tar.Header{Typeflag: tar.TypeLink, Name: "a", Linkname: "/etc/shadow"}, "a is a link or no file"},
		"a device":             {tar.Header{Typeflag: tar.TypeBlock, Name: "a"}, "a is a link or no file"},
		"a pipe":               {tar.Header{Typeflag: tar.TypeFifo, Name: "a"}, "a is a link or no file"},
		"an absolute path":     {file("/etc/a", "x"), "a name that is none"},
		"a way out":            {file("a/../../b", "x"), "a name that is none"},
		"a name for terminals": {file("a\x1b[2J", "x"), "a name that is none"},
		"the folder as a file": {file(".", "x"), " is a link or no file"},
		"the same twice":       {file("first", "x"), "File exists"},
		"a file as a folder":   {file("first/a", "x"), "exists"},
		"a very long name":     {file(strings.Repeat("a", 1200), "x"), "a name that is none"},
	} {
		t.Run(name, func(t *testing.T) {
			into, said := staticTaken(t, []tar.Header{file("first", "x"), c.entry}, nil)
			if !strings.Contains(said, c.says) || strings.Contains(said, "Traceback") || strings.Contains(said, "\x1b") {
				t.Errorf("%s", said)
			}
			if got := filesIn(t, into); got != "first x" {
				t.Errorf("it has %s", got)
			}
			if got := filesIn(t, filepath.Dir(into)); strings.Contains(got, "b x") {
				t.Errorf("it has led out: %s", got)
			}
		})
	}
}

// What nginx serves has the names of all releases, and under one that several have what the live one has; what no release has any
// more is taken away.
func TestStaticUnion(t *testing.T) {
	dir := t.TempDir()
	served := filepath.Join(dir, "served")
	if err := os.Mkdir(served, 0o755); err != nil {
		t.Fatal(err)
	}
	run := func(command string) {
		t.Helper()
		out, err := exec.Command("sh", "-ec", shell.Set("root", dir, "served", served)+assets.Text("shell/static_union.sh")+command).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	want := func(when, files string) {
		t.Helper()
		if got := filesIn(t, served); got != files {
			t.Errorf("%s: %s, want %s", when, got, files)
		}
	}
	lay(t, dir, map[string]string{"static/1/site.css": "one", "static/1/a.111.css": "1", "static/1/icons": "a file", "static/1/old/x": "x"})
	lay(t, dir, map[string]string{"static/2/site.css": "two", "static/2/a.222.css": "2", "static/2/icons/b": "in a folder", "static/2/old": "now a file"})
	run("join_static 1 replace")
	want("one release", "a.111.css 1, icons a file, old/x x, site.css one")
	run("join_static 2 keep")
	want("another that is made ready", "a.111.css 1, a.222.css 2, icons a file, old/x x, site.css one")
	run("join_static 2 replace")
	want("switched to", "a.111.css 1, a.222.css 2, icons/b in a folder, old now a file, site.css two")
	run("join_static 1 replace\njoin_static 3 replace\ntidy_static")
	want("the way back", "a.111.css 1, a.222.css 2, icons a file, old/x x, site.css one")
	if err := os.RemoveAll(filepath.Join(dir, "static/1")); err != nil {
		t.Fatal(err)
	}
	run("tidy_static")
	want("without the first", "a.222.css 2, site.css two")
	if _, err := os.Stat(filepath.Join(served, "old")); err == nil {
		t.Error("an empty folder is left")
	}
}
