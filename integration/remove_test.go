//go:build linux

package integration

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A site goes with all that djship has made of it, after a backup; what it has not made stays and is named, and the host's other site is answered all along. What was cut off the next run finishes.
func TestRemove(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	w.djship(0, "deploy", "second", "second.org")
	answers(t, h, "second.org", "second")
	w.djship(0, "rotate", "example", "--secret-key", "--hold", "0s")
	on(t, h, "cd /; runuser -u postgres -- createdb -O example example_extra; runuser -u postgres -- createdb -O example example.restoring; runuser -u postgres -- psql -qd example.restoring -c 'set role example; create table mine (id int)'; runuser -u postgres -- createdb -O example example.before-20261128-014400; runuser -u postgres -- psql -qd example.before-20261128-014400 -c 'set role example; create table mine (id int)'; install -d -o example "+home+"/djship-before-20261128-014400; echo mine >/srv/mine; chown example /srv/mine; echo '@daily true' | crontab -u example -")
	on(t, h, "cd /var/lib/djship && mkdir -p adopted/example-20261127-210500 && echo kept >adopted/example") // as it was taken over
	before := on(t, h, "find /etc /webapps /var/lib/djship -printf '%p %s %u\\n' | grep -v logs/ | sort")

	o := w.djship(5, "remove", "example", "--check", "--exit-code")
	for _, want := range []string{"the database example", "/webapps/example_project", "the account example", "/etc/nginx/sites-available/example.com", "/webapps/.sites/example", "the database example_extra, which the role example owns", "the database example.restoring, into which a restore that was cut off has read a backup",
		"stays: the database example.before-20261128-014400, which a restore has kept (sudo -u postgres dropdb example.before-20261128-014400), ", "that role as example.removed-",
		"/webapps/example_project/djship-before-20261128-014400, which a restore has kept and no backup has",
		"/srv/mine, a file of that account", "stays: /var/lib/djship/adopted/example-20261127-210500", "/var/spool/cron/crontabs/example, a crontab of the account's own"} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("--check lacks %q: %v", want, o)
		}
	}
	if !strings.Contains(o.stderr, "would get a backup, in this folder") {
		t.Errorf("%v", o)
	}
	for want, args := range map[string][]string{
		"djship: there is no terminal to ask whether the site example is to go\nhint: add --yes\n":                {"remove", "example"},
		"djship: there is no site nosuch on " + h.Name() + "\nhint: `djship status` lists those that there are\n": {"remove", "nosuch", "--yes"},
	} {
		if o := w.run(args...); o.status == 0 || o.stderr != want {
			t.Errorf("want %q: %v", want, o)
		}
	}
	on(t, h, "mount -t tmpfs none /webapps/example_project/media")
	if o := w.djship(1, "remove", "example", "--no-backup", "--yes"); !strings.Contains(o.stderr, "a file system is mounted at /webapps/example_project/media, which would be emptied") {
		t.Errorf("%v", o)
	}
	on(t, h, "umount /webapps/example_project/media; mv /webapps/example_project/.django_db_password /root")
	if o := w.djship(1, "remove", "example", "--yes"); !strings.Contains(o.stderr, "nothing was removed. --no-backup removes a site of which none can be made") {
		t.Errorf("%v", o)
	}
	on(t, h, "mv /root/.django_db_password /webapps/example_project/")
	same(t, "what refused runs have left", on(t, h, "find /etc /webapps /var/lib/djship -printf '%p %s %u\\n' | grep -v logs/ | grep -v /history | sort"), withoutLines(before, "/history"))
	answers(t, h, "second.org", "second")

	// Visitors of the other site.
	ctx, stop := context.WithCancel(t.Context())
	failed := make(chan string, 1000)
	visited := make(chan struct{})
	go func() {
		defer close(visited)
		for ; ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
			if err := answering(h, "second.org"); err != nil && len(failed) < cap(failed) {
				failed <- err.Error()
			}
		}
	}()
	cmd := w.command("remove", "example", "--yes")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, func() error {
		_, err := h.Run(t.Context(), "grep -qx 'removing yes' /var/lib/djship/sites/example")
		return err
	})
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	for _, path := range []string{"/etc/supervisor/example-a.conf", "/webapps/.sites/example"} {
		cmd := w.command("remove", "example", "--yes")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		within(t, time.Minute, func() error {
			_, err := h.Run(t.Context(), "[ ! -e "+path+" ]")
			return err
		})
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	o = w.run("remove", "example", "--yes")
	if o.status != 0 && !strings.Contains(o.stderr, "there is no site example") { // the last one may have gone on to its end
		t.Errorf("%v", o)
	}
	stop()
	<-visited
	close(failed)
	for one := range failed {
		t.Errorf("a visitor of the other site: %s", one)
	}
	backups, err := filepath.Glob(filepath.Join(w.home, "example-*.tar"))
	if err != nil || len(backups) != 1 {
		t.Fatalf("%v, %q: %s", err, backups, said.String())
	}
	w.unpack(t, filepath.Base(backups[0]))
	if left := on(t, h, `cd /; runuser -u postgres -- psql -Atc "select datname from pg_database where datname in ('example', 'example.restoring')"`); left != "" {
		t.Errorf("left: the database %s", left)
	}
	if left := try(t, h, `find /etc /webapps /var/lib/djship /run -name '*example*' -not -path '/etc/systemd/*' -not -path '/var/lib/djship/kept/*' -not -name example-20261127-210500; getent passwd example; getent group example; :`); left != "" {
		t.Errorf("left: %s", left)
	}
	same(t, "databases and roles", psql(t, h, "postgres", `select datname from pg_database where datname like 'example%' union all select regexp_replace(rolname, '[0-9]+$', 'N') || ' ' || rolcanlogin from pg_roles where rolname like 'example%' order by 1`),
		"example.before-20261128-014400\nexample.removed-N false\nexample_extra")
	same(t, "what a restore has kept is whose it was", psql(t, h, "example.before-20261128-014400", "select regexp_replace(tableowner, '[0-9]+$', 'N') from pg_tables where tablename = 'mine'"), "example.removed-N")
	same(t, "files of others", on(t, h, "cat /srv/mine; nginx -t -q && echo right"), "mine\nright")
	if o := w.djship(1, "remove", "example", "--yes"); !strings.Contains(o.stderr, "there is no site example") {
		t.Errorf("%v", o)
	}
	w.djship(0, "deploy", "example", "example.com")
	answers(t, h, "example.com", "example")
	on(t, h, "cd /; runuser -u postgres -- dropdb example_extra; runuser -u postgres -- dropdb example.before-20261128-014400; runuser -u postgres -- dropuser $(runuser -u postgres -- psql -Atc \"select rolname from pg_roles where rolname like 'example.removed-%'\")")
	if o := w.djship(0, "deploy", "second", "second.org"); !strings.Contains(o.stdout+o.stderr, "0 changed") && !strings.Contains(o.stdout+o.stderr, "nothing to do") {
		t.Logf("%v", o)
	}
}

// withoutLines is a text without its lines that have a word.
func withoutLines(text, word string) string {
	var kept []string
	for line := range strings.Lines(text) {
		if !strings.Contains(line, word) {
			kept = append(kept, strings.TrimSuffix(line, "\n"))
		}
	}
	return strings.Join(kept, "\n")
}
