//go:build linux

package integration

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// A repository is a project of a person's on the workstation, in git.
type repository struct {
	t   testing.TB
	dir string
}

// minimal is a project whose first page is what config/says.txt says, with a static file and no migration yet.
var minimal = map[string]string{
	"manage.py":                  configured["manage.py"],
	"requirements.txt":           "django==4.2.16\n",
	"config/__init__.py":         "",
	"config/wsgi.py":             "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n" + configured["config/wsgi.py"],
	"config/settings.py":         configured["config/settings.py"] + "INSTALLED_APPS = ['django.contrib.staticfiles', 'own']\n",
	"config/urls.py":             "import pathlib\nfrom django.http import HttpResponse\nfrom django.urls import path\nSAYS = (pathlib.Path(__file__).parent / 'says.txt').read_text()\nurlpatterns = [path('', lambda request: HttpResponse(SAYS))]\n",
	"config/says.txt":            "first",
	"own/__init__.py":            "",
	"own/migrations/__init__.py": "",
	"own/static/own/site.css":    "/* first */",
}

// repositoryFor makes a repository of files, content by path, in a folder of a workstation's home.
func repositoryFor(t testing.TB, w *workstation, folder string, files map[string]string) *repository {
	t.Helper()
	c := &repository{t, filepath.Join(w.home, folder)}
	must(t, os.MkdirAll(c.dir, 0o755))
	c.git("init", "-q", "-b", "main")
	for path, content := range files {
		c.write(path, content)
	}
	c.commit("first")
	return c
}

// write puts a file.
func (c *repository) write(path, content string) {
	c.t.Helper()
	path = filepath.Join(c.dir, path)
	must(c.t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(c.t, os.WriteFile(path, []byte(content), 0o644))
}

// commit commits all that is there.
func (c *repository) commit(message string) {
	c.t.Helper()
	c.git("add", "-A")
	c.git("-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "-q", "--allow-empty", "-m", message)
}

// git returns what git prints.
func (c *repository) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return string(out)
}
