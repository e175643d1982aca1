//go:build linux

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

const tree = home + "/example"

// clone puts a repository with these files, content by path, in the place of the project's folder, as people do it.
func clone(t *testing.T, h *testbed.Host, files map[string]string) {
	t.Helper()
	var lay strings.Builder
	for path, content := range files {
		fmt.Fprintf(&lay, "mkdir -p \"$(dirname %[1]s)\"; cat >%[1]s <<'FILE'\n%[2]sFILE\n", path, content)
	}
	on(t, h, as("example", "set -e\nrm -rf example repository; mkdir repository; cd repository\n"+lay.String()+
		"git init -q .\ngit add -A\ngit -c user.name=me -c user.email=me@example.com commit -q -m code\ncd\ngit clone -q repository example\nrm -rf repository"))
}

// configured is a project whose settings are a module config.settings, as many are laid out.
var configured = map[string]string{
	"manage.py": "#!/usr/bin/env python\nimport os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')\n" +
		"from django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
	"config/__init__.py": "",
	"config/settings.py": "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nALLOWED_HOSTS = ['*']\nROOT_URLCONF = 'config.urls'\nSTATIC_URL = '/static/'\n",
	"config/urls.py":     "from django.http import HttpResponse\nfrom django.urls import path\nurlpatterns = [path('', lambda request: HttpResponse('own code'))]\n",
	"config/wsgi.py":     "from django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
}

// Whatever project stands in the folder, it is its owner's: deploy looks after the rest, and writes nothing there.
func TestOwnCode(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	deploy := []string{"deploy", "example", "example.com"}

	settled(t, h)
	clone(t, h, configured)
	code := snapshot(t, h, tree)
	w.djship(0, append(deploy, "--check")...)
	same(t, "promised by --check", sorted(stepsWith(events(t, w.eventsFile()), "would_change")), "")
	idle(t, h, w, deploy...)
	idle(t, h, w, append(deploy, "--canary", "--yes")...)
	untouched(t, h, code, tree)

	// Once gunicorn is started anew it has to be told where the code is, and who runs deploy that it has to.
	on(t, h, "supervisorctl stop example")
	if o := w.djship(1, deploy...); !strings.Contains(o.stderr, "name its settings and WSGI application in local_env.sh") {
		t.Errorf("it does not say what to do: %v", o)
	}

	// What its environment needs has a place that is no edit of djship's files.
	on(t, h, as("example", "printf 'export DJANGO_SETTINGS_MODULE=config.settings WSGI_APPLICATION=config.wsgi\\n' >local_env.sh; chmod 600 local_env.sh"))
	w.djship(0, deploy...)
	same(t, "changed", sorted(stepsWith(events(t, w.eventsFile()), "changed")), gunicorn)
	within(t, 30*time.Second, func() error {
		p, err := visit(h, "example.com", "/")
		if err == nil && p.body != "own code" {
			err = fmt.Errorf("the site says %d %q", p.status, p.body)
		}
		return err
	})
	idle(t, h, w, deploy...)
	idle(t, h, w, "up", "example", "example.com", "--overwrite")

	// Neither its tables nor its static files are made: that takes what only its owner knows.
	on(t, h, "rm -rf "+home+"/static/*; "+sql("drop database example with (force)"))
	w.djship(0, append(deploy, "--check")...)
	promised := sorted(stepsWith(events(t, w.eventsFile()), "would_change"))
	w.djship(0, deploy...)
	same(t, "changed", sorted(stepsWith(events(t, w.eventsFile()), "changed")), sorted([]string{"PostgreSQL database example", gunicorn}))
	same(t, "promised", promised, sorted([]string{"PostgreSQL database example", gunicorn}))
	idle(t, h, w, deploy...)

	// Settings of its own at the place of djship's, of another owner and for nobody else to read.
	clone(t, h, map[string]string{"manage.py": configured["manage.py"], "example/__init__.py": "", "example/settings/__init__.py": "",
		"example/settings/base.py": configured["config/settings.py"], "example/settings/production.py": "from .base import *\n"})
	on(t, h, "cd "+tree+" && chmod 600 example/settings/production.py && chown root example/settings/production.py")
	code = snapshot(t, h, tree)
	idle(t, h, w, append(deploy, "--overwrite")...)
	untouched(t, h, code, tree)
	on(t, h, "rm "+tree+"/example/settings/production.py")
	code = snapshot(t, h, tree)
	idle(t, h, w, deploy...)
	untouched(t, h, code, tree)

	// An empty folder gets the placeholder again, with all that belongs to it.
	on(t, h, "rm -rf "+tree+" "+home+"/local_env.sh")
	w.djship(0, deploy...)
	same(t, "changed", sorted(stepsWith(events(t, w.eventsFile()), "changed")),
		sorted([]string{"Django project example", "production settings of example", "database tables of example", "static files of example", gunicorn}))
	answers(t, h, "example.com", "example")
	idle(t, h, w, deploy...)
}

// The way of docs/sites.md from one server to another, word by word: code, database, files and secret key come along.
func TestServerIsReplaced(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "old", From: state(t, site)}, testbed.Spec{Suite: 12, Name: "new", From: state(t, ready)})
	old, next := hosts[0], hosts[1]
	within(t, time.Minute, func() error { return answering(old, "example.com") })
	settled(t, old)
	clone(t, old, configured)
	on(t, old, as("example", "printf 'export DJANGO_SETTINGS_MODULE=config.settings WSGI_APPLICATION=config.wsgi\\n' >local_env.sh; chmod 600 local_env.sh; echo photo >media/photo"))
	on(t, old, "supervisorctl restart example")
	on(t, old, "cd / && runuser -u postgres -- psql -qX -d example -c 'set role example' -c 'create table mine (word text)' -c \"insert into mine values ('kept')\"")

	w := moves(t, old, next, "../docs/sites.md", "One server is replaced by another")

	if p := get(t, next, "example.com", "/"); p.body != "own code" {
		t.Errorf("the new one says %d %q", p.status, p.body)
	}
	same(t, "media", on(t, next, "cat "+home+"/media/photo"), "photo")
	same(t, "secret key", on(t, next, "cat "+home+"/.django_secret_key"), on(t, old, "cat "+home+"/.django_secret_key"))
	same(t, "database", on(t, next, "cd / && runuser -u postgres -- psql -qXAt -d example -c 'select word from mine' -c \"select tableowner from pg_tables where tablename = 'mine'\""), "kept\nexample")
	if err := w.inventory(line(next, "root")); err != nil {
		t.Fatal(err)
	}
	idle(t, next, w, "deploy", "example", "example.com")
}

// moves takes a site from one server to another, called "old" and "new", by the commands that a page of the docs has behind some words. It returns where these were typed.
func moves(t *testing.T, old, next *testbed.Host, path, words string) *workstation {
	t.Helper()
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(page), words)
	_, recipe, _ = strings.Cut(recipe, "\n\n")
	recipe, _, _ = strings.Cut(recipe, "\n\n")
	if !strings.Contains(recipe, "restore") {
		t.Fatalf("the page has no such recipe: %q", recipe)
	}
	w := workstationFor(t, line(old, "root"), line(next, "root"))
	login := func(h *testbed.Host) string {
		return fmt.Sprintf("exec ssh -F none -i %s -o UserKnownHostsFile=%s root@%s \"$@\"", h.Key(), h.KnownHosts(), h.Addr())
	}
	text := fmt.Sprintf("set -eo pipefail\nssh() ( host=$1; shift; if [ $host = old ]; then %s; else %s; fi )\ndjship() { %s \"$@\"; }\n%s",
		login(old), login(next), w.exe, recipe)
	cmd := exec.CommandContext(t.Context(), "bash", "-c", text)
	cmd.Dir, cmd.Env = w.home, w.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return w
}
