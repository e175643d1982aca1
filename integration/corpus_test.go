//go:build linux

package integration

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// projects are small Django projects, one for each way in which people lay theirs out.
const projects = "corpus"

// fromCorpus is a git checkout of a project of the corpus, with some of its files changed: what is added to their ends, by path.
func fromCorpus(t *testing.T, project string, added map[string]string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), project)
	err := filepath.WalkDir(filepath.Join(projects, project), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		inside, _ := filepath.Rel(filepath.Join(projects, project), path)
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		to := filepath.Join(dir, inside)
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		return os.WriteFile(to, text, info.Mode())
	})
	if err != nil {
		t.Fatal(err)
	}
	commitAll(t, dir, added)
	return dir
}

// commitAll adds texts to the ends of files in a checkout, by path, and commits all.
func commitAll(t *testing.T, dir string, added map[string]string) {
	t.Helper()
	for path, text := range added {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := file.WriteString(text); err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	git := exec.Command("sh", "-ec", "git init -q . && git add -A && git -c user.name=me -c user.email=me@example.com commit -q -m code")
	git.Dir = dir
	if out, err := git.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

var styleOf = regexp.MustCompile(`href="(/[^"]+\.css)"`)

// Each project is pushed without an edit of its code: its page answers from the site's database, its styles are there, and the same
// again changes nothing.
func TestCorpus(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		entries, err := os.ReadDir(projects)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			t.Run(entry.Name(), func(t *testing.T) {
				w := *w
				w.t = t
				push := []string{"push", "example", "--dir", fromCorpus(t, entry.Name(), nil), "--hold", "0"}
				if suite == 11 && entry.Name() == "websocket" { // its Python is too old for a gunicorn that serves ASGI
					said(t, &w, w.run(push...), "no worker serves ASGI: gunicorn ", "uvicorn-worker")
					return
				}
				w.djship(0, push...)
				page := get(t, h, "example.com", "/")
				if page.status != 200 || !strings.Contains(page.body, "<h1>"+entry.Name()+": 0 notes</h1>") {
					t.Errorf("the page: %d %s", page.status, page.body)
				}
				css := styleOf.FindStringSubmatch(page.body)
				if css == nil {
					t.Fatalf("no style in %s", page.body)
				}
				if style := get(t, h, "example.com", css[1]); style.status != 200 || !strings.Contains(style.body, "teal") {
					t.Errorf("%s: %d %s", css[1], style.status, style.body)
				}
				if o := w.djship(0, push...); !strings.Contains(o.stderr+o.stdout, "0 steps changed") {
					t.Errorf("the same again: %v", o)
				}
			})
		}
	})
}

// A release that can't run is never live: what is wrong is said first, then what to do, and the site answers as before.
func TestBrokenReleases(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		w.djship(0, "push", "example", "--dir", fromCorpus(t, "uvlock", nil), "--hold", "0")
		before := get(t, h, "example.com", "/").body
		for _, c := range broken {
			t.Run(c.name, func(t *testing.T) {
				w := *w
				w.t = t
				o := w.djship(1, "push", "example", "--dir", fromCorpus(t, "uvlock", c.added), "--hold", "0")
				for _, words := range append(c.says, "hint: ") {
					if !strings.Contains(o.stderr, words) {
						t.Errorf("it does not say %q:\n%s", words, o.stderr)
					}
				}
				if strings.Contains(o.stderr, "djship_check") || strings.Contains(o.stderr, "frozen importlib") {
					t.Errorf("the traceback has what is not the project's:\n%s", o.stderr)
				}
				same(t, "the page", get(t, h, "example.com", "/").body, before)
			})
		}
		t.Run("links", func(t *testing.T) { checkGatheredLinks(t, h, w) })
	})
}

// broken are ways in which a release can't run, by what is added to the files of a good one.
var broken = []struct {
	name  string
	added map[string]string
	says  []string
}{
	{"syntax error", map[string]string{"notes/views.py": "\ndef (\n"}, []string{"syntax error: notes/views.py:"}},
	{"missing module", map[string]string{"notes/views.py": "\nimport stripe\n"}, []string{"a module is missing: stripe is in no package of the requirements", "notes/views.py, line"}},
	{"missing variable", map[string]string{"shop/settings.py": "SENTRY = os.environ['SENTRY_DSN']\n"}, []string{"a variable is missing at import: SENTRY_DSN", "SENTRY_DSN = \"…\" below [env]"}},
	{"a package that can't be imported", map[string]string{"cv2/__init__.py": "raise ImportError('libGL.so.1: cannot open shared object file: No such file or directory')\n", "notes/views.py": "\nimport cv2\n"},
		[]string{"a package is installed and can't be imported: libGL.so.1", "the Debian package that has libGL.so.1"}},
	{"wrong settings module", map[string]string{"djship.toml": "settings = 'shop.nothing'\n"}, []string{"wrong settings module: there is no shop.nothing"}},
	{"settings that were only guessed", map[string]string{"shop/settings_production.py": "from .settings import *\nSENTRY = os.environ['SENTRY_DSN']\n"},
		[]string{"a variable is missing at import: SENTRY_DSN", "the settings are taken to be shop.settings_production: it is there, and manage.py:", "names shop.settings", "`settings` in djship.toml says others"}},
	{"no WSGI application", map[string]string{"djship.toml": "wsgi = 'shop.web'\n"}, []string{"no WSGI application: shop.web"}},
	{"checks fail", map[string]string{"notes/models.py": "\n\nclass A(models.Model):\n    n = models.ForeignKey(Note, models.CASCADE, related_name='x')\n    m = models.ForeignKey(Note, models.CASCADE, related_name='x')\n"},
		[]string{"manage.py check has found errors", "fields.E304"}},
	{"collectstatic fails", map[string]string{"notes/static/notes/site.css": "a { background: url(nothing.png) }\n",
		"shop/settings.py": "STORAGES = {'staticfiles': {'BACKEND': 'django.contrib.staticfiles.storage.ManifestStaticFilesStorage'}}\n"},
		[]string{"collectstatic has failed", "notes/nothing.png", "static = false"}},
	{"a static file that is not there", map[string]string{"djship.toml": "health_static = 'notes/nothing.css'\n"}, []string{"health_static is not among the static files: /static/notes/nothing.css"}},
	{"the import ends the process", map[string]string{"notes/models.py": "\nimport os\nos._exit(3)\n"}, []string{"its Python has ended with status 3"}},
	{"wrong without the overlay", map[string]string{"djship.toml": "overlay = false\n", "shop/settings.py": "DEBUG = True\n"}, []string{"a setting is wrong, and overlay is false: DEBUG", "shop/settings.py:"}},
	{"migrations in conflict", map[string]string{"notes/migrations/0002_a.py": leaf, "notes/migrations/0002_b.py": leaf}, []string{"migrations are in conflict: two leaves in notes", "makemigrations --merge"}},
	{"a secret in an error", map[string]string{"shop/settings.py": "raise RuntimeError('no ' + os.environ['DATABASE_URL'])\n"}, []string{"the settings can't be read: RuntimeError", "postgres://example:***"}},
}

const leaf = "from django.db import migrations\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('notes', '0001_initial')]\n"

// checkGatheredLinks has a project lay links among its static files.
func checkGatheredLinks(t *testing.T, h *testbed.Host, w *workstation) {
	on(t, h, "echo root-only >/root/vault && chmod 600 /root/vault")
	lay := "\nfrom django.contrib.staticfiles.storage import StaticFilesStorage\n\n\nclass Links(StaticFilesStorage):\n    def post_process(self, paths, dry_run=False, **options):\n" +
		"        import os\n        os.symlink('/root/vault', self.path('vault.css'))\n        return []\n"
	dir := fromCorpus(t, "uvlock", map[string]string{"notes/storage.py": lay, "shop/settings.py": "STORAGES = {'staticfiles': {'BACKEND': 'notes.storage.Links'}}\n"})
	o := w.djship(1, "push", "example", "--dir", dir, "--hold", "0")
	if !strings.Contains(o.stderr, "the static files are not taken: vault.css is a link") {
		t.Errorf("%v", o)
	}
	if page := get(t, h, "example.com", "/static/vault.css"); strings.Contains(page.body, "root-only") || page.status != 404 {
		t.Errorf("a link of a project's is served: %d %s", page.status, page.body)
	}
	same(t, "what root has taken", on(t, h, "find /webapps/.static /webapps/.sites/example/static -name 'vault*'"), "")
}
