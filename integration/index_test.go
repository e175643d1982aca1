//go:build linux

package integration

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// An index's password is for root and djship's own accounts: a program that runs as a site, all the
// while, never sees it.
func TestIndexPasswordIsHiddenFromSites(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, localIndex)
	on(t, h, "rm -r /opt/djship/wheels /opt/djship/lib/python3*/site-packages/virtualenv*; "+
		asSite("example", "pip uninstall -q -y setproctitle psycopg2"))
	if err := w.inventory(line(h, "root", "djship_pip_index_url=http://somebody:hidden-word@127.0.0.1:8099/simple/")); err != nil {
		t.Fatal(err)
	}
	s := startSamplerAs(t, h, "example", []string{"/run/djship", "/tmp", "/var/tmp", "/dev/shm", "/opt/djship/packages", "/opt/djship/packages.build",
		"/opt/djship/wheels", "/opt/djship/wheels.build"}, "hidden-word")
	o := w.djship(0, append(upExample, "-vv", "--diff")...)
	// A host whose wheel is gone makes it again for a site that needs it.
	on(t, h, "rm /opt/djship/wheels/*; "+asSite("example", "pip uninstall -q -y psycopg2"))
	again := w.djship(0, append(strings.Fields(deployExample), "-vv", "--diff")...)
	s.stop(t)
	same(t, "wheels", on(t, h, "ls /opt/djship/wheels | grep -c '^psycopg2-.*-cp311-'"), "1")
	asked := on(t, h, "cat /srv/log")
	for _, path := range []string{"/simple/virtualenv/", "/simple/supervisor/", "/simple/psycopg2/", "/simple/setproctitle/"} {
		if !strings.Contains(asked, "GET "+path) {
			t.Errorf("the index was not asked for %s:\n%s", path, asked)
		}
	}
	if strings.Contains(o.stdout+o.stderr+again.stdout+again.stderr+w.log("web1")+w.eventsFile(), "hidden-word") {
		t.Error("the index's password is in what djship said")
	}
	nothingKept(t, h, "hidden-word")
	answers(t, h, "example.com", "example")
}

// That such a program would see the password, if there was one to be seen, is shown by one of its own.
func TestSamplerSeesEnvironmentsAndFiles(t *testing.T) {
	slow(t)
	t.Parallel()
	h, _ := up(t, 12, site)
	s := startSamplerAs(t, h, "example", []string{"/tmp"}, "in-the-environment", "in-a-file")
	on(t, h, "echo in-a-file >/tmp/plain; runuser -u example -- env WORD=in-the-environment sleep 0.2; rm /tmp/plain")
	_ = s.stdin.Close()
	var all strings.Builder
	for s.out.Scan() {
		all.WriteString(s.out.Text() + "\n")
	}
	_ = s.cmd.Wait()
	for _, want := range []string{"/environ", "word 1 in /tmp/plain"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("%q was not seen:\n%s", want, all.String())
		}
	}
}

// nothingKept checks that djship's accounts for wheels own nothing and run nothing, that nobody can
// log in to them, and that a word is in no file of the host.
func nothingKept(t *testing.T, h *testbed.Host, word string) {
	t.Helper()
	for _, account := range []string{"djship-build", "djship-fetch"} {
		same(t, account, try(t, h, "getent passwd "+account+" | cut -d: -f6,7; passwd -S "+account+" | cut -d' ' -f2; id -nG "+account),
			"/nonexistent:/usr/sbin/nologin\nL\n"+account)
		same(t, "what "+account+" runs", try(t, h, "pgrep -a -u "+account+" || :"), "")
		same(t, "what "+account+" owns", try(t, h, "find / -xdev -user "+account), "")
	}
	same(t, "folders of builds", try(t, h, "ls -d /opt/djship/*.build /opt/djship/packages 2>/dev/null || :"), "")
	if err := os.WriteFile(filepath.Join(h.Root(), "root/word"), []byte(word), 0o600); err != nil {
		t.Fatal(err)
	}
	same(t, "files with the word", try(t, h, "grep -rlF -f /root/word /etc /webapps /var /root /home /opt /usr/local /run /tmp /dev/shm 2>/dev/null | grep -vx /root/word || :"), "")
}

// evilSource is the source of a package whose build does what it must not, as the index hands it out:
// it leaves a process in a session of its own, a crontab, files, and what stands in place of LEAVES.
const evilSource = `set -e
mkdir -p /srv/evil/setproctitle-99 && cd /srv/evil/setproctitle-99
cat >setup.py <<'PY'
import os, subprocess
from setuptools import setup
if 'TMPDIR' in os.environ:
    out = os.environ['TMPDIR'] + '/out'
    subprocess.Popen(['sleep', '98765'], start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    subprocess.run(['sh', '-c', 'echo "* * * * * sleep 98765" | crontab -'])
    os.makedirs(out, exist_ok=True)
    for place in '/tmp/evil', '/dev/shm/evil':
        os.makedirs(place, exist_ok=True)
        open(place + '/evil', 'w')
    LEAVES
setup(name='setproctitle', version='99', py_modules=['setproctitle'])
PY
echo 'def setproctitle(title): pass' >setproctitle.py
printf 'Metadata-Version: 1.0\nName: setproctitle\nVersion: 99\n' >PKG-INFO
cd .. && tar czf /srv/simple/setproctitle/setproctitle-99.tar.gz setproctitle-99`

func TestBuildsLeaveNothingButWheels(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, localIndex)
	on(t, h, "apt-get -qq -y install cron >/dev/null 2>&1; command -v crontab")
	if err := w.inventory(line(h, "root", "djship_pip_index_url=http://127.0.0.1:8099/simple/")); err != nil {
		t.Fatal(err)
	}
	const noWheel = "the build left what is no wheel, or too much; nothing of it is taken"
	for _, c := range []struct{ what, leaves, says string }{
		{"a link to what is root's", "os.path.lexists(out + '/evil-1-py3-none-any.whl') or os.symlink('/etc/shadow', out + '/evil-1-py3-none-any.whl')", noWheel},
		{"a pipe", "os.path.lexists(out + '/evil-1-py3-none-any.whl') or os.mkfifo(out + '/evil-1-py3-none-any.whl')", noWheel},
		{"a file without end", "os.truncate(os.open(out + '/evil-1-py3-none-any.whl', os.O_CREAT | os.O_WRONLY), 1 << 42)", noWheel},
		{"another name", "open(out + '/evil\\n1.whl', 'w')", noWheel},
		{"many", "[open(out + '/evil-%d-py3-none-any.whl' % n, 'w') for n in range(40)]", noWheel},
		{"nothing else", "pass", ""},
	} {
		on(t, h, asSite("example", "pip uninstall -q -y setproctitle"))
		on(t, h, strings.Replace(evilSource, "LEAVES", c.leaves, 1))
		o := w.run(append(strings.Fields(deployExample), "-vv")...)
		if c.says != "" {
			said(t, w, o, c.says)
		} else if o.status != 0 {
			t.Error(o)
		}
		same(t, c.what+": processes", try(t, h, "pgrep -a -f '^sleep 98765' || :"), "")
		same(t, c.what+": files", try(t, h, "find / -xdev -user djship-fetch; ls -d /tmp/evil /dev/shm/evil 2>/dev/null || :"), "")
		same(t, c.what+": crontabs", try(t, h, "ls /var/spool/cron/crontabs"), "")
	}
	same(t, "the package", on(t, h, asSite("example", "pip list 2>/dev/null | grep setproctitle | tr -s ' '")), "setproctitle 99")
	answers(t, h, "example.com", "example")
}
