//go:build linux

package integration

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
)

// A poetry.lock of the corpus, as other tools would have locked the same.
var (
	lockedName  = regexp.MustCompile(`(?m)^name = "([\w.-]+)"\nversion = "([\w.]+)"`)
	lockedHash  = regexp.MustCompile(`hash = "(sha256:[0-9a-f]+)"`)
	lockedTable = regexp.MustCompile(`(?m)^\[package\.[^\n]*\n(?:[^\[\n][^\n]*\n)*|^\[(?:metadata|extras)\]\n(?:[^\[\n][^\n]*\n)*`)
)

func asPipfileLock(t *testing.T, poetry string) string {
	t.Helper()
	type entry struct {
		Hashes  []string `json:"hashes"`
		Version string   `json:"version"`
	}
	locked := map[string]entry{}
	for _, p := range strings.Split(poetry, "[[package]]")[1:] {
		name, one := lockedName.FindStringSubmatch(p), entry{}
		for _, hash := range lockedHash.FindAllStringSubmatch(p, -1) {
			one.Hashes = append(one.Hashes, hash[1])
		}
		one.Version = "==" + name[2]
		locked[name[1]] = one
	}
	text, err := json.Marshal(map[string]any{"_meta": map[string]any{"sources": []map[string]string{{"name": "pypi", "url": "https://pypi.org/simple"}}}, "default": locked, "develop": map[string]entry{}})
	must(t, err)
	return string(text)
}

// Packages come by whichever file names them, in the versions that it has; what outlives releases does.
func TestPackagesByEachManager(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	poetry, err := os.ReadFile(projects + "/poetrylock/poetry.lock")
	must(t, err)
	const standard = "[project]\nname = 'shop'\nversion = '1'\ndependencies = ['django~=4.2']\n[project.optional-dependencies]\npasswords = ['argon2-cffi']\n"
	for _, row := range []struct {
		what  string
		files map[string]string
		has   []string // of what is installed then
		says  []string
	}{
		{"PDM", map[string]string{"requirements.txt": "", "pyproject.toml": standard, "pdm.lock": lockedTable.ReplaceAllString(string(poetry), "")}, []string{"django-4.2.30.dist-info", "asgiref-3.11.1.dist-info"},
			[]string{"setting DEBUG is False (Django), right", "setting SECRET_KEY is one that is not shown (", "setting DATABASES is default: postgresql example@localhost", "setting STATIC_ROOT is /webapps/.sites/example/static/"}},
		{"Pipenv", map[string]string{"pyproject.toml": "", "pdm.lock": "", "Pipfile": "[packages]\ndjango = '*'\n", "Pipfile.lock": asPipfileLock(t, string(poetry))}, []string{"django-4.2.30.dist-info", "dj_database_url-2.3.0.dist-info"}, nil},
		{"pyproject.toml alone, with an extra", map[string]string{"Pipfile": "", "Pipfile.lock": "", "pyproject.toml": standard, "djship.toml": "requirements = { extras = ['passwords'] }\n"}, []string{"argon2_cffi-"}, []string{"no lock file"}},
		{"setup.py alone", map[string]string{"pyproject.toml": "", "djship.toml": "", "setup.py": "from setuptools import setup\nsetup(name='shop', version='1', packages=[], install_requires=['django<5'])\n"}, []string{"django-4.2."}, nil},
		{"files in one another", map[string]string{"setup.py": "", "requirements/production.txt": "-r base.txt\n-c ../constraints.txt\nDjango[argon2]\n", "requirements/base.txt": "sqlparse\n", "constraints.txt": "sqlparse==0.5.0\nDjango<5\n"},
			[]string{"argon2_cffi-", "sqlparse-0.5.0.dist-info"}, nil},
	} {
		t.Run(row.what, func(t *testing.T) {
			w := *w
			w.t = t
			page := says(row.what)
			for name, text := range page {
				row.files[name] = text
			}
			c.commit(t, row.files)
			o := w.djship(0, push("-vv")...)
			saysPage(t, h, row.what+", 0 things")
			packages := strings.ToLower(installed(t, h))
			for _, want := range row.has {
				if !strings.Contains(packages, want) {
					t.Errorf("no %s in\n%s", want, packages)
				}
			}
			for _, words := range row.says {
				if !strings.Contains(o.stdout+o.stderr, words) {
					t.Errorf("it does not say %q: %v", words, o)
				}
			}
		})
	}
	t.Run("a name that is misspelt", func(t *testing.T) {
		w := *w
		w.t = t
		must(t, c.git(t.Context(), "mv requirements/production.txt requirments.txt && git rm -qf requirements/base.txt"))
		c.commit(t, nil)
		if o := w.djship(2, push()...); !strings.Contains(o.stderr, "requirments.txt: this is not read: is it meant to be requirements.txt?") || !strings.Contains(o.stderr, "no file says which packages") {
			t.Error(o)
		}
		must(t, c.git(t.Context(), "reset -q --hard HEAD~1"))
	})
	t.Run("what outlives releases", func(t *testing.T) {
		w := *w
		w.t = t
		on(t, h, as("example", "mkdir -p media && echo early >media/early.txt"))
		read := map[string]string{"djship.toml": "shared = ['data']\n", "data/first.txt": "first\n",
			"shop/views.py": "import pathlib\nfrom django.conf import settings\nfrom django.http import HttpResponse\nDATA = pathlib.Path(__file__).parent.parent / 'data'\ndef first(request):\n    names = sorted(p.name for p in DATA.iterdir())\n    (DATA / 'written.txt').write_text('1')\n    return HttpResponse(' '.join(names))\n"}
		c.commit(t, read)
		w.djship(0, push()...)
		get(t, h, "example.com", "/")
		read["data/second.txt"] = "second\n" // of a later release: what is shared stays as it is
		c.commit(t, read)
		w.djship(0, push()...)
		saysPage(t, h, "first.txt written.txt")
		same(t, "media", get(t, h, "example.com", "/media/early.txt").body, "early\n")
	})
}
