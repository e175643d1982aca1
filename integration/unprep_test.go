//go:build linux

package integration

import (
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/django/pairtest"
)

// A host goes back to what it was before prereq, but for packages, and what a person has changed or may want: refused while anything needs djship there, cut off and finished, and made ready again.
func TestUnprep(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	issuer := pairtest.Root(t).Below(t, "issuer")
	pair := issuer.Pair(t, 60*24*time.Hour, "example.com", "www.example.com")
	putPair(t, h, pairtest.Text(pair.Certificate, issuer.Certificate), pair.Key)
	if err := w.inventory(line(h, "root", "djship_backup=daily djship_tls=files djship_tls_certificate=/etc/ssl/private/example.pem djship_tls_key=/etc/ssl/private/example.key")); err != nil {
		t.Fatal(err)
	}
	w.djship(0, "deploy", "example", "example.com")
	remove := []string{"prereq", "--remove", "--yes"}
	everything := "find /etc /opt /usr/local /webapps /var/lib/djship /var/backups \\( -path '/webapps/*/logs' -o -name __pycache__ \\) -prune -o -printf '%p %s %u\\n' | sort"
	before := on(t, h, everything)
	for _, flag := range []string{"--yes", "--check"} {
		if o := w.djship(1, "prereq", "--remove", flag); !strings.Contains(o.stderr, "there are sites yet: web1 has example\nhint: `djship remove PROJECT` takes each off") {
			t.Errorf("a host with a site: %v", o)
		}
	}
	same(t, "what a refused run has left", on(t, h, everything), before)

	w.djship(0, "remove", "example", "--no-backup", "--yes")
	if p, err := visit(h, "example.com", "/"); err == nil {
		t.Errorf("nginx still serves a site that is removed: %d", p.status)
	}
	on(t, h, "printf '[program:theirs]\\ncommand=/bin/sleep 1000000\\n' >/etc/supervisor/theirs.conf; supervisorctl update >/dev/null")
	if o := w.djship(1, remove...); !strings.Contains(o.stdout+o.stderr, "djship's supervisord runs what /etc/supervisor/theirs.conf names; djship's supervisord runs the process") {
		t.Errorf("a host with a program of others: %v", o)
	}
	on(t, h, "rm /etc/supervisor/theirs.conf; supervisorctl update >/dev/null; echo '; mine' >>/etc/supervisord.conf; echo mine >/webapps/mine; mkdir -p /var/lib/djship/kept/example /var/backups/djship/example; "+
		"echo theirs >/var/lib/djship/kept/example/data; echo theirs >/var/backups/djship/example/a.tar; cd /; runuser -u postgres -- createdb theirs")

	before = on(t, h, everything)
	o := w.djship(5, "prereq", "--remove", "--check", "--exit-code")
	for _, want := range []string{"/etc/systemd/system/djship-backups.timer", "/usr/local/lib/djship", "/etc/nginx/sites-enabled/djship-nobody", "nginx's page of welcome", "supervisord, which runs", "/usr/local/bin/supervisorctl, /opt/djship",
		"the account djship-build", "the account djship-fetch", "the group webapps", "/webapps/.sockets; stays: /webapps, in which there is more", "/var/backups/djship, in which there is more", "apt-get remove build-essential git", "PostgreSQL with all that is in it",
		"stays: /etc/supervisord.conf, which is not as djship wrote it", "stays: /var/lib/djship/kept, which may be wanted yet"} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("--check lacks %q: %v", want, o)
		}
	}
	if o := w.run("prereq", "--remove"); o.status != 2 || !strings.Contains(o.stderr, "there is no terminal to ask whether djship is to leave web1\nhint: add --yes\n") {
		t.Errorf("%v", o)
	}
	for _, c := range []struct {
		typed, says string
		status      int
	}{
		{"web2\n", "that is not its name: nothing was touched", 4}, {"\n", "that is not its name: nothing was touched", 4}, {"\x03", "djship: interrupted; nothing was changed", 130}, {"\x04", "to go on: \r\ndjship: that is not its name: nothing was touched", 4},
	} {
		o := w.asked(t, "Its name, to go on: ", c.typed, "prereq", "--remove")
		if o.status != c.status || !strings.Contains(o.stdout, c.says) || !strings.Contains(o.stdout, "djship's tools, supervisord and notes go from web1; packages, PostgreSQL and what you have changed stay.\r\nIts name, to go on: ") {
			t.Errorf("%q: %v", c.typed, o)
		}
	}
	same(t, "what --check has left, and answers that are none", on(t, h, everything), before)

	if err := w.inventory(line(h, "root")); err != nil {
		t.Fatal(err)
	}
	for _, gone := range []string{"/usr/local/lib/djship", "/etc/systemd/system/supervisord.service", "/opt/djship/bin/uv", "/opt/djship", "/webapps/.sockets"} {
		r := begin(t, w, remove...)
		within(t, time.Minute, func() error {
			_, err := h.Run(t.Context(), "[ ! -e "+gone+" ]")
			return err
		})
		_ = r.cmd.Process.Kill()
		r.status(t, time.Minute)
	}
	if o := w.asked(t, "Its name, to go on: ", "web1\n", "prereq", "--remove"); o.status != 0 || !strings.Contains(strings.Join(strings.Fields(o.stdout), " "), "stays: /var/lib/djship/kept, which may be wanted yet") {
		t.Errorf("%v", o)
	}
	idle(t, h, w, remove...)
	for what, command := range map[string][2]string{
		"what is left of djship's": {"find /etc /usr/local /opt /webapps /var/lib/djship /var/cache/djship /var/backups 2>/dev/null -path '*djship*' -o -path '*supervisor*' -o -path '/webapps*' | sort | tr '\\n' ' '; awk -F: '/^djship|^webapps/ { print $1 }' /etc/passwd /etc/group",
			"/etc/supervisord.conf /var/backups/djship /var/backups/djship/example /var/backups/djship/example/a.tar /var/lib/djship /var/lib/djship/history /var/lib/djship/kept /var/lib/djship/kept/example /var/lib/djship/kept/example/data /var/lib/djship/last /webapps /webapps/mine "},
		"databases": {"cd /; runuser -u postgres -- psql -Atc \"select count(*) from pg_database where datname = 'theirs'\"", "1"},
		"nginx":     {"systemctl is-active nginx; ls /etc/nginx/sites-enabled; ls -d /etc/nginx/djship 2>/dev/null || :", "active\ndefault"},
		"processes": {"systemctl is-active supervisord; pgrep -x supervisord || :", "inactive"},
	} {
		same(t, what, strings.TrimSpace(try(t, h, command[0])), strings.TrimSpace(command[1]))
	}
	if p := get(t, h, "example.com", "/"); !strings.Contains(p.body, "Welcome to nginx") {
		t.Errorf("%d %s", p.status, p.body)
	}

	on(t, h, "rm -rf /etc/supervisord.conf /webapps /var/lib/djship /var/backups/djship")
	w.djship(0, "prereq")
	backAgain(t, h, w)
}

// Each release's hosts go back to what they were, and are made ready again.
func TestSlowUnprepOnEach(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		h, w := upSpec(t, ready, testbed.Spec{Suite: suite, DiskSize: 4 << 30, Processors: processors()})
		on(t, h, "fallocate -l $(df --output=avail -B1 / | tail -n 1) /filling; dd if=/dev/zero of=/filling2 bs=4k 2>/dev/null || df --output=avail / | grep -qx ' *0'")
		said(t, w, w.djship(1, "prereq", "--remove", "--yes"), "start of the work", "No space left on device", "0 steps changed", "make room on the host")
		on(t, h, "rm -f /filling /filling2 && systemctl is-active supervisord && [ -x /opt/djship/bin/uv ]")
		backAgain(t, h, w)
	})
}

// backAgain takes a ready host back to one on which prereq has everything to do but packages, and makes it ready again. Logs of sites stay.
func backAgain(t *testing.T, h *testbed.Host, w *workstation) {
	t.Helper()
	remove := []string{"prereq", "--remove", "--yes"}
	w.djship(0, remove...)
	same(t, "what djship knows of the host", try(t, h, "ls /var/lib/djship 2>/dev/null; find / -xdev -name '*djship*' -not -path '/var/log/*' -not -path '/root/*'"), "")
	idle(t, h, w, remove...)
	w.djship(0, "prereq", "--check")
	to := stepsWith(events(t, w.eventsFile()), "would_change")
	slices.Sort(to)
	same(t, "what prereq would do", strings.ReplaceAll(strings.Join(to, ", "), "folder /var/log/supervisor, ", ""), "/etc/init.d/supervisord, /etc/supervisord.conf, /etc/systemd/system/supervisord.service, folder /etc/supervisor, folder /webapps, folder /webapps/.sockets, service supervisord, "+
		"supervisorctl on the PATH, supervisord on the PATH, supervisord's poller, virtualenv and supervisor in /opt/djship, virtualenv on the PATH, wheel of psycopg2")
	w.djship(0, "up", "example", "example.com")
	answers(t, h, "example.com", "example")
	idle(t, h, w, "up", "example", "example.com")
}
