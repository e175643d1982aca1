package release

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/shell"
)

// staticTaken is what root takes of what a site's account says, beside files of a release before, and what was said.
func staticTaken(t *testing.T, text string, before map[string]string) (string, string) {
	t.Helper()
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "before"), before)
	command := exec.Command("sh", "-c", assets.Text("shell/statictaken.sh")+`take_static "$1" "$2"`, "sh", filepath.Join(dir, "into"), filepath.Join(dir, "before"))
	command.Stdin = strings.NewReader(text)
	out, err := command.CombinedOutput()
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return filepath.Join(dir, "into"), string(out)
}

// staticHanded is what an account hands over of files, where a release before had others.
func staticHanded(t *testing.T, files, before map[string]string, more func(dir string)) string {
	t.Helper()
	dir := t.TempDir()
	lay(t, filepath.Join(dir, "gathered"), files)
	lay(t, filepath.Join(dir, "before"), before)
	if more != nil {
		more(filepath.Join(dir, "gathered"))
	}
	out, err := exec.Command("sh", "-c", "as() { shift; \"$@\"; }\nsite=example\n"+assets.Text("shell/statictaken.sh")+`hand_static "$1" "$2"`, "sh", filepath.Join(dir, "gathered"), filepath.Join(dir, "before")).Output()
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
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

func file(name, content string) string {
	return fmt.Sprintf("+%d %s\x00%s", len(content), name, content)
}

func TestStaticFilesAreTaken(t *testing.T) {
	before := map[string]string{"css/site.css": "old", "js/app.js": "same", "gone.css": "x", "läden.css": "shops"}
	said := staticHanded(t, map[string]string{"css/site.css": "new", "js/app.js": "same", "läden.css": "sheps", "new.css": strings.Repeat("n", 3<<20)}, before, nil)
	if strings.Contains(said, "+4 js/app.js") || !strings.Contains(said, "=0 js/app.js\x00") {
		t.Errorf("what the release before has is sent again: %.200q", said)
	}
	into, told := staticTaken(t, said, before)
	if want := "css/site.css new, js/app.js same, läden.css sheps, new.css " + strings.Repeat("n", 3<<20); told != "4 static files\n" || filesIn(t, into) != want {
		t.Errorf("%s: %.200s", told, filesIn(t, into))
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

// Where root takes no more, what is handed over ends, however much there is: what runs as root ignores broken pipes.
func TestHandingOverEnds(t *testing.T) {
	dir := t.TempDir()
	lay(t, dir, map[string]string{"site.css": "x"})
	if err := os.Truncate(filepath.Join(dir, "site.css"), 1<<42); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("timeout", "20", "sh", "-c", "trap '' PIPE\nas() { shift; \"$@\"; }\nsite=example\n"+assets.Text("shell/statictaken.sh")+`hand_static "$1" "" | head -c 10`, "sh", dir).Output()
	if err != nil || string(out) != "+439804651" {
		t.Errorf("%v: %q", err, out)
	}
}

// What an account has gathered that is no file, or a second name of one, is told of, and read by nobody.
func TestStaticFilesAreFiles(t *testing.T) {
	said := staticHanded(t, map[string]string{"a": "x"}, map[string]string{"link": "same"}, func(dir string) {
		if err := errors.Join(os.Symlink("/etc/passwd", filepath.Join(dir, "link")), exec.Command("mkfifo", filepath.Join(dir, "pipe")).Run(), os.Link(filepath.Join(dir, "a"), filepath.Join(dir, "b"))); err != nil {
			t.Fatal(err)
		}
	})
	for _, name := range []string{"link", "pipe"} {
		if !strings.Contains(said, "!0 "+name+"\x00") {
			t.Errorf("%s: %q", name, said)
		}
	}
	if strings.Contains(said, "!0 a\x00") == strings.Contains(said, "!0 b\x00") {
		t.Errorf("one of two names is another's: %q", said)
	}
	if _, told := staticTaken(t, said, nil); !strings.Contains(told, " is a link or no file") {
		t.Error(told)
	}
}

// What a site's account gives is data: nothing but files and folders is taken, and nothing of it leads out of the folder.
func TestStaticFilesAreOnlyData(t *testing.T) {
	for name, c := range map[string]struct{ record, says string }{
		"a link":                      {"!0 a\x00", "a is a link or no file"},
		"an absolute path":            {file("/etc/a", "x"), "a name that is none"},
		"a way out":                   {file("a/../../b", "x"), "a name that is none"},
		"a way out to an older one":   {"=0 ../../old\x00", "a name that is none"},
		"a name for terminals":        {file("a\x1b[2J", "x"), "a name that is none"},
		"a name of other controls":    {file("a\u202eb", "x"), "a name that is none"},
		"a name that is no text":      {file("a\xff", "x"), "a name that is none"},
		"the folder as a file":        {file(".", "x"), " is a link or no file"},
		"the same twice":              {file("first", "x"), "File exists"},
		"a file as a folder":          {file("first/a", "x"), "exists"},
		"a very long name":            {file(strings.Repeat("a", 1200), "x"), "a name that is none"},
		"an endless name":             {strings.Repeat("a", 1<<20), "a name that is none"},
		"too much":                    {"+99999999999 a\x00x", "too much"},
		"a file without end":          {"+4398046511104 a\x00x", "a has 4194304 MiB: too much"},
		"an end in a file":            {"+9 a\x00x", "they have no end"},
		"an end without a word":       {"", "they have no end"},
		"another kind":                {"?0 a\x00", "they come in no order"},
		"an older one that is none":   {"=0 none\x00", "they come in no order"},
		"an older one that is a link": {"=0 link\x00", "they come in no order"},
	} {
		t.Run(name, func(t *testing.T) {
			end := ".\x00"
			if strings.HasPrefix(name, "an end") {
				end = ""
			}
			into, said := staticTaken(t, file("first", "x")+c.record+end, nil)
			if !strings.Contains(said, c.says) || strings.Contains(said, "\x1b") {
				t.Errorf("%s", said)
			}
			want := "first x"
			if name == "an end in a file" {
				want = "a x, first x" // of a folder that nobody uses
			}
			if got := filesIn(t, into); got != want {
				t.Errorf("it has %s", got)
			}
			if got := filesIn(t, filepath.Dir(into)); strings.Contains(got, "b x") {
				t.Errorf("it has led out: %s", got)
			}
		})
	}
}

// Where the disk that nginx serves from has no room for a file, that is said, and no part of it is there.
func TestStaticUnionOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	served := filepath.Join(dir, "served")
	if err := os.Mkdir(served, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8k", "none", served).CombinedOutput(); err != nil {
		t.Skipf("a disk can't be made here: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", served).Run() })
	lay(t, dir, map[string]string{"static/1/site.css": "one"})
	lay(t, served, map[string]string{"else": strings.Repeat("x", 8192)})
	out, err := exec.Command("sh", "-ec", shell.Set("root", dir, "served", served)+assets.Text("shell/static_union.sh")+"join_static 1 keep").CombinedOutput()
	if err == nil || !strings.Contains(string(out), "a static file can not be put where nginx serves it: No space left on device") {
		t.Errorf("%v: %s", err, out)
	}
	if left, err := os.ReadDir(served); err != nil || len(left) != 1 {
		t.Errorf("it has left %v, %v", left, err)
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
