//go:build linux

package integration

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// Another program of the site's account is not its gunicorn: not to deploy, and not to status.
func TestCeleryIsNotGunicorn(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	before := statuses(t, w, 0)["example"]
	on(t, h, "printf '[program:example_celery]\nuser=example\ncommand=/bin/sh -c \"sleep 1001 & sleep 1000\"\n' >/etc/supervisor/celery.conf && supervisorctl update")
	if now := statuses(t, w, 0)["example"]; now["workers"] != before["workers"] || now["workers"] == 0.0 || now["seconds"].(float64) < before["seconds"].(float64) {
		t.Errorf("beside celery: %v, before %v", now, before)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
	on(t, h, "supervisorctl stop example")
	if now := statuses(t, w, 1)["example"]; now["state"] != "down" || now["workers"] != 0.0 || now["http"] != nil {
		t.Errorf("celery alone: %v", now)
	}
	w.djship(0, strings.Fields(deployExample)...)
	same(t, "changed", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "gunicorn example")
	if now := statuses(t, w, 0)["example"]; now["workers"] != before["workers"] || now["seconds"].(float64) > 60 {
		t.Errorf("started again: %v", now)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
}

// Whether a site's gunicorn runs is told by supervisord alone, in whatever state the program is, and whatever else
// of the site's there is.
func TestSupervisordTellsOfGunicorn(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		workers := statuses(t, w, 0)["example"]["workers"]
		told := func(what string, status int, state string, want any) {
			t.Helper()
			if now := statuses(t, w, status)["example"]; now["state"] != state || now["workers"] != want {
				t.Errorf("%s: %v", what, now)
			}
		}
		is := func(state string) {
			t.Helper()
			within(t, 30*time.Second, func() error { return equal(on(t, h, "supervisorctl status example | awk '{ print $2 }'"), state) })
		}
		const conf, script = "/etc/supervisor/example.conf", home + "/local_env.sh"

		// What has inherited the socket, and goes on when gunicorn is stopped; and another program of the account.
		on(t, h, as("example", "echo '(setsid sleep 3000 >/dev/null 2>&1 &)' >"+script))
		on(t, h, "printf '[program:example_celery]\nuser=example\ncommand=/bin/sh -c \"sleep 1001 & sleep 1000\"\n' >/etc/supervisor/celery.conf && supervisorctl update && supervisorctl restart example")
		within(t, 30*time.Second, func() error { return answering(h, "example.com") })
		told("beside others", 0, "up", workers)
		on(t, h, "pgrep -u example -f '^sleep 3000' && rm "+script)
		idle(t, h, w, strings.Fields(deployExample)...)
		on(t, h, "supervisorctl stop example && pgrep -u example -f '^sleep 3000'")
		told("stopped, the others at work", 1, "down", 0.0)
		w.djship(0, strings.Fields(deployExample)...)
		same(t, "changed", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "gunicorn example")
		told("started again", 0, "up", workers)

		// One that is not yet held to have come up.
		on(t, h, "cp -p "+conf+" /root/ && sed -i '/^autostart/a startsecs=600' "+conf+" && { supervisorctl update || :; }")
		within(t, 30*time.Second, func() error { return answering(h, "example.com") })
		is("STARTING")
		told("STARTING", 0, "up", workers)
		on(t, h, "cp -p /root/example.conf "+conf+" && supervisorctl update")

		// One that ends as soon as it is started.
		on(t, h, as("example", "echo 'exit 1' >"+script)+"\nsupervisorctl restart example || :")
		is("BACKOFF")
		within(t, 90*time.Second, func() error { // between two tries, of which each is a moment longer than the last
			now := statuses(t, w, 1)["example"]
			return equal(fmt.Sprint(now["state"], " ", now["workers"]), "down 0")
		})
		on(t, h, "rm "+script)
		w.djship(0, strings.Fields(deployExample)...)
		told("mended", 0, "up", workers)

		// A supervisord that hangs.
		on(t, h, "kill -STOP $(cat /run/djship-supervisord.pid)")
		began := time.Now()
		told("supervisord hangs", 1, "down", 0.0)
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("a supervisord that hangs is waited for %v", took)
		}
		on(t, h, "kill -CONT $(cat /run/djship-supervisord.pid)")

		// One that wants a password is asked by its own client.
		on(t, h, "sed -i '/^\\[unix_http_server\\]\\|^\\[supervisorctl\\]/a username=ops\\npassword=open-sesame' /etc/supervisord.conf && systemctl restart supervisord")
		within(t, 30*time.Second, func() error { return answering(h, "example.com") })
		told("with a password", 0, "up", workers)
		idle(t, h, w, strings.Fields(deployExample)...)
		on(t, h, "supervisorctl stop example")
		told("with a password, stopped", 1, "down", 0.0)
		w.djship(0, strings.Fields(deployExample)...)
		told("with a password, started again", 0, "up", workers)
	})
}

// Status asks each site as deploy does, says what is wrong, and ends with what a script can go by.
func TestStatusAsksTheSites(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	const code = home + "/example/example/"
	if o := w.djship(0, "status"); !strings.Contains(o.stdout, "up 200") || !strings.Contains(o.stdout, " ago, ") || strings.Contains(o.stdout, "!") {
		t.Errorf("up: %v", o)
	}
	deployed := statuses(t, w, 0)["example"]["deployed"]
	for range 3 {
		if err := answering(h, "example.com"); err != nil {
			t.Error(err)
		}
	}
	now := statuses(t, w, 0)["example"]
	if traffic, ok := now["traffic"].(map[string]any); !ok || traffic["requests"].(float64) < 3 || now["memory_kb"].(float64) < 20<<10 {
		t.Errorf("what it uses: %v", now)
	}

	// Code that is newer than what runs.
	const newer = "the code of example is newer than its gunicorn (started "
	deploy := func() string {
		t.Helper()
		o := w.djship(0, strings.Fields(deployExample)...)
		same(t, "changed", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "")
		return o.stdout + o.stderr
	}
	if said := deploy(); strings.Contains(said, newer) {
		t.Errorf("deploy of the code that djship has laid: %s", said)
	}
	time.Sleep(4 * time.Second)
	on(t, h, "touch -d 2001-01-01 "+code+"urls.py")
	if said := deploy(); !strings.Contains(said, newer) || !strings.Contains(said, "`sudo supervisorctl restart example`") {
		t.Errorf("deploy of newer code: %s", said)
	}
	if o := w.djship(0, "status"); !strings.Contains(o.stdout, newer) {
		t.Errorf("status of newer code: %v", o)
	}
	on(t, h, "supervisorctl restart example")
	within(t, 30*time.Second, func() error { return answering(h, "example.com") })
	if said := deploy(); strings.Contains(said, newer) {
		t.Errorf("deploy of code that runs: %s", said)
	}
	if o := w.djship(0, "status"); strings.Contains(o.stdout, newer) {
		t.Errorf("status of code that runs: %v", o)
	}

	// A run that fails is not the last deploy; the next one that is done is.
	on(t, h, "echo 'nonsense here;' >/etc/nginx/conf.d/theirs.conf; rm /etc/nginx/sites-enabled/example.com")
	w.djship(1, strings.Fields(deployExample)...)
	on(t, h, "rm /etc/nginx/conf.d/theirs.conf")
	same(t, "last deploy after one that failed", fmt.Sprint(statuses(t, w, 0)["example"]["deployed"]), fmt.Sprint(deployed))
	w.djship(0, strings.Fields(deployExample)...)
	if now := statuses(t, w, 0)["example"]["deployed"]; now == deployed {
		t.Errorf("the last deploy is still %v", now)
	}

	// Every page is 500.
	on(t, h, "printf \"\nraise ValueError('all pages are broken')\n\" >>"+code+"views.py && supervisorctl restart example")
	o := w.djship(1, "status")
	for _, words := range []string{"failing 500", "ValueError: all pages are broken"} {
		if !strings.Contains(o.stdout, words) {
			t.Errorf("all pages broken, without %q: %v", words, o)
		}
	}
	if now := statuses(t, w, 1)["example"]; now["state"] != "failing" || now["http"] != 500.0 {
		t.Errorf("all pages broken: %v", now)
	}

	// A host that can't be asked is a row, and another status than a site that is broken.
	if err := w.inventory(line(h, "root"), "web2 ansible_host=127.0.0.1 ansible_port=1"); err != nil {
		t.Fatal(err)
	}
	unreachable := func(status int) {
		t.Helper()
		o := w.djship(status, "status")
		if row := slices.ContainsFunc(strings.Split(o.stdout, "\n"), func(l string) bool { return strings.HasPrefix(l, "web2") && strings.Contains(l, "unreachable") }); !row || !strings.Contains(o.stderr, "web2: ") {
			t.Errorf("a host that can't be asked: %v", o)
		}
	}
	unreachable(1)
	on(t, h, "sed -i '/all pages are broken/d' "+code+"views.py && supervisorctl restart example")
	within(t, 30*time.Second, func() error { return answering(h, "example.com") })
	unreachable(3)
	if o := w.djship(3, "status", "-l", "web2"); strings.Contains(o.stdout+o.stderr, "no sites") {
		t.Errorf("the one host can't be asked: %v", o)
	}

	// A site that hangs is waited for as long as that takes, and no longer.
	on(t, h, "pkill -STOP -u example gunicorn")
	began := time.Now()
	if now := w.djship(1, "status", "-l", "web1"); !strings.Contains(now.stdout, "failing") || !strings.Contains(now.stdout, "no answer within 10s") {
		t.Errorf("hung: %v", now)
	}
	if took := time.Since(began); took > 25*time.Second {
		t.Errorf("status of a site that hangs took %v", took)
	}
	on(t, h, "pkill -CONT -u example gunicorn")

	// One whose gunicorn ends as it begins says why, whether it is between two tries or not.
	on(t, h, "mv "+code+"wsgi.py "+code+"wsgi.txt; supervisorctl restart example || :")
	within(t, 60*time.Second, func() error {
		now := w.djship(1, "status", "-l", "web1").stdout
		return equal(fmt.Sprint(strings.Contains(now, "ModuleNotFoundError: No module named 'example.wsgi'"), strings.Contains(now, "HaltServer")), "true false")
	})
	on(t, h, "mv "+code+"wsgi.txt "+code+"wsgi.py; systemctl stop supervisord")
	if now := w.djship(1, "status", "-l", "web1"); !strings.Contains(now.stdout, "example on web1: supervisord does not run\n") || strings.Contains(now.stdout, "supervisorctl") {
		t.Errorf("supervisord is down: %v", now)
	}
}
