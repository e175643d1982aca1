//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/assets"
)

// What another apt holds is waited for, and the run says for whom.
func TestHeldAptLock(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	for _, lock := range []string{"/var/lib/dpkg/lock-frontend", "/var/lib/apt/lists/lock"} {
		on(t, h, "apt-get -qq -y purge git >/dev/null 2>&1; systemctl reset-failed holder 2>/dev/null; systemd-run -q --unit holder python3 -c "+quote(`
import fcntl, time
f = open("`+lock+`", "w")
fcntl.lockf(f, fcntl.LOCK_EX)
time.sleep(600)`))
		pid := on(t, h, "sleep 1; systemctl show -P MainPID holder")
		cmd := w.command("prereq")
		var seen lockedBuffer
		cmd.Stdout, cmd.Stderr = &seen, &seen
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		within(t, time.Minute, func() error { return has(&seen, "waiting: "+lock+" is held by python3 (process "+pid+")") })
		on(t, h, "systemctl stop holder")
		select {
		case err := <-ended:
			if err != nil {
				t.Errorf("it did not go on: %v\n%s", err, seen.String())
			}
		case <-time.After(2 * time.Minute):
			t.Fatalf("it waits still:\n%s", seen.String())
		}
		on(t, h, "command -v git")
		idle(t, h, w, "prereq")
	}
}

// localIndex is a package registry of one's own, on the host itself: what djship asks for of packages
// that are not there already, and the source of what it compiles. 127.0.0.1:9 is where nothing answers.
var localIndex = `set -e
mkdir -p /srv/simple /srv/wheels && cd /srv
pip3 download -q -d wheels --require-hashes --only-binary :all: -r /dev/stdin <<'PINS'
` + assets.Text("pins/tools.txt") + `PINS
pip3 download -q -d wheels --require-hashes --no-deps --no-build-isolation -r /dev/stdin <<'PINS'
` + assets.Text("pins/psycopg2.txt") + `PINS
pip3 download -q -d wheels django gunicorn setproctitle
for wheel in wheels/*; do
	name=$(basename "$wheel" | sed 's/-[0-9].*//' | tr A-Z_ a-z-)
	mkdir -p "simple/$name" && cp "$wheel" "simple/$name/"
done
systemd-run -q --unit registry sh -c 'exec python3 -u -m http.server --bind 127.0.0.1 --directory /srv 8099 >>/srv/log 2>&1'
for i in $(seq 50); do grep -q Serving /srv/log && break; sleep 0.1; done`

func TestRegistriesThatDoNotAnswer(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, localIndex)
	const noTitle = "sudo -u example -i bash -c '. ./prepare_env.sh && pip uninstall -q -y setproctitle'"
	const noTools = "rm -r /opt/djship/lib/python3*/site-packages/virtualenv*"
	const deadIndex = "cp -n /etc/pip.conf /root/pip.conf 2>/dev/null || :; printf '[global]\nindex-url = http://somebody:hidden-word@127.0.0.1:9/simple\nretries = 1\n' >/etc/pip.conf"
	const ownIndex = "cp /root/pip.conf /etc/pip.conf 2>/dev/null || rm -f /etc/pip.conf"
	const noSources = "mkdir /root/apt && cp -a /etc/apt/sources.list* /root/apt/ && rm -rf /etc/apt/sources.list* /var/lib/apt/lists/* && "
	const ownSources = "rm -rf /etc/apt/sources.list* && cp -a /root/apt/. /etc/apt/ && rm -r /root/apt"
	mirrorHints := []string{"/etc/apt/sources.list or sources.list.d/", "proxy"}
	meetAll(t, h, w, []fault{
		{what: "mirror", args: "prereq", harm: noGit + noSources + "echo 'deb http://127.0.0.1:9/debian bookworm main' >/etc/apt/sources.list",
			says: append([]string{"packages", "127.0.0.1:9"}, mirrorHints...), mend: ownSources},
		{what: "mirror, the lists being old", args: "prereq", harm: noGit + "mkdir /root/apt && cp -a /etc/apt/sources.list* /root/apt/ && sed -i 's|https\\?://[^ ]*|http://127.0.0.1:9/debian|' /etc/apt/sources.list $(ls /etc/apt/sources.list.d/* 2>/dev/null) && echo 'Acquire::http::Proxy \"\";' >/etc/apt/apt.conf.d/99none",
			says: append([]string{"packages", "127.0.0.1:9"}, mirrorHints...), mend: ownSources + " && rm /etc/apt/apt.conf.d/99none"},
		{what: "apt's proxy", args: "prereq", harm: noGit + `printf 'Acquire::http::Proxy "http://127.0.0.1:9";\nAcquire::https::Proxy "http://127.0.0.1:9";\n' >/etc/apt/apt.conf.d/99proxy`,
			says: append([]string{"packages", "127.0.0.1:9"}, mirrorHints...), mend: "rm /etc/apt/apt.conf.d/99proxy"},
		{what: "index, for a site", harm: noTitle + " && " + deadIndex,
			says: []string{"Python packages of example", "Looking in indexes: http://somebody:********@127.0.0.1:9/simple", "the index that pip asked", "djship_pip_index_url in the inventory", "/etc/pip.conf"}, mend: ownIndex},
		{what: "index, for prereq", args: "prereq", harm: noTools + " && " + deadIndex,
			says: []string{"virtualenv and supervisor", "Looking in indexes: http://somebody:********@127.0.0.1:9/simple", "the index that pip asked", "djship_pip_index_url in the inventory", "/etc/pip.conf"}, mend: ownIndex},
	})

	t.Run("another by the inventory", func(t *testing.T) {
		on(t, h, noTitle+" && "+noTools+" && "+deadIndex)
		if err := w.inventory(line(h, "root", "djship_pip_index_url=http://somebody:hidden-word@127.0.0.1:8099/simple/")); err != nil {
			t.Fatal(err)
		}
		var all string
		for _, args := range []string{"prereq -vv", deployExample + " --json --diff"} {
			o := w.djship(0, strings.Fields(args)...)
			all += o.stdout + o.stderr + w.log("web1") + w.eventsFile()
		}
		asked := on(t, h, "cat /srv/log")
		for _, path := range []string{"/simple/virtualenv/", "/simple/supervisor/", "/simple/setproctitle/"} {
			if !strings.Contains(asked, "GET "+path) {
				t.Errorf("the index was not asked for %s:\n%s", path, asked)
			}
		}
		if strings.Contains(all, "hidden-word") {
			t.Error("the index's password is in what djship said")
		}
		on(t, h, "systemctl stop registry; "+noTitle)
		said(t, w, w.run(append(strings.Fields(deployExample), "-vv")...), "Looking in indexes: http://somebody:********@127.0.0.1:8099/simple", "the index that pip asked")
		if strings.Contains(w.log("web1"), "hidden-word") {
			t.Error("the index's password is in the log of a failure")
		}
		on(t, h, ownIndex)
		if err := w.inventory(line(h, "root")); err != nil {
			t.Fatal(err)
		}
		w.djship(0, strings.Fields(deployExample)...)
		answers(t, h, "example.com", "example")
	})
}

// has says what is missing of words in what was seen so far.
func has(seen *lockedBuffer, words string) error {
	if text := seen.String(); !strings.Contains(text, words) {
		return fmt.Errorf("no %q in:\n%s", words, text)
	}
	return nil
}
