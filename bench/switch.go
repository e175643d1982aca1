//go:build linux

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"time"

	"djship/integration/visitors"
)

// A project is a Django project that answers as a crowd of visitors asks: at once, after three seconds, with much, to much.
var project = map[string]string{
	"manage.py":        "import os, sys\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.management import execute_from_command_line\nexecute_from_command_line(sys.argv)\n",
	"shop/__init__.py": "",
	"shop/settings.py": "import os\nSECRET_KEY = os.environ['SECRET_KEY']\nDEBUG = False\nALLOWED_HOSTS = os.environ['ALLOWED_HOSTS'].split(',')\nROOT_URLCONF = 'shop.urls'\n" +
		"WSGI_APPLICATION = 'shop.wsgi.application'\nINSTALLED_APPS = ['django.contrib.staticfiles']\nSTATIC_URL = '/static/'\n",
	"shop/wsgi.py": "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\nfrom django.core.wsgi import get_wsgi_application\napplication = get_wsgi_application()\n",
	"shop/urls.py": "import time\nfrom django.http import HttpResponse\nfrom django.urls import re_path\nfrom .release import RELEASE\n\ndef page(request, path):\n    if path == 'slow':\n        time.sleep(3)\n    len(request.body)\n" +
		"    return HttpResponse('x' * 3000000 if path == 'big' else RELEASE, content_type='text/plain')\n\nurlpatterns = [re_path(r'^(.*)$', page)]\n",
	"requirements.txt": "Django>=4.2,<6\n",
}

// busy is the project as release n, with gunicorn's arguments.
func busy(n int, arguments string) map[string]string {
	texts := maps.Clone(project)
	texts["shop/release.py"] = fmt.Sprintf("RELEASE = 'release %d'\n", n)
	texts["djship.toml"] = fmt.Sprintf("[env]\nGUNICORN_CMD_ARGS = %q\n", arguments)
	return texts
}

// writeFiles writes texts into a folder, by path; of two with the same path the later one.
func writeFiles(dir string, texts ...map[string]string) error {
	for _, some := range texts {
		for name, text := range some {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// crowdOf is about three times as many visitors as five workers have time for.
const crowdOf = 30

// A pushing is a way to bring code to a host, again and again.
type pushing struct {
	name string
	on   target
	once func() error // brings the next release, or what is done in its place
}

// switches measures what visitors feel of pushes, one after the other, and of what people do in their place.
func switches(ctx context.Context, b *bench) error {
	t, err := b.ready(ctx, b.ways()[0])
	if err != nil {
		return err
	}
	defer t.Remove()
	other, err := b.withReleases(ctx)
	if err != nil {
		return err
	}
	defer other.Remove()
	dir := filepath.Join(b.dir, "busy")
	n := 0
	push := func(arguments string) func() error {
		return func() error {
			n++
			if err := writeFiles(dir, busy(n, arguments)); err != nil {
				return err
			}
			got, err := b.djshipOn(t, "push", "example", "--dir", dir, "--hold", "0").measure(ctx)
			progress("push under load", got)
			return err
		}
	}
	const sync, gthread = "--workers 3", "--workers 3 --worker-class gthread --threads 4"
	const live = "$(supervisorctl pid $(supervisorctl status | awk '{ print $1; exit }'))"
	ways := []pushing{
		{"djship push, gthread workers", t, push(gthread)},
		{"djship push, sync workers", t, push(sync)},
		{"supervisorctl restart", t, onHost(ctx, t, "supervisorctl restart all")},
		{"HUP to gunicorn", t, onHost(ctx, t, "kill -HUP "+live)},
		{"a release as by Capistrano", other.target, func() error { return other.capistrano(ctx) }},
	}
	if b.peers != nil {
		ways = append(ways, pushing{"a release by Ansible", other.target, func() error { return other.ansible(ctx, b.peers) }})
	}
	table := b.report.table("What visitors feel, at three times what the site can bear", "", "times", "requests", "failed", "slowest answer")
	for i, w := range ways {
		if i < 2 { // the kind of workers is new
			err = w.once()
		}
		times := b.turns
		if i >= 2 { // what loses requests need not lose as many
			times = (b.turns + 9) / 10
		}
		var met visitors.Tally
		if err == nil {
			met, err = w.met(times)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
		table.add(w.name, fmt.Sprint(times), fmt.Sprint(met.Requests), fmt.Sprint(met.Failed), secs(met.Slowest.Seconds()))
		if i < 2 {
			b.report.target(w.name+" under load", fmt.Sprintf("%d of %d requests failed", met.Failed, met.Requests), "none", met.Failed == 0)
		}
	}
	table.note = "Visitors get pages, post, wait three seconds, and load up and down slowly, each anew when its answer has come. HUP goes on with the release that is there: it brings none of other code."
	return nil
}

// met goes a way so many times, and tells what visitors meet meanwhile.
func (p pushing) met(times int) (visitors.Tally, error) {
	crowd := visitors.Start(p.on.Addr()+":80", "example.com", crowdOf)
	time.Sleep(2 * time.Second)
	var err error
	for range times {
		if err = p.once(); err != nil {
			break
		}
	}
	return crowd.Stop(), err
}

// onHost runs a command there.
func onHost(ctx context.Context, t target, command string) func() error {
	return func() error {
		_, err := t.Run(ctx, command)
		time.Sleep(2 * time.Second)
		return err
	}
}
