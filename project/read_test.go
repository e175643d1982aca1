package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
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

// What runs beside gunicorn is what the project says, then what its Procfile does; what was only guessed does not.
func TestProcesses(t *testing.T) {
	const manage = "#!/usr/bin/env python\nimport os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n"
	base := map[string]string{"manage.py": manage, "shop/__init__.py": "", "shop/settings.py": "ROOT_URLCONF = 'x'\n", "shop/celery.py": "", "requirements.txt": "Django\ncelery\n"}
	for name, c := range map[string]struct {
		files map[string]string
		want  []Process
	}{
		"guessed": {nil, nil},
		"Procfile": {map[string]string{"Procfile": "web: gunicorn x\nrelease: x\nworker: celery -A shop worker\nbeat: celery -A shop beat\nrun: x\n-x: y\n"},
			[]Process{{"beat", "celery -A shop beat", true}, {"worker", "celery -A shop worker", false}}},
		"said": {map[string]string{"Procfile": "worker: celery -A shop worker\n", "djship.toml": "[processes]\nworker = 'celery -A shop worker -c 2'\nclock = { command = 'python clock.py', single = true }\nweb = 'x'\n"},
			[]Process{{"clock", "python clock.py", true}, {"worker", "celery -A shop worker -c 2", false}}},
	} {
		dir := t.TempDir()
		for _, files := range []map[string]string{base, c.files} {
			for path, text := range files {
				path = filepath.Join(dir, path)
				if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
					t.Fatal(err)
				}
			}
		}
		p, err := Read(dir, func(string) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, p.Processes(), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
