package project

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Where there is no project, or not one alone, it is said what to do.
func TestNoProject(t *testing.T) {
	for name, tt := range map[string]struct {
		files      map[string]string
		what, hint string
	}{
		"nothing":      {map[string]string{"README.md": ""}, "there is no manage.py in DIR, nor in a folder below", "go into the folder of a Django project, or name it: --dir DIR; `django-admin startproject` makes a new one"},
		"a slip":       {map[string]string{"mange.py": ""}, "there is no manage.py in DIR, nor in a folder below", `is "mange.py" your manage.py? Call it that`},
		"several":      {map[string]string{"a/manage.py": "", "b/manage.py": ""}, "several folders have a manage.py: a, b", `write into djship.toml which it is: root = "a"; or name the folder itself: --dir DIR/a`},
		"virtualenv":   {map[string]string{"env/pyvenv.cfg": "", "env/manage.py": ""}, "there is no manage.py in DIR, nor in a folder below", "go into the folder of a Django project, or name it: --dir DIR; `django-admin startproject` makes a new one"},
		"node_modules": {map[string]string{"node_modules/manage.py": "", ".tox/manage.py": ""}, "there is no manage.py in DIR, nor in a folder below", "go into the folder of a Django project, or name it: --dir DIR; `django-admin startproject` makes a new one"},
	} {
		dir := folderOf(t, tt.files)
		_, err := Read(dir, fits)
		if err == nil {
			t.Errorf("%s: taken for a project", name)
			continue
		}
		hint := problemsOf(err)[0].Hint()
		if what := strings.ReplaceAll(err.Error(), dir, "DIR"); what != tt.what || strings.ReplaceAll(hint, dir, "DIR") != tt.hint {
			t.Errorf("%s: %s | %s", name, what, hint)
		}
	}
	for name, files := range map[string]map[string]string{
		"two levels down": {"src/web/manage.py": manage},
		"one of many":     {"web/manage.py": manage, "web/old/manage.py": ""},
		"as said":         {"a/manage.py": "", "b/manage.py": manage, OwnFile: "root = 'b/'"},
	} {
		if _, err := Read(folderOf(t, files), fits); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := Read(filepath.Join(t.TempDir(), "no\x1bwhere"), fits); err == nil || !strings.HasSuffix(err.Error(), "no?where: can't be looked into: no such file or directory") {
		t.Error(err)
	}
}

// A folder of very many is looked at in bounds, and says so.
func TestManyFolders(t *testing.T) {
	dir := folderOf(t, map[string]string{manageFile: manage})
	for i := range mostReads + 50 {
		if err := os.MkdirAll(filepath.Join(dir, fmt.Sprintf("d%d", i)), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f, err := openFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	l := &looker{f: f, s: &Settings{}, p: &Project{}, root: "."}
	l.serving("wsgi", "")
	if f.reads < mostReads || len(f.passed) != 1 || f.passed[0] != "what is left is beyond 500 files, and was not read" {
		t.Errorf("%d reads, %q", f.reads, f.passed)
	}
}

// What the project says in part is told to be in part.
func TestHalfSaid(t *testing.T) {
	p, err := Read(folderOf(t, map[string]string{"web/manage.py": manage, "web/uv.lock": "", "web/requirements.txt": "django", OwnFile: "requirements = {groups = ['prod']}",
		"web/pyproject.toml": "[tool.djship]\nproject = 'x'\n"}), fits)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`! web/pyproject.toml:1: this is not read: settings of djship's are in the project's own folder | move it into djship.toml there | false`,
		`! djship.toml:1: there are web/uv.lock and web/requirements.txt, and no path says which | path = "web/uv.lock" beside groups and extras | true`,
	} {
		if !strings.Contains(told(p), want+"\n") {
			t.Errorf("no %s in\n%s", want, told(p))
		}
	}
}

func TestAllows(t *testing.T) {
	for spec, want := range map[string]string{
		">=3.11": "no yes yes", ">=3.11,<3.13": "no yes no", "^3.12": "no no yes", "~=3.11": "no yes yes", "==3.11.*": "no yes no", ">=3.8, <4": "yes yes yes",
		"3.11": "no yes no", "*": "? ? ?", ">3.11": "no no yes", "!=3.11.2": "yes yes yes", "<=3.11": "yes yes no", "": "? ? ?", "^3": "yes yes yes",
	} {
		var got []string
		for _, minor := range []string{"3.10", "3.11", "3.13"} {
			ok, known := allows(spec, minor)
			got = append(got, map[[2]bool]string{{true, true}: "yes", {false, true}: "no", {false, false}: "?"}[[2]bool{ok, known}])
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %s", spec, got, want)
		}
	}
}

func TestFitName(t *testing.T) {
	for in, want := range map[string]string{"News-Room": "news_room", "3d_shop": "d_shop", "größe": "gr__e", "shop": "shop", "---": "", strings.Repeat("a", 40): strings.Repeat("a", 32)} {
		if got := fitName(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
