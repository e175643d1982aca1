//go:build linux

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// A site's account, another local account and the login do on a host what they can to get at what is
// root's, or another site's, while djship works there.
func TestSandbox(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := upSpec(t, pair, testbed.Spec{Suite: suite}) // who races needs a processor of its own
		for _, c := range []struct {
			name string
			run  func(*testing.T, *testbed.Host, *workstation)
		}{
			{"nothing to read in the process list", checkProcessList},
			{"what is root's is not given to a site", checkNotGiven},
			{"links in a home lead root nowhere", checkLinks},
			{"a race between file and link", checkRace},
			{"the lock", checkLockIsRoots},
			{"the login's folder", checkLoginSwaps},
		} {
			t.Run(c.name, func(t *testing.T) {
				w := *w
				w.t = t
				c.run(t, h, &w)
			})
		}
	})
}

// checkProcessList has a local account note every command line while a site is made: what tells root's
// words from others' is in none.
func checkProcessList(t *testing.T, h *testbed.Host, w *workstation) {
	on(t, h, `useradd -m spy
cat >/home/spy/look <<'LOOK'
while [ ! -e /home/spy/stop ]; do cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' '; echo; cat /proc/[0-9]*/environ 2>/dev/null | tr '\0' ' '; done >/home/spy/seen
LOOK
systemd-run -q --unit spy -p User=spy sh /home/spy/look`)
	defer on(t, h, "systemctl stop spy; userdel -r spy 2>/dev/null; rm -rf /home/spy")
	on(t, h, "rm /etc/logrotate.d/djship-example; rm -rf /webapps/example_project/static")
	w.djship(0, strings.Fields(deployExample)...)
	on(t, h, "touch /home/spy/stop; sleep 1")
	seen := on(t, h, "cat /home/spy/seen | tr ' ' '\\n' | sort -u")
	if !strings.Contains(seen, "djship-ready-") {
		t.Fatalf("the spy saw no run at all: %.300s", seen)
	}
	for _, secret := range []string{"mark=", "sign=", "djship-begun-", "patience=", "begin_run", "set -- "} {
		if strings.Contains(seen, secret) {
			t.Errorf("a local account reads %q in the process list", secret)
		}
	}
	if found := regexp.MustCompile(`djship[0-9a-f]{16}`).FindString(seen); found != "" {
		t.Errorf("a local account reads the mark %s", found)
	}
}

// checkNotGiven has a site move what is root's to where its own files belong.
func checkNotGiven(t *testing.T, h *testbed.Host, w *workstation) {
	for _, path := range []string{"gunicorn_start.sh", "logs", ".django_secret_key", "example/example/settings/production.py"} {
		on(t, h, inHome+"install -m 0600 /dev/null roots && echo root-only >roots && mv "+path+" kept")
		on(t, h, as("example", "mv roots "+path))
		o := w.djship(1, strings.Fields(deployExample)...)
		said(t, w, o, home+"/"+path+" belongs to root, not to example", "nothing was changed on this host", home+"/"+path, "chown -h example: ")
		same(t, path, on(t, h, "stat -c '%U %a' "+home+"/"+path), "root 600")
		on(t, h, inHome+"rm "+path+" && mv kept "+path)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
}

// checkLinks has a site lay links where djship reads and writes.
func checkLinks(t *testing.T, h *testbed.Host, w *workstation) {
	on(t, h, "mkdir -p /root/vault && echo root-only >/root/vault/production.py && chmod 700 /root/vault; chown second: /webapps/second_project/prepare_env.sh; echo 'export X=theirs-only' >>/webapps/second_project/prepare_env.sh; chmod 600 /webapps/second_project/prepare_env.sh")
	defer on(t, h, "sed -i /theirs-only/d /webapps/second_project/prepare_env.sh; chmod 644 /webapps/second_project/prepare_env.sh; rm -r /root/vault")
	before := on(t, h, "stat -c '%U %a %z' /etc/shadow /root/vault/production.py /root/.bashrc 2>&1")
	for name, lay := range map[string]struct{ harm, mend string }{
		"a file":                   {"mv prepare_env.sh kept; ln -s /etc/shadow prepare_env.sh", "rm -f prepare_env.sh*; mv kept prepare_env.sh"},
		"a file of another site's": {"mv prepare_env.sh kept; ln -s /webapps/second_project/prepare_env.sh prepare_env.sh", "rm -f prepare_env.sh*; mv kept prepare_env.sh"},
		"a folder on the way":      {"mv example/example/settings kept; ln -s /root/vault example/example/settings", "rm -f example/example/settings; mv kept example/example/settings"},
		"a folder":                 {"mv logs kept; ln -s /root logs", "rm -f logs; mv kept logs"},
		"the password":             {"mv .django_db_password kept; ln -s /etc/shadow .django_db_password", "rm -f .django_db_password; mv kept .django_db_password"},
	} {
		on(t, h, as("example", lay.harm))
		for _, args := range [][]string{{"--check", "--diff", "-vv"}, {"--diff", "-vv"}, {"--overwrite", "--diff", "-vv"}} {
			o := w.run(append(strings.Fields(deployExample), args...)...)
			for _, text := range []string{o.stdout, o.stderr, w.log(h.Name()), w.eventsFile()} {
				for _, secret := range []string{"root:", "root-only", "theirs-only"} {
					if strings.Contains(strings.ReplaceAll(text, "root:root", ""), secret+"*") || strings.Contains(text, "root-only") || strings.Contains(text, "theirs-only") {
						t.Errorf("a link as %s: root has read %q\n%v", name, secret, o)
					}
				}
			}
		}
		same(t, "what the link leads to", on(t, h, "stat -c '%U %a %z' /etc/shadow /root/vault/production.py /root/.bashrc 2>&1"), before)
		on(t, h, as("example", lay.mend))
	}
	w.djship(0, strings.Fields(deployExample)...)
	idle(t, h, w, strings.Fields(deployExample)...)
}

// checkRace has a site exchange a file and a link to /etc/shadow as fast as it can.
func checkRace(t *testing.T, h *testbed.Host, w *workstation) {
	on(t, h, "cat >/tmp/race.py <<'PY'\nimport os\nos.chdir('"+home+"')\nos.system('cp -p prepare_env.sh real; ln -sfn /etc/shadow link')\n"+
		"while not os.path.exists('/tmp/race.stop'):\n    os.system('')\n    os.link('real', 'x'); os.rename('x', 'prepare_env.sh'); os.symlink('/etc/shadow', 'y'); os.rename('y', 'prepare_env.sh')\nPY\n"+
		inHome+"cp -p prepare_env.sh /root/; systemd-run -q --unit race -p User=example python3 /tmp/race.py")
	for range 15 {
		o := w.run(append(strings.Fields(deployExample), "--check", "--diff")...)
		for _, text := range []string{o.stdout, o.stderr, w.log(h.Name()), w.eventsFile()} {
			if strings.Contains(text, "daemon:*:") || strings.Contains(text, "root:$") || strings.Contains(text, "root:*:") {
				t.Fatalf("root has read /etc/shadow for a site: %v", o)
			}
		}
	}
	on(t, h, "touch /tmp/race.stop; systemctl stop race; rm -f /tmp/race.*; "+inHome+"rm -f real link x y prepare_env.sh; cp -p /root/prepare_env.sh .")
	w.djship(0, strings.Fields(deployExample)...)
}

// checkLockIsRoots has a local account try to hold the lock, and root's own flock be told from a run.
func checkLockIsRoots(t *testing.T, h *testbed.Host, w *workstation) {
	same(t, "the lock", on(t, h, "stat -c '%U %a' /run/djship/lock"), "root 600")
	if out := try(t, h, as("example", "flock -n /run/djship/lock true")); !strings.Contains(out, "ermission denied") {
		t.Errorf("a site's account can hold the lock: %s", out)
	}
	on(t, h, "systemd-run -q --unit holds flock /run/djship/lock sleep 1000 && sleep 1 && rm /etc/logrotate.d/djship-example")
	// A holder that was killed leaves its note, and its number to anybody.
	on(t, h, "echo \"$(pgrep -x sleep | head -n 1) 12345 ann@laptop, deploy example example.com\" >/run/djship/holder")
	o := w.djship(1, append(strings.Fields(deployExample), "--no-wait")...)
	said(t, w, o, "the lock of this host is held by", "which is no run of djship's", "sudo kill")
	if o := w.djship(0, "unlock", "example", "--yes"); !strings.Contains(o.stdout, "no run of djship's") {
		t.Errorf("unlock: %v", o)
	}
	same(t, "the stranger", on(t, h, "systemctl is-active holds"), "active")
	on(t, h, "systemctl stop holds")
	w.djship(0, strings.Fields(deployExample)...)
}

// checkLoginSwaps has another process of a sudo login change what is uploaded: it is not run.
func checkLoginSwaps(t *testing.T, h *testbed.Host, w *workstation) {
	if err := w.inventory(line(h, "deploy", "ansible_become=true")); err != nil {
		t.Fatal(err)
	}
	evil := filepath.Join(h.Root(), "home/deploy/swap.sh")
	if err := os.WriteFile(evil, []byte(`for i in $(seq 100000); do
	for b in /run/djship/upload.*/bundle; do [ -s "$b" ] && sed -i 's/logrotate/l0grotate/' "$b" && echo swapped >>/home/deploy/swapped; done
done
`), 0o755); err != nil {
		t.Fatal(err)
	}
	on(t, h, "rm /etc/logrotate.d/djship-example; systemd-run -q --unit swap -p User=deploy bash -c 'until ls /home/deploy/stop 2>/dev/null; do for d in /run/djship/upload.*; do [ -s $d/bundle ] && sed -i s/logrotate/l0grotate/ $d/bundle; done; done'")
	swapped := false
	tries := 4
	if slowToo() {
		tries = 10
	}
	for range tries {
		o := w.run(strings.Fields(deployExample)...)
		if o.status == 1 && strings.Contains(o.stderr+o.stdout, "what was uploaded is not what has arrived") {
			swapped = true
			break
		}
		if o.status != 0 {
			t.Errorf("%v", o)
		}
		on(t, h, "rm -f /etc/logrotate.d/djship-example")
	}
	on(t, h, "systemctl stop swap")
	if found := on(t, h, "ls /etc/l0grotate.d 2>/dev/null; grep -c l0grotate /etc/logrotate.d/djship-example 2>/dev/null || :"); strings.Trim(found, "0\n ") != "" {
		t.Errorf("what the login swapped was run: %s", found)
	}
	t.Logf("%s: a swap was seen in time: %v", fmt.Sprint(h.Name()), swapped)
	w.djship(0, strings.Fields(deployExample)...)
}
