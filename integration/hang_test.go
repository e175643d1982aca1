//go:build linux

package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/runner"
	"djship/steps/model"
)

// looks is how long a host may take to be looked at, by what djship says, and lookEnds how long a run that meets
// that limit may take as a whole.
const (
	looks    = "took longer than 1m0s to be looked at"
	lookEnds = 90 * time.Second
)

// A file system that never answers, as NFS whose server is gone, is no matter where djship has nothing to do with
// it. Where /webapps is one, whatever looks at the host ends in time, and by Ctrl-C at once.
func TestDeadFileSystem(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, "mkdir -p /mnt/backup")
	dead(t, h, "/mnt/backup")
	idle(t, h, w, upExample...)

	before := snapshot(t, h, looked...)
	end := dead(t, h, "/webapps")
	r := begin(t, w, strings.Fields(deployExample)...)
	within(t, 20*time.Second, func() error { return equal(try(t, h, "pgrep -c -x df"), "1") })
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	same(t, "status after Ctrl-C", fmt.Sprint(r.status(t, 10*time.Second)), "130")
	if err := has(&r.seen, "interrupted before anything was changed on this host"); err != nil {
		t.Error(err)
	}

	all := map[string]*running{}
	began := time.Now()
	for _, command := range []string{deployExample, "ping", "status"} {
		all[command] = begin(t, w, strings.Fields(command)...)
	}
	for command, words := range map[string]string{deployExample: "disks (df): " + looks, "ping": "disks (df): " + looks, "status": "look at the host: it has not answered within 1m0s"} {
		r := all[command]
		if status := r.status(t, lookEnds-time.Since(began)); status != 1 {
			t.Errorf("%s: status %d", command, status)
		}
		if err := has(&r.seen, words); err != nil {
			t.Errorf("%s: %v", command, err)
		}
	}
	e := first(t, events(t, w.eventsFile()), "host_end")
	if e.Status != "failed" || e.Error != "disks (df): "+looks || !strings.Contains(e.Hint, "a network file system that does not answer (`mount`)") {
		t.Errorf("host_end: %+v", e)
	}
	// What is left waits for the file system alone.
	within(t, lasts, func() error {
		return equal(try(t, h, `pgrep -a --runstates R,S -f 'djship-ready-|sysread STDIN' | grep -v pgrep || :`), "")
	})
	end()
	within(t, lasts, func() error { return equal(try(t, h, leftovers+"\npgrep -a -x df || :"), "") })
	on(t, h, "umount /webapps")
	untouched(t, h, before, looked...)
	idle(t, h, w, strings.Fields(deployExample)...)
}

// dead mounts a file system that never answers. At the end of the test, or when what is returned is called, it fails.
func dead(t *testing.T, h *testbed.Host, path string) (end func()) {
	t.Helper()
	end, err := h.DeadMount(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(end)
	return end
}

// A host that prints without end when it is looked at is refused at once, not waited for.
func TestHostThatPrintsWithoutEnd(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 13, site)
	on(t, h, "cp -p /var/lib/djship/written /root/")
	for _, c := range []struct{ harm, step string }{
		{`printf '#!/bin/sh\nexec yes endless-line-of-getent\n' >/usr/local/bin/getent && chmod 755 /usr/local/bin/getent`, "group webapps"},
		{"yes endless-line-of-getent | head -c 20M >/var/lib/djship/written", "facts of the host"},
	} {
		on(t, h, c.harm)
		before := snapshot(t, h, looked...)
		o := w.run(strings.Fields(deployExample)...)
		said(t, w, o, c.step+": the host answered more than 16 MiB to the probe", "see on the host what prints so much")
		if o.took > 30*time.Second {
			t.Errorf("it took %v", o.took)
		}
		for _, text := range []string{o.stdout, o.stderr, w.log(h.Name()), w.eventsFile()} {
			if len(text) > 1<<16 || strings.Contains(text, "endless-line") {
				t.Errorf("it tells what the host printed: %.300s", text)
			}
		}
		within(t, lasts, func() error { return equal(try(t, h, leftovers+"\npgrep -a -x yes || :"), "") })
		untouched(t, h, before, looked...)
		on(t, h, "rm -f /usr/local/bin/getent; cp -p /root/written /var/lib/djship/written")
	}
	idle(t, h, w, strings.Fields(deployExample)...)
}

// A directory of accounts, by LDAP, whose server lets everybody in and answers no question. Root's groups are not
// looked for there, or nobody could log in.
const (
	directory = `set -e
printf 'nslcd nslcd/ldap-uris string ldap://127.0.0.1/\nnslcd nslcd/ldap-base string dc=example,dc=org\nlibnss-ldapd libnss-ldapd/nsswitch multiselect passwd\n' | debconf-set-selections
` + install + `
echo 'bind_timelimit 120' >>/etc/nslcd.conf
systemd-run -q --unit directory perl -MSocket -e "$server"
systemctl restart nslcd
grep '^passwd: *files ldap$' /etc/nsswitch.conf`
	directoryServer = `socket S, PF_INET, SOCK_STREAM, 0;
bind S, pack_sockaddr_in(389, INADDR_LOOPBACK) or die;
listen S, 100;
$SIG{CHLD} = "IGNORE";
while (accept C, S) {
	next if fork;
	while (sysread C, $_, 4096) {
		substr($_, 5, 1) eq "\x60" and syswrite C, "\x30\x0c\x02\x01" . substr($_, 4, 1) . "\x61\x07\x0a\x01\x00\x04\x00\x04\x00";
	}
	exit;
}`
)

// An account is looked for in a directory that never answers: the run ends in time, and says so; by Ctrl-C at once.
func TestDeadDirectory(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, ready)
	on(t, h, "server="+quote(directoryServer)+"\n"+fmt.Sprintf(directory, "debconf nslcd libnss-ldapd"))
	before := snapshot(t, h, looked...)
	const asked = "pgrep -c -f '^getent passwd example'"
	r := begin(t, w, strings.Fields(deployExample)...)
	within(t, 20*time.Second, func() error { return equal(try(t, h, asked), "1") })
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	same(t, "status after Ctrl-C", fmt.Sprint(r.status(t, 10*time.Second)), "130")
	o := w.run(strings.Fields(deployExample)...)
	// Which look waits longest is the directory's choice: nslcd lets some go early when it has just lost its server.
	said(t, w, o, looks, "a directory service (`getent passwd`)")
	if o.took > lookEnds {
		t.Errorf("it took %v", o.took)
	}
	within(t, lasts, func() error { return equal(try(t, h, leftovers+"\n"+asked), "0\n(status 1)") })
	untouched(t, h, before, looked...)
}

// A stuck is a step that waits where no signal ends it.
type stuck struct{ script model.Script }

func (stuck) Name() string        { return "a step that can't be killed" }
func (stuck) ID() string          { return "stuck" }
func (stuck) Probe() model.Script { return "echo there is something to do" }

func (s stuck) Plan(model.Facts, model.Observed) model.Change {
	return model.Change{Told: model.Told{Verb: model.Run, Detail: "waits"}, Work: model.Work{Script: s.script}, Schedule: model.Schedule{Limit: stuckLimit}}
}

const stuckLimit = 3 * time.Second

// A step waits for a file system that never answers, where no signal ends it: it is over at its limit all the same,
// and the host is free for the next run. What waits has been killed, and does nothing more once it can.
func TestStepThatCannotBeKilled(t *testing.T) {
	slow(t)
	t.Parallel()
	h, _ := up(t, 13, fresh)
	on(t, h, "mkdir /mnt/backup")
	end := dead(t, h, "/mnt/backup")
	for _, c := range []struct {
		what   string
		script model.Script
	}{
		{"its program", "echo it waits\nstat /mnt/backup/x; echo it went on >/root/on"},
		{"its shell", "echo it waits\n: >/mnt/backup/x || :; echo it went on >/root/on"},
	} {
		overAt(t, h, stuckLimit, stuck{c.script}, c.what, "a step that can't be killed: took longer than 3s\nit waits")
		same(t, c.what+": the lock", try(t, h, "ls /run/djship; flock -n /run/djship/lock true || echo locked"), "lock")
	}
	same(t, "what waits still", try(t, h, "ps axo stat=,comm= | grep '^D'"), "D    stat\nD    sh")
	end()
	within(t, lasts, func() error { return equal(try(t, h, leftovers+"\ncat /root/on 2>/dev/null || :"), "") })
}

// session is a login to a host as root, without djship around it.
func session(t *testing.T, h *testbed.Host) runner.Session {
	t.Helper()
	s, err := logIn(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// What djship reads in a home never ends: the run says so in time, and nothing stays.
func TestHomeThatHangs(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		for name, lay := range map[string]string{
			"a sparse file of 8 TB": "truncate -s 8T .django_db_password",
			"a pipe":                "rm prepare_env.sh; mkfifo prepare_env.sh",
			"a huge script":         "truncate -s 8T gunicorn_start.sh",
		} {
			on(t, h, inHome+"mkdir -p /root/home && cp -p .django_db_password prepare_env.sh gunicorn_start.sh /root/home/")
			on(t, h, as("example", lay))
			began := time.Now()
			o := w.run(append(strings.Fields(deployExample), "--check")...)
			if o.took > 30*time.Second {
				t.Errorf("%s: a check took %v", name, time.Since(began))
			}
			within(t, lasts, func() error { return equal(try(t, h, leftovers), "") })
			on(t, h, inHome+"rm -f .django_db_password prepare_env.sh gunicorn_start.sh && cp -p /root/home/.django_db_password /root/home/prepare_env.sh /root/home/gunicorn_start.sh . && rm -r /root/home")
		}
		// What hangs for good ends with djship, probes included.
		on(t, h, "printf '#!/bin/sh\\nsleep 100000\\n' >/usr/local/bin/df && chmod 755 /usr/local/bin/df")
		r := begin(t, w, append(strings.Fields(deployExample), "--check")...)
		within(t, time.Minute, func() error { return equal(try(t, h, "pgrep -c -f 'sleep 100000'"), "1") })
		killed := time.Now()
		_ = r.cmd.Process.Kill()
		within(t, lasts-time.Since(killed), func() error { return equal(try(t, h, "pgrep -a -f 'sleep 10000[0]' || :\n"+leftovers), "") })
		o := w.run(append(strings.Fields(deployExample), "--check")...)
		said(t, w, o, "took longer than 1m0s to be looked at")
		within(t, lasts, func() error { return equal(try(t, h, "pgrep -a -f 'sleep 10000[0]' || :\n"+leftovers), "") })
		on(t, h, "rm /usr/local/bin/df")
		idle(t, h, w, strings.Fields(deployExample)...)
	})
}
