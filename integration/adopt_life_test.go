//go:build linux

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A site that was taken over is backed up, gets new secrets, is put back, goes, and comes again as any other one; the host's other site of the scripts, which djship has not taken over, runs on by the processes that it has, and nothing of it changes.
func TestAdoptedSiteGoes(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := upScripted(t, 11, "example example.com", "second second.org")
	on(t, h, as("example", "echo picture >media/cat.jpg; . ./prepare_env.sh; cd example; echo \"from django.contrib.auth.models import User; User.objects.create_superuser('ann', '', 'x')\" | python manage.py shell"))
	second := func() string {
		t.Helper()
		return on(t, h, "find /webapps/second_project \\( -path '*/logs/*' -o -path '*/run/*' -o -name __pycache__ -o -name .cache -o -name '.gunicorn*' \\) -prune -o \\( -type f -exec sha256sum -- {} ';' , -printf '%p %y %m %u:%g %l\\n' \\) | sort | sha256sum; "+
			"readlink /etc/nginx/sites-enabled/second; cat /etc/supervisor/*/second.conf /etc/supervisor/second.conf 2>/dev/null; pgrep -u second gunicorn | sort | tr '\\n' ' '; id second; "+
			"cd /; runuser -u postgres -- psql -Atc \"select rolpassword, rolcanlogin from pg_authid where rolname = 'second'\" -c \"select datname, datacl from pg_database where datname = 'second'\"")
	}
	was := second()
	const how = ` DOMAIN --check` + "` tells how a site is taken over"
	for command, says := range map[string]string{"status": "no sites\nthe bash scripts have made example, second on web1: `djship adopt PROJECT" + how, "logs second": "no host has a site second\nhint: the bash scripts have made second on web1: `djship adopt second" + how} {
		if o := w.run(strings.Fields(command)...); !strings.Contains(o.stderr, says) {
			t.Errorf("%s, where only the scripts have made sites: %v", command, o)
		}
	}
	crowd := throngAt(h, "second.org", 3)
	shows := func(when string) {
		t.Helper()
		if p := get(t, h, "example.com", "/"); p.body != "example is up, 1 users" {
			t.Errorf("%s: %d %s", when, p.status, p.body)
		}
		same(t, when+", the picture", on(t, h, "cat /webapps/example_project/media/cat.jpg"), "picture")
		same(t, when+", second", second(), was)
	}

	// An old server is only read, whatever its distribution.
	on(t, h, "cp $(realpath /etc/os-release) /root/release")
	for site, release := range map[string][3]string{"example": {"debian", "9", "Debian 9"}, "second": {"ubuntu", "16.04", "Ubuntu 16.04"}} {
		on(t, h, fmt.Sprintf("sed -i -e s/^ID=.*/ID=%s/ -e s/^VERSION_ID=.*/VERSION_ID=%s/ -e 's/^PRETTY_NAME=.*/PRETTY_NAME=\"%s\"/' $(realpath /etc/os-release)", release[0], release[1], release[2]))
		if o := w.djship(0, "backup", site, site+".tar"); !strings.Contains(o.stderr, site+".tar has the site's secrets and is not encrypted; only you may read it") {
			t.Errorf("a backup of one that is not taken over: %v", o)
		}
		if text, err := os.ReadFile(filepath.Join(w.unpackOf(t, site, site+".tar"), "versions")); err != nil || !strings.Contains(string(text), "\nos "+release[0]+" "+release[1]+"\n") {
			t.Errorf("what it is from: %v: %s", err, text)
		}
	}
	on(t, h, "cat /root/release >$(realpath /etc/os-release)")
	shows("backed up")

	w.djship(0, "adopt", "example", "example.com")
	shows("taken over")
	w.djship(0, "backup", "example", "taken.tar")
	secrets := on(t, h, "cd /webapps/example_project && cat .django_secret_key .django_db_password")
	w.djship(0, "rotate", "example", "--hold", "0s", "--log-out")
	if on(t, h, "cd /webapps/example_project && cat .django_secret_key .django_db_password") == secrets {
		t.Error("rotate has made no new secrets")
	}
	shows("with new secrets")
	on(t, h, "rm /webapps/example_project/media/cat.jpg")
	w.djship(0, "restore", "example", "taken.tar", "--yes")
	shows("put back")
	if o := w.djship(1, "prereq", "--remove", "--yes"); !strings.Contains(o.stderr, "there are sites yet: web1 has example") {
		t.Errorf("prereq --remove: %v", o)
	}

	o := w.djship(0, "remove", "example", "--yes")
	if !strings.Contains(o.stdout+o.stderr, "what the site was before djship took it over, with its secrets of then") {
		t.Errorf("remove: %v", o)
	}
	same(t, "second, alone", second(), was)
	same(t, "what is left of example", try(t, h, "find /etc /webapps /var/lib/djship/sites -path /webapps/second_project -prune -o -name '*example*' -print; getent passwd example; cd /; runuser -u postgres -- psql -Atc \"select datname from pg_database where datname = 'example' union select rolname from pg_roles where rolname = 'example' and rolcanlogin\""), "")
	if kept := on(t, h, "cd /; runuser -u postgres -- psql -Atc \"select datname from pg_database where datname like 'example.before-%'\""); !strings.Contains(o.stdout+o.stderr, "stays: the database "+kept+", which a restore has kept (sudo -u postgres dropdb "+kept+"), that role as example.removed-") {
		t.Errorf("what was there before the restore, %q, is not named: %v", kept, o)
	}
	if p, err := visit(h, "example.com", "/"); err == nil && strings.Contains(p.body, "example is up") {
		t.Errorf("it still answers: %d %s", p.status, p.body)
	}
	if backups, err := filepath.Glob(filepath.Join(w.home, "example-*.tar")); err != nil || len(backups) != 1 {
		t.Errorf("%v: %q", err, backups)
	}
	if o := w.djship(1, "prereq", "--remove", "--yes"); !strings.Contains(o.stdout+o.stderr, "sites of the bash scripts run by /etc/supervisord-before.conf, which djship has laid beside its own") {
		t.Errorf("prereq --remove, where a site of the scripts is: %v", o)
	}

	w.djship(0, "deploy", "example", "example.com")
	w.djship(0, "restore", "example", "taken.tar", "--yes")
	shows("made anew")
	idle(t, h, w, "deploy", "example", "example.com")
	on(t, h, "rm /webapps/example_project/media/cat.jpg")
	w.djship(0, "restore", "example", "example.tar", "--yes")
	shows("put back as the scripts had it")
	idle(t, h, w, "deploy", "example", "example.com")
	crowd.noneFailed(t, "second")
}
