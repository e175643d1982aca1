//go:build linux

package integration

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// A checkout is the folder of a project on a workstation.
type checkout struct {
	dir string
	env []string
}

// shop is a project as people write it: an app with a table and a static file, and settings that read their environment.
var shop = map[string]string{
	".gitignore": "*.pyc\nlocal.txt\n",
	"manage.py": "#!/usr/bin/env python\nimport os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n" +
		"from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
	"requirements.txt":   "Django<5\n",
	"config/__init__.py": "",
	"config/settings.py": `import os
SECRET_KEY = os.environ['SECRET_KEY']
ALLOWED_HOSTS = os.environ['ALLOWED_HOSTS'].split(',')
INSTALLED_APPS = ['django.contrib.contenttypes', 'django.contrib.staticfiles', 'shop']
MIDDLEWARE = ['django.middleware.common.CommonMiddleware']
ROOT_URLCONF = 'config.urls'
WSGI_APPLICATION = 'config.wsgi.application'
DATABASES = {'default': {'ENGINE': 'django.db.backends.postgresql', 'NAME': os.environ['DB_NAME'], 'USER': os.environ['DB_USER'],
    'PASSWORD': os.environ['DB_PASSWORD'], 'HOST': os.environ['DB_HOST'], 'PORT': os.environ['DB_PORT']}}
DEFAULT_AUTO_FIELD = 'django.db.models.AutoField'
STATIC_URL = '/static/'
STATIC_ROOT = 'gathered'
`,
	"config/wsgi.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n" +
		"from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
	"config/urls.py":                  "from django.urls import path\nfrom shop.views import first\nurlpatterns = [path('', first)]\n",
	"shop/__init__.py":                "",
	"shop/views.py":                   "from django.http import HttpResponse\nfrom shop.models import Thing\ndef first(request):\n    return HttpResponse('first, %d things' % Thing.objects.count())\n",
	"shop/models.py":                  "from django.db import models\nclass Thing(models.Model):\n    name = models.CharField(max_length=20)\n",
	"shop/migrations/__init__.py":     "",
	"shop/migrations/0001_initial.py": migration("", "migrations.CreateModel('Thing', [('id', models.AutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')), ('name', models.CharField(max_length=20))])"),
	"shop/static/shop.css":            "body { color: black }\n",
}

// migration is the text of one, of the app shop, that depends on another.
func migration(after, operation string) string {
	if after != "" {
		after = "('shop', '" + after + "')"
	}
	return fmt.Sprintf("from django.db import migrations, models\nclass Migration(migrations.Migration):\n    dependencies = [%s]\n    operations = [%s]\n", after, operation)
}

// startProject makes a folder of a project's files, in git.
func startProject(ctx context.Context, w *workstation, files map[string]string) (*checkout, error) {
	c := &checkout{dir: filepath.Join(w.home, "shop"), env: w.env}
	if err := c.write(files); err != nil {
		return nil, err
	}
	return c, c.git(ctx, "init -q -b main . && git add -A && GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z git commit -q -m first")
}

// write changes files; "" takes one away.
func (c *checkout) write(files map[string]string) error {
	for name, text := range files {
		path := filepath.Join(c.dir, name)
		if text == "" && !strings.HasSuffix(name, "__init__.py") {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// git runs a shell line in the folder that begins with git's arguments.
func (c *checkout) git(ctx context.Context, line string) error {
	cmd := exec.CommandContext(ctx, "sh", "-c", "git "+line)
	cmd.Dir = c.dir
	cmd.Env = append([]string{"GIT_AUTHOR_NAME=me", "GIT_AUTHOR_EMAIL=me@example.com", "GIT_COMMITTER_NAME=me", "GIT_COMMITTER_EMAIL=me@example.com"}, c.env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w\n%s", line, err, out)
	}
	return nil
}

// commit changes files, "" for none of that name, and commits that.
func (c *checkout) commit(t testing.TB, files map[string]string) {
	t.Helper()
	err := c.write(files)
	if err == nil {
		err = c.git(t.Context(), "add -A && git commit -q -m change")
	}
	if err != nil {
		t.Fatal(err)
	}
}

// says is a project's file whose first page says something else.
func says(words string) map[string]string {
	return map[string]string{"shop/views.py": strings.Replace(shop["shop/views.py"], "'first, ", "'"+words+", ", 1)}
}

// push is the command line that pushes the folder of a workstation.
func push(more ...string) []string {
	return append([]string{"push", "example", "--dir", "shop", "--hold", "0s"}, more...)
}

// upPushed starts a host of the state pushed, and a workstation with the project that is live there.
func upPushed(t testing.TB, suite int) (*testbed.Host, *workstation, *checkout) {
	t.Helper()
	return upPushedWithDisk(t, suite, 0)
}

// upPushedWithDisk is upPushed with a disk of so many bytes.
func upPushedWithDisk(t testing.TB, suite int, bytes int64) (*testbed.Host, *workstation, *checkout) {
	t.Helper()
	h, w := upSpec(t, pushed, testbed.Spec{Suite: suite, DiskSize: bytes, Processors: processors()})
	c, err := startProject(t.Context(), w, shop)
	if err != nil {
		t.Fatal(err)
	}
	return h, w, c
}

// saysPage checks what a site's first page says.
func saysPage(t testing.TB, h *testbed.Host, want string) {
	t.Helper()
	if p := get(t, h, "example.com", "/"); p.status != 200 || p.body != want {
		t.Errorf("the first page: %d %q, want %q", p.status, p.body, want)
	}
}

// changedBy are the steps that a run has changed, or would.
func changedBy(t testing.TB, w *workstation) []string {
	t.Helper()
	all := events(t, w.eventsFile())
	return append(stepsWith(all, "changed"), stepsWith(all, "would_change")...)
}

// What is pushed: the commit that is checked out, another, the work tree, a folder without git. The same again changes nothing.
func TestPush(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w, c := upPushed(t, suite)
		saysPage(t, h, "first, 0 things")
		same(t, "its static file", get(t, h, "example.com", "/static/shop.css").body, shop["shop/static/shop.css"])
		idle(t, h, w, push()...)

		c.commit(t, says("second"))
		before := snapshot(t, h, everything...)
		w.djship(0, push("--check", "--diff")...)
		if len(changedBy(t, w)) == 0 {
			t.Error("--check promises nothing")
		}
		untouched(t, h, before, everything...)
		w.djship(5, push("--check", "--exit-code")...)
		w.djship(0, push()...)
		saysPage(t, h, "second, 0 things")
		if owners := on(t, h, "stat -c %U:%a /webapps/.sites/example/current/shop/__pycache__/views.*.pyc"); owners != "root:644" {
			t.Errorf("its byte code: %q", owners)
		}
		idle(t, h, w, push()...)

		w.djship(0, push("--ref", "HEAD~1")...)
		saysPage(t, h, "first, 0 things")

		if err := c.write(says("third")); err != nil {
			t.Fatal(err)
		}
		if o := w.djship(0, push()...); !strings.Contains(o.stderr, "not committed") || !strings.Contains(o.stderr, "shop/views.py") {
			t.Errorf("what is not committed is not named: %v", o)
		}
		saysPage(t, h, "second, 0 things")
		w.djship(0, push("--dirty")...)
		saysPage(t, h, "third, 0 things")
		idle(t, h, w, push("--dirty")...)

		if err := os.RemoveAll(filepath.Join(c.dir, ".git")); err != nil {
			t.Fatal(err)
		}
		if err := c.write(says("fourth")); err != nil {
			t.Fatal(err)
		}
		w.djship(0, push()...)
		saysPage(t, h, "fourth, 0 things")
		idle(t, h, w, push()...)
	})
}
