//go:build linux

package integration

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A fullDisk is a moment in which a disk is full, of which nothing was to be seen before.
type fullDisk struct {
	name       string
	harm, mend string
	says       []string
}

// fillsAt has a program of the host's fill its disk but for so many bytes, once, as it is called in a way that a condition of the shell's tells by "$*", and go on.
func fillsAt(program, when string, leave string) (harm, mend string) {
	const wrapper = `#!/bin/sh
if [ ! -s /filling ] && WHEN; then fallocate -l $(($(df --output=avail -B1 / | tail -n 1) - LEAVE)) /filling; fi
exec PROGRAM.real "$@"`
	text := strings.NewReplacer("WHEN", when, "LEAVE", leave, "PROGRAM", program).Replace(wrapper)
	return "touch /filling && chmod 666 /filling && mv " + program + " " + program + ".real && printf '%s\\n' " + quote(text) + " >" + program + " && chmod 755 " + program,
		"mv -f " + program + ".real " + program + "; rm -f /filling"
}

// calledWith is a condition of a program that is called in a way.
func calledWith(pattern string) string {
	return `case "$*" in ` + pattern + `) true ;; *) false ;; esac`
}

// small has a folder of PostgreSQL's lie on a disk of its own with so many KiB to spare, with all that is in it, and takes that back.
func small(folder, kib string) (harm, mend string) {
	r := strings.NewReplacer("DIR", folder, "KIB", kib)
	return r.Replace(`systemctl stop postgresql@15-main && cp -a DIR /root/aside && mount -t tmpfs -o size=$(($(du -sk DIR | cut -f1) + KIB))k,mode=0700 tmpfs DIR && chown postgres:postgres DIR && cp -a /root/aside/. DIR/ && rm -r /root/aside && systemctl start postgresql@15-main`),
		r.Replace(`systemctl stop postgresql@15-main; cp -a DIR /root/aside && umount DIR && rm -r DIR && mv /root/aside DIR && systemctl start postgresql@15-main`)
}

// fullDisks are the moments of a restore, in order.
func fullDisks() (all []fullDisk) {
	const space, same = "No space left on device", "the site is as it was"
	add := func(name string, how func() (harm, mend string), says ...string) {
		harm, mend := how()
		all = append(all, fullDisk{name, harm, mend, says})
	}
	at := func(program, when, leave string) func() (string, string) {
		return func() (string, string) { return fillsAt(program, when, leave) }
	}
	add("where it is noted", func() (string, string) { return fullTmpfs("/var/lib/djship"), "umount /var/lib/djship" }, "restore of the database: none can be made for it", space, same)
	add("as the dump comes", at("/usr/bin/mktemp", calledWith("*/.djship-restore.*"), "100000"), "restore of the database: the host ended it with status 1", "the dump can not be written to /var/tmp", space, same)
	add("as it comes into PostgreSQL", at("/usr/lib/postgresql/15/bin/pg_restore", calledWith("*--exit-on-error*"), "120000000"),
		"restore of the database: the host ended it with status 1", "less than 128 MiB are free at /, where PostgreSQL has its data", same)
	add("where PostgreSQL has its tables", func() (string, string) { return small("/var/lib/postgresql/15/main/base", "16000") }, "restore of the database: the host ended it with status 1", space, same)
	add("as files come", at("/usr/bin/tar", calledWith("*--delay-directory-restore*"), "1000000"), "restore of the files: the host ended it with status ", space, same)
	add("as it is noted what is to be done", func() (string, string) {
		return "cp -a /var/lib/djship /root/held && mount -t tmpfs -o size=$(($(du -sk /root/held | cut -f1) * 11 / 10 + 300))k tmpfs /var/lib/djship && cp -a /root/held/. /var/lib/djship/ && rm -r /root/held", "umount /var/lib/djship"
	}, "restore of example", space)
	add("as visitors are kept out", func() (string, string) {
		const parts = "/etc/nginx/djship/example"
		return "mkdir -p " + parts + " && mount -t tmpfs -o size=4k tmpfs " + parts + " && head -c 4096 /dev/zero >" + parts + "/filling", "umount " + parts + "; rmdir " + parts + " 2>/dev/null || :"
	}, "restore of example", space)
	return all
}

// Where a disk is full when all had looked well before, here or there, a backup and a restore say so, leave nothing, and the site is as it was; the next restore, with room, works.
func TestBackupOnFullDisks(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushedWithDisk(t, 12, 4<<30)
	on(t, h, as("example", "cd media && head -c 8000000 /dev/urandom >photo && mkdir deep && echo odd >deep/new"))
	psql(t, h, "example", "create table mine (id serial primary key, word text); alter table mine owner to example; insert into mine (word) select repeat(md5(n::text), 30) from generate_series(1, 30000) n")
	w.djship(0, "config", "set", "example", "SERVICE=first")
	here := filepath.Join(w.home, "small")
	must(t, os.Mkdir(here, 0o700))
	must(t, syscall.Mount("none", here, "tmpfs", 0, "size=1m"))
	o := w.run("backup", "example", "small/b.tar")
	left, _ := os.ReadDir(here)
	must(t, syscall.Unmount(here, 0))
	if o.status != 1 || !strings.Contains(o.stderr, "small/b.tar.part: no space left on device") || len(left) > 0 {
		t.Errorf("a full disk here: %v, left %v", o, left)
	}

	w.djship(0, "backup", "example", "a.tar")
	was := siteOf(t, h)
	change := func() {
		psql(t, h, "example", "delete from mine where id > 10; insert into mine (word) values ('later')")
		on(t, h, as("example", "echo later >media/photo; echo other-key >.django_secret_key"))
	}
	change()
	later := siteOf(t, h)

	for _, c := range fullDisks() {
		t.Run(c.name, func(t *testing.T) {
			on(t, h, "cd / && runuser -u postgres -- psql -qd example -c vacuum -c checkpoint && "+c.harm) // by which PostgreSQL gives back now what it holds
			within(t, time.Minute, func() error { return answering(h, "example.com") })
			began := time.Now()
			o := w.run("restore", "example", "a.tar", "--yes")
			t.Logf("%v: %v", time.Since(began), o)
			on(t, h, c.mend)
			said := strings.ReplaceAll(o.stdout+o.stderr, ": Wrote only ", ": No space left on device ") // tar, of what has had room in part
			for _, want := range c.says {
				if o.status != 1 || !strings.Contains(said, want) {
					t.Errorf("want %q: %v", want, o)
				}
			}
			leftAlone(t, h, later)
			w.djship(0, "restore", "example", "a.tar", "--yes")
			same(t, "the site, put back with room", siteOf(t, h), was)
			change()
			same(t, "the site, changed again", siteOf(t, h), later)
		})
	}

	// Where it is full as the databases change places all of it has come back; what is left to be done says why it can't.
	w.djship(0, "config", "set", "example", "SERVICE=second")
	harm, mend := fillsAt("/usr/bin/sync", `[ "$*" = "-f ." ] && [ "$PWD" = `+home+` ]`, "0")
	on(t, h, harm)
	o = w.run("restore", "example", "a.tar", "--yes")
	t.Logf("%v", o)
	on(t, h, mend)
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	same(t, "the site", siteOf(t, h), was)
	same(t, "what is set", w.djship(0, "config", "get", "example", "SERVICE").stdout, "first")
	w.djship(0, "deploy", "example", "example.com")
	w.onFullDisk(t, h)
}

// leftAlone checks that a restore that has failed has left nothing, and the site as it was.
func leftAlone(t *testing.T, h *testbed.Host, before string) {
	t.Helper()
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	same(t, "the site", siteOf(t, h), before)
	left := try(t, h, "ls -d "+home+"/.djship-restore /var/lib/djship/restoring-example* /var/lib/djship/staged-example /var/tmp/.djship* /etc/nginx/djship/example/maintenance.conf* 2>/dev/null")
	if databases := psql(t, h, "postgres", "select datname from pg_database where datname like '%restoring'"); left != "(status 2)" || databases != "" {
		t.Errorf("left: %s %s", left, databases)
	}
	stamps := on(t, h, "ls -d "+home+"/djship-before-* 2>/dev/null | sed 's/.*before-//' | sort || :")
	same(t, "databases that are kept, beside folders", psql(t, h, "postgres", "select substr(datname, 16) from pg_database where datname like 'example.before-%' order by 1"), stamps)
}

// fillDisk fills a host's disk when PostgreSQL has given back what it holds, of which a command would have room.
func fillDisk(t *testing.T, h *testbed.Host) {
	t.Helper()
	on(t, h, "cd / && runuser -u postgres -- psql -qd example -c vacuum -c checkpoint")
	must(t, h.FillDisk(0))
}

// onFullDisk has what else is done with a site meet a disk that is full to the last byte: the site goes on as it was, and with room all of it works.
func (w *workstation) onFullDisk(t *testing.T, h *testbed.Host) {
	t.Helper()
	before, secrets := siteOf(t, h), secretsOf(t, h)
	for _, c := range []struct {
		name string
		args []string
		says []string
	}{
		{"new secrets", []string{"rotate", "example", "--hold", "0s"}, []string{"No space left on device", fullHint}},
		{"another domain", strings.Fields(moveThere), []string{"/ has 0 MiB free; 1024 MiB are needed", "nothing was changed on this host", "make room on the host"}},
		{"a backup", []string{"backup", "example", "full.tar"}, []string{"backup of the database: the host ended it with status 1", "No space left on device", "the database can not be read"}},
	} {
		fillDisk(t, h)
		o := w.run(c.args...)
		t.Logf("%s: %v", c.name, o)
		must(t, h.EmptyDisk())
		for _, want := range c.says {
			if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("%s: want %q: %v", c.name, want, o)
			}
		}
		within(t, time.Minute, func() error { return answering(h, "example.com") })
		same(t, "the site behind "+c.name, siteOf(t, h), before)
		same(t, "secrets behind "+c.name, strings.Join(secretsOf(t, h), " "), strings.Join(secrets, " "))
	}
	w.djship(0, "rotate", "example", "--hold", "0s")
	w.djship(0, strings.Fields(moveThere)...)
	before = siteOf(t, h)

	fillDisk(t, h)
	o := w.run("remove", "example", "--yes")
	must(t, h.EmptyDisk())
	if o.status != 1 || !strings.Contains(o.stderr, "nothing was removed. --no-backup removes a site of which none can be made") {
		t.Errorf("%v", o)
	}
	within(t, time.Minute, func() error { return answering(h, newName) })
	same(t, "the site behind a removal that was none", siteOf(t, h), before)

	fillDisk(t, h)
	o = w.run("remove", "example", "--no-backup", "--yes")
	must(t, h.EmptyDisk())
	t.Logf("%v", o)
	for _, want := range []string{"No space left on device", fullHint} {
		if o.status != 1 || !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("a removal: want %q: %v", want, o)
		}
	}
	w.djship(0, "remove", "example", "--no-backup", "--yes")
	same(t, "what is left", try(t, h, `find /etc /webapps /var/lib/djship /run -name '*example*' -not -path '/etc/systemd/*' -not -path '/var/lib/djship/kept/*'; getent passwd example; getent group example; :`), "")
}
