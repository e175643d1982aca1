//go:build linux

package integration

import (
	"testing"
)

// view is shop's first page with other code in it.
func view(text string) map[string]string {
	return map[string]string{"shop/views.py": "from django.http import HttpResponse\ndef first(request):\n    " + text + "\n"}
}

// below is one of shop's files with more at its end.
func below(name, more string) map[string]string {
	return map[string]string{name: shop[name] + more}
}

// served is a WSGI module that does something where gunicorn imports it, which a look at the release does not meet.
func served(text string) map[string]string {
	return below("config/wsgi.py", "import os, sys, threading, time\nif 'gunicorn' in sys.modules:\n    "+text+"\n")
}

// says its own word in djship.toml.
func toml(text string) map[string]string { return map[string]string{"djship.toml": text + "\n"} }

// brokenCode can't be imported; the corpus has more of these.
var brokenCode = []brokenRelease{
	{what: "syntax error", files: map[string]string{"shop/views.py": "def first(request:\n    pass\n"},
		says: []string{"check of release", "syntax error: shop/views.py:1"}},
	{what: "missing module", files: below("shop/views.py", "import nowhere_at_all\n"),
		says: []string{"a module is missing: nowhere_at_all", "shop/views.py, line 5"}},
	{what: "missing module of its own", files: below("shop/views.py", "import shop.gone\n"),
		says: []string{"a module is missing: shop.gone is not in the code"}},
	{what: "ends as it is imported", files: below("config/settings.py", "raise SystemExit(3)\n"),
		says: []string{"the code ends the process as it is imported: exit 3"}},
	{what: "killed as it is imported", files: below("config/settings.py", "os.kill(os.getpid(), 9)\n"),
		says: []string{"killed", "memory"}},
	{what: "port bound in settings", files: below("config/settings.py", "import socket\nlistening = socket.socket()\nlistening.bind(('127.0.0.1', 5432))\n"),
		says: []string{"Address already in use", "config/settings.py, line"}},
}

// brokenAnswers is code that can be imported.
var brokenAnswers = []brokenRelease{
	{what: "500", files: view("raise ValueError('it is broken')"),
		says: []string{"/ answers 500", "shop/views.py, line 3, in first: raise ValueError('it is broken')", "ValueError: it is broken"}},
	{what: "a syntax error in a template", files: map[string]string{"shop/views.py": "from django.shortcuts import render\ndef first(request):\n    return render(request, 'first.html')\n", "shop/templates/first.html": "<p>\n{% nosuch %}\n",
		"config/settings.py": shop["config/settings.py"] + "TEMPLATES = [{'BACKEND': 'django.template.backends.django.DjangoTemplates', 'APP_DIRS': True}]\n"},
		says: []string{"/ answers 500", "shop/templates/first.html, line 2, in template: {% nosuch %}", "TemplateSyntaxError: Invalid block tag on line 2: 'nosuch'"}},
	{what: "400", files: view("from django.core.exceptions import DisallowedHost; raise DisallowedHost('no')"),
		says: []string{"/ answers 400", "is example.com in ALLOWED_HOSTS?"}},
	{what: "redirects in a circle", files: view("from django.shortcuts import redirect; return redirect('/')"),
		says: []string{"/ redirects in a circle"}},
	{what: "ends at its start", files: served("raise SystemExit(4)"), says: []string{"gunicorn ends as it begins"}},
	{what: "port bound by each worker", files: served("import socket; listening = socket.socket(); listening.bind(('127.0.0.1', 8765))"), flags: []string{"--hold", "15s"},
		says: []string{"Address already in use"}},
	{what: "hangs at its start", files: served("time.sleep(1000)"), says: []string{"/: it takes the connection and does not answer"}},
	{what: "killed at its start, as the kernel does where memory is short", files: served("time.sleep(0.5); os.kill(os.getpid(), 9)"), says: []string{"/: it takes the connection and does not answer", "SIGKILL! Perhaps out of memory?"}},
	{what: "ends behind its answers", files: served("inner = application\n    def application(env, start):\n        yield from inner(env, start)\n        os._exit(1)"),
		says: []string{"a worker of gunicorn ends behind its first answers"}},
	{what: "ALLOWED_HOSTS of its own", files: map[string]string{"config/settings.py": shop["config/settings.py"] + "ALLOWED_HOSTS = ['www.elsewhere.org']\n", "djship.toml": "overlay = false\n"},
		says: []string{"a setting is wrong, and overlay is false: ALLOWED_HOSTS"}},
	{what: "file that is served by the code", files: toml(`health_static = "/files/gone.css"`), says: []string{"/files/gone.css answers 404"}},
	{what: "ends after twelve seconds", files: served("threading.Timer(12, os._exit, [1]).start()"), flags: []string{"--hold", "30s"},
		says: []string{"workers of gunicorn have died since the switch"}},
}

// brokenDatabase fails at its database.
var brokenDatabase = []brokenRelease{
	{what: "migration", files: map[string]string{"shop/migrations/0002_color.py": "def fail(apps, schema):\n    raise ValueError('not this row')\n" +
		migration("0001_initial", "migrations.AddField('Thing', 'color', models.CharField(max_length=9, default='')), migrations.RunPython(fail)")},
		says: []string{"the migration failed; the release before goes on serving", "shop/migrations/0002_color.py, line 2, in fail: raise ValueError('not this row')", "ValueError: not this row", "migration shop.0002_color failed"}},
	{what: "release command", files: toml(`release = ["compile_everything"]`),
		says: []string{"manage.py compile_everything failed", "Unknown command"}},
	{what: "models without their migration", files: map[string]string{"shop/models.py": shop["shop/models.py"] + "    class Meta:\n        verbose_name = 'a thing'\n"},
		nothing: true, says: []string{"models differ from their migrations in shop: `python manage.py makemigrations`"}},
}

func TestPushThatFails(t *testing.T) {
	t.Parallel()
	h, w, c := upPushed(t, 12)
	for _, b := range brokenCode[:2] {
		t.Run(b.what, func(t *testing.T) { b.meet(t, h, w, c) })
	}
}

func TestSlowPushesThatFail(t *testing.T) {
	slow(t)
	t.Parallel()
	for what, rows := range map[string][]brokenRelease{"code": brokenCode, "answers": brokenAnswers, "database": brokenDatabase} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h, w, c := upPushed(t, 12)
			for _, b := range rows {
				t.Run(b.what, func(t *testing.T) { b.meet(t, h, w, c) })
			}
		})
	}
}
