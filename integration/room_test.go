//go:build linux

package integration

import (
	"strings"
	"testing"
)

// A file system on which no more files fit, though it has bytes enough, is known before anything is
// touched.
func TestNoInodes(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, ready)
	on(t, h, "mkdir -p /webapps && mount -t tmpfs -o size=3g,nr_inodes=100,mode=0755 none /webapps")
	o := w.djship(1, "deploy", "example", "example.com")
	end := first(t, events(t, w.eventsFile()), "host_end")
	if !strings.Contains(end.Error, "/webapps has room for 99 more files; room for 20000 is needed") || !strings.Contains(end.Hint, "df -i") {
		t.Errorf("%+v, %v", end, o)
	}
	same(t, "what was made", on(t, h, "ls -A /webapps; getent passwd example || :"), "")
	on(t, h, "mount -o remount,nr_inodes=0 /webapps")
	w.djship(0, "deploy", "example", "example.com")
}

// /webapps as a link: what the refusal says puts a mount in its place, and the sites live on.
func TestLinkInPlaceOfWebapps(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(13), site)
	on(t, h, "mv /webapps /srv/sites && ln -s /srv/sites /webapps")
	secrets := strings.Join(siteSecrets(t, h, "example"), " ")
	w.djship(1, "deploy", "example", "example.com")
	hint := first(t, events(t, w.eventsFile()), "host_end").Hint
	_, after, ok := strings.Cut(hint, "what it leads to: ")
	command, _, ok2 := strings.Cut(after, " - then")
	if !ok || !ok2 {
		t.Fatalf("the hint has no command: %s", hint)
	}
	on(t, h, command)
	w.djship(0, "deploy", "example", "example.com")
	answers(t, h, "example.com", "example")
	same(t, "its secrets", strings.Join(siteSecrets(t, h, "example"), " "), secrets)
	same(t, "fstab", on(t, h, "grep -c '^/srv/sites /webapps none bind 0 0$' /etc/fstab"), "1")
	idle(t, h, w, "deploy", "example", "example.com")
}

// A pip.conf that has people's pip install into their home, and want a virtualenv, is not in the way.
func TestPipConfForPeople(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, `touch /etc/pip.conf
grep -q '^\[global\]' /etc/pip.conf || echo '[global]' >>/etc/pip.conf
sed -i '/^\[global\]/a user = true\nrequire-virtualenv = true' /etc/pip.conf
rm -r /opt/djship/lib/python3*/site-packages/virtualenv*
sudo -u example -i bash -c '. ./prepare_env.sh && pip uninstall -q -y setproctitle'`)
	w.djship(0, "prereq")
	w.djship(0, "deploy", "example", "example.com")
	idle(t, h, w, "deploy", "example", "example.com")
}
