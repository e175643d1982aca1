//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

func TestSitesOfOneHost(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		t.Run("packages", func(t *testing.T) { checkKit(t, h, w) })
		t.Run("own domains", func(t *testing.T) { checkOwnDomains(t, h) })
		t.Run("hidden from each other", func(t *testing.T) { checkHidden(t, h) })
		t.Run("databases", func(t *testing.T) { checkDatabasesApart(t, h) })
		t.Run("one broken", func(t *testing.T) { checkOneBroken(t, h, w) })
		t.Run("one removed", func(t *testing.T) { checkOneRemoved(t, h, w, suite == 13) })
	})
}

// checkKit looks at the packages that both sites have unpacked, and has a third one do so where what is kept is broken.
func checkKit(t *testing.T, h *testbed.Host, w *workstation) {
	same(t, "what is kept", on(t, h, "cd /opt/djship/kits && stat -c '%U:%G %a %n' . * | sed 's/python3[.][0-9]*/PYTHON/'; find / -xdev -user djship-fetch; ls -d /opt/djship/*.build 2>/dev/null || :"),
		"root:root 755 .\nroot:root 644 PYTHON.of\nroot:root 644 PYTHON.tar")
	for _, site := range []string{"example", "second"} {
		same(t, "others' files among the packages of "+site, on(t, h, "find /webapps/"+site+"_project/lib/python3*/site-packages ! -user "+site), "")
		same(t, "programs of "+site, on(t, h, "cd /webapps/"+site+"_project && head -qn 1 bin/django-admin bin/gunicorn bin/sqlformat | sort -u"), "#!/webapps/"+site+"_project/bin/python")
		same(t, "packages of "+site, on(t, h, as(site, "cd /webapps/"+site+"_project && bin/pip check && ls lib/python3*/site-packages/django/__pycache__/__init__.*.pyc | wc -l")), "No broken requirements found.\n1")
	}
	on(t, h, "truncate -s 1M /opt/djship/kits/*.tar")
	said(t, w, w.djship(1, "deploy", "third", "third.org"), "Python packages of third", "could not be unpacked; the next run fetches them anew")
	w.djship(0, "deploy", "third", "third.org")
	answers(t, h, "third.org", "third")
	idle(t, h, w, "deploy", "third", "third.org")
	w.djship(0, "remove", "third", "--no-backup", "--yes")
}

func checkOwnDomains(t *testing.T, h *testbed.Host) {
	answers(t, h, "example.com", "example")
	answers(t, h, "second.org", "second")
	for _, name := range []string{"stranger.org", "sub.example.com", "example.org", "www.www.example.com"} {
		if p := get(t, h, name, "/"); strings.Contains(p.body, " is up") {
			t.Errorf("http://%s/ is answered by a site", name)
		}
	}
	same(t, "they run as", try(t, h, "supervisorctl status | sed 's/ .*//'"), "example\nsecond")
}

// checkHidden tries, as the account of one site, to get at what is the other's.
func checkHidden(t *testing.T, h *testbed.Host) {
	const theirs = "/webapps/example_project"
	second := func(command string) string { return try(t, h, as("second", command)) }
	for _, command := range []string{
		"ls " + theirs,
		"ls " + theirs + "/example",
		"cat " + theirs + "/example/example/settings/production.py",
		"cat " + theirs + "/prepare_env.sh",
		"cat " + theirs + "/.django_secret_key",
		"cat " + theirs + "/.django_db_password",
		"cat " + theirs + "/logs/gunicorn.log",
		"ls " + theirs + "/media",
		"touch " + theirs + "/run/x",
		"cat /var/log/nginx/example.com.access.log",
		"cat /var/log/nginx/example.com.error.log",
		"cat /var/log/supervisor/example.log",
		"cat /proc/$(pgrep -u example -f gunicorn | head -1)/environ",
		"supervisorctl -c /etc/supervisord.conf status",
		"ls /var/lib/djship",
		"journalctl -u supervisord --no-pager -q | grep .",
		"/webapps/second_project/bin/python -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"" + theirs + "/run/gunicorn.sock\")'",
		"/webapps/second_project/bin/python -c 'import socket; socket.socket(socket.AF_UNIX).connect(\"/webapps/.sockets/example.sock\")'",
	} {
		if out := second(command); !strings.Contains(out, "ermission denied") && !strings.Contains(out, "PermissionError") && !strings.HasSuffix(out, "(status 1)") {
			t.Errorf("as second, %s: %s", command, out)
		}
	}
	same(t, "what it has of its own", second("cat /webapps/second_project/.django_db_password | wc -c; grep -q 'Listening at' /webapps/second_project/logs/gunicorn.log && echo readable"), "48\nreadable")

	// nginx may read what sites serve; a link must not make it read for somebody else.
	on(t, h, as("second", fmt.Sprintf(`cd static && ln -sfn %[1]s/example/example/settings/production.py code && ln -sfn %[1]s/logs logs &&
		ln -sfn %[1]s/.django_db_password secret && cd ../media && ln -sfn %[1]s theirs`, theirs)))
	for _, path := range []string{"/static/code", "/static/logs/gunicorn.log", "/static/secret", "/media/theirs/gunicorn_start.sh", "/static../.django_secret_key", "/static../prepare_env.sh"} {
		if p := get(t, h, "second.org", path); p.status == 200 {
			t.Errorf("http://second.org%s gives what is example's:\n%.200s", path, p.body)
		}
	}
	on(t, h, "rm /webapps/second_project/static/code /webapps/second_project/static/logs /webapps/second_project/static/secret /webapps/second_project/media/theirs")
	// What is its own it may link.
	on(t, h, as("second", "echo mine >media/real.txt && ln -s real.txt media/link.txt"))
	same(t, "its own link", get(t, h, "second.org", "/media/link.txt").body, "mine\n")
}

func checkDatabasesApart(t *testing.T, h *testbed.Host) {
	for _, c := range []struct{ role, database string }{{"second", "example"}, {"example", "second"}} {
		out := try(t, h, fmt.Sprintf(`PGPASSWORD="$(cat /webapps/%[1]s_project/.django_db_password)" psql -w -XAt -h 127.0.0.1 -U %[1]s -d %[2]s -c 'select count(*) from django_migrations'`, c.role, c.database))
		if !strings.Contains(out, "permission denied for database") {
			t.Errorf("role %s in database %s: %s", c.role, c.database, out)
		}
		out = try(t, h, fmt.Sprintf(`PGPASSWORD="$(cat /webapps/%[1]s_project/.django_db_password)" psql -w -XAt -h 127.0.0.1 -U %[2]s -d %[2]s -c 'select 1'`, c.role, c.database))
		if !strings.Contains(out, "password authentication failed") {
			t.Errorf("role %s with the password of %s: %s", c.database, c.role, out)
		}
	}
	// Without a password there is peer authentication: for the account of that name only.
	if out := try(t, h, as("second", "psql -w -XAt -U example -d example -c 'select 1'")); !strings.Contains(out, "eer authentication failed") {
		t.Errorf("account second as role example: %s", out)
	}
}

func checkOneBroken(t *testing.T, h *testbed.Host, w *workstation) {
	pid := on(t, h, "supervisorctl pid second")
	for what, c := range map[string]struct{ harm, mend string }{
		"code that does not load": {"cd /webapps/example_project/example/example && cp urls.py /root/urls.py && echo 'import nothing_there' >>urls.py && supervisorctl restart example",
			"cp /root/urls.py /webapps/example_project/example/example/urls.py"},
		"a script that fails": {"cp -p /webapps/example_project/gunicorn_start.sh /root/ && echo 'exit 1' >/webapps/example_project/gunicorn_start.sh && supervisorctl restart example",
			"cp -p /root/gunicorn_start.sh /webapps/example_project/"},
		"a home that is gone": {"supervisorctl stop example && mv /webapps/example_project /root/gone", "mv /root/gone /webapps/example_project"},
	} {
		try(t, h, c.harm)
		if p := get(t, h, "example.com", "/"); p.status < 500 && p.status != 404 {
			t.Errorf("%s: example.com answers %d", what, p.status)
		}
		answers(t, h, "second.org", "second")
		// A look at the whole site says so too; a run for the other does not mind.
		if o := w.run("deploy", "second", "second.org"); o.status != 0 {
			t.Errorf("%s: the other can't be deployed: %v", what, o)
		}
		on(t, h, c.mend)
		try(t, h, "supervisorctl restart example")
	}
	if o := w.run("deploy", "example", "example.com"); o.status != 0 {
		t.Errorf("mended, and yet: %v", o)
	}
	answers(t, h, "example.com", "example")
	same(t, "pid of the other's gunicorn", try(t, h, "supervisorctl pid second"), pid)
}

// checkOneRemoved removes a site. Nothing of it is left; again tells whether its name is used anew.
func checkOneRemoved(t *testing.T, h *testbed.Host, w *workstation, again bool) {
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	if left := on(t, h, `find /etc /webapps /run /var/lib/djship ! -type p \( -name 'example*' -o -name 'djship-example*' \); getent passwd example || getent group example || :`); left != "" {
		t.Errorf("left of the site:\n%s", left)
	}
	answers(t, h, "second.org", "second")
	if err := h.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, 30*time.Second, func() error { return answering(h, "second.org") })
	if p := get(t, h, "example.com", "/"); strings.Contains(p.body, " is up") {
		t.Error("a site answers for example.com, which is gone")
	}
	if again {
		w.djship(0, "deploy", "example", "example.com")
		answers(t, h, "example.com", "example")
	}
}
