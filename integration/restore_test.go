//go:build linux

package integration

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"djship/integration/testbed"
)

// psql asks the site's database, as its superuser.
func psql(t *testing.T, h *testbed.Host, database, query string) string {
	t.Helper()
	return on(t, h, "cd / && runuser -u postgres -- psql -qXAt -v ON_ERROR_STOP=1 -d "+quote(database)+" -c "+quote(query))
}

// A site that is live becomes what it was in a backup: rows, media, secret key and configuration, so that who was logged in is so again. What was there is kept and comes back by the way of the docs; what is refused or cut off leaves
// the site as it was.
func TestRestore(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, _ := upPushed(t, 12)
	on(t, h, as("example", "cd media && head -c 40000000 /dev/urandom >photo && ln -s photo latest && mkdir deep && echo odd >\"deep/$(printf 'new\\nline')\" && echo odd >\"deep/$(printf 'new\\377')\" && chmod 555 deep"))
	cookie := strings.TrimSpace(w.djship(0, "manage", "example", "shell", "-v", "0", "-c", "from django.core import signing; print(signing.dumps('ann'))").stdout)
	psql(t, h, "example", "create extension file_fdw; create table mine (id serial primary key, word text); alter table mine owner to example; insert into mine (word) select 'word ' || n from generate_series(1, 5000) n")
	w.djship(0, "config", "set", "example", "SERVICE=it's\nthe first")
	page := get(t, h, "example.com", "/").body
	id, err := age.GenerateX25519Identity()
	if err == nil {
		err = os.WriteFile(filepath.Join(w.home, "key.txt"), []byte(id.String()+"\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.djship(0, "backup", "example", "a.tar")
	w.djship(0, "backup", "example", "a.tar.age", "-r", id.Recipient().String())
	was := siteOf(t, h)

	password := on(t, h, "cat "+home+"/.django_db_password")
	change := func() {
		psql(t, h, "example", "delete from mine where id > 10; insert into mine (word) values ('later')")
		on(t, h, as("example", "rm media/photo; echo later >media/later; echo other-key >.django_secret_key"))
		w.djship(0, "config", "set", "example", "SERVICE=second")
	}
	change()
	later := siteOf(t, h)
	if later == was {
		t.Fatal("nothing has changed")
	}
	w.refusesRestores(t, h, later)
	w.cutsRestores(t, h, was, later)
	w.cutsConfig(t, h, was)
	w.restoresAllButTheRest(t, h, was)
	if siteOf(t, h) == was { // by one that was cut off when all was done
		change()
		same(t, "the site, changed again", siteOf(t, h), later)
	}

	cmd, term, err := w.onTerminal(100, "restore", "example", "a.tar.age", "--identity", "key.txt")
	if err == nil {
		err = term.answer("Its name, to go on: ", "example")
	}
	if err != nil {
		t.Fatal(err)
	}
	o := term.wait(cmd)
	if o.status != 0 || !strings.Contains(o.stdout, "\rweb1: database, ") || !strings.Contains(o.stdout, "\rweb1: files, ") {
		t.Fatalf("%v", o)
	}
	same(t, "the site", siteOf(t, h), was)
	same(t, "the first page", get(t, h, "example.com", "/").body, page)
	same(t, "what is set", w.djship(0, "config", "get", "example", "SERVICE").stdout, "it's\nthe first")
	same(t, "the password of the database", on(t, h, "cat "+home+"/.django_db_password"), password)
	same(t, "a signed cookie", strings.TrimSpace(w.djship(0, "manage", "example", "shell", "-v", "0", "-c", "from django.core import signing; print(signing.loads('"+cookie+"'))").stdout), "ann")
	idle(t, h, w, "deploy", "example", "example.com")
	_, stamp, _ := strings.Cut(o.stdout, "example.before-")
	stamp = stamp[:len("20060102-150405")]
	same(t, "the database that was there", psql(t, h, "example.before-"+stamp, "select count(*) from mine"), "11")
	same(t, "the files that were there", on(t, h, "cat "+home+"/djship-before-"+stamp+"/media/later"), "later")
	w.wayBack(t, h, stamp, later)
	if left := try(t, h, "ls -d /webapps/example_project/.djship-restore /var/lib/djship/restoring-example /var/lib/djship/staged-example /etc/nginx/djship/example/maintenance.conf 2>/dev/null"); left != "(status 2)" {
		t.Errorf("left: %s", left)
	}
	if got := psql(t, h, "postgres", "select datname from pg_database where datname like '%restoring'"); got != "" {
		t.Errorf("left: %s", got)
	}
}

// wayBack has what was there before a restore back, by the commands of the docs.
func (w *workstation) wayBack(t *testing.T, h *testbed.Host, stamp, later string) {
	t.Helper()
	page, err := os.ReadFile("../docs/backup.md")
	if err != nil {
		t.Fatal(err)
	}
	_, recipe, _ := strings.Cut(string(page), "To have it back")
	_, recipe, _ = strings.Cut(recipe, "\n\n")
	recipe, rest, ok := strings.Cut(recipe, "\n\n")
	if !ok || !strings.Contains(rest, "dropdb") {
		t.Fatalf("the page has no such recipe: %q", recipe)
	}
	on(t, h, "set -e\ncd /\n"+strings.ReplaceAll(recipe, "20261128-014400", stamp))
	same(t, "the site, as it was before", siteOf(t, h), later)
	within(t, time.Minute, func() error { return answering(h, "example.com") })
}

// siteOf is what a restore is about, as text.
func siteOf(t *testing.T, h *testbed.Host) string {
	t.Helper()
	return on(t, h, "cd "+home+" && find media example -not -name '*.pyc' -printf '%p %y %l %m %u %g\\n' | sort; sha256sum media/photo media/deep/new* .django_secret_key; ls -a | grep -v djship") + "\n" +
		psql(t, h, "example", "select md5(string_agg(m::text, '' order by id)), count(*) from mine m") + psql(t, h, "example", "select tableowner from pg_tables where tablename = 'mine' union all select extname from pg_extension order by 1")
}

// refusesRestores has restores fail in ways that people meet: each is told, and the site is as it was.
func (w *workstation) refusesRestores(t *testing.T, h *testbed.Host, before string) {
	t.Helper()
	whole, err := os.ReadFile(filepath.Join(w.home, "a.tar"))
	other, err2 := age.GenerateX25519Identity()
	if err := errors.Join(err, err2); err != nil {
		t.Fatal(err)
	}
	wrong := bytes.Clone(whole)
	wrong[len(wrong)/2] ^= 1
	for name, text := range map[string][]byte{"cut.tar": whole[:len(whole)/2], "wrong.tar": wrong, "foreign.tar": []byte("what others have written"), "other.txt": []byte(other.String())} {
		if err := os.WriteFile(filepath.Join(w.home, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pg := "systemctl %s postgresql@15-main"
	for _, c := range []struct {
		name, before, after string
		args                []string
		status              int
		want                string
	}{
		{"no such file", "", "", []string{"example", "no.tar"}, 2, "open no.tar: no such file or directory"},
		{"one that was cut off", "", "", []string{"example", "cut.tar"}, 2, "cut.tar is no whole backup: it is cut off"},
		{"one with another byte", "", "", []string{"example", "wrong.tar"}, 2, "wrong.tar is no whole backup: "},
		{"no backup", "", "", []string{"example", "foreign.tar"}, 2, "foreign.tar is no whole backup: "},
		{"no identity", "", "", []string{"example", "a.tar.age"}, 2, "a.tar.age is encrypted\nhint: add --identity FILE"},
		{"another identity", "", "", []string{"example", "a.tar.age", "--identity", "other.txt"}, 2, "none of the identities opens it"},
		{"no identity in the file", "", "", []string{"example", "a.tar.age", "--identity", "a.tar"}, 2, "--identity a.tar: "},
		{"another site's", "", "", []string{"other", "a.tar"}, 2, "a.tar is a backup of example\nhint: djship restore example a.tar"},
		{"stdin", "", "", []string{"example", "-"}, 2, "a backup is read twice"},
		{"nobody to ask", "", "", []string{"example", "a.tar"}, 2, "there is no terminal to ask whether a backup is to take the place of the site example\nhint: add --yes"},
		{"an extension that is not there", "cd /; runuser -u postgres -- psql -qd example -c 'drop extension file_fdw'", "cd /; runuser -u postgres -- psql -qd example -c 'create extension file_fdw'", []string{"example", "a.tar", "--yes"}, 1,
			"the backup's database uses the extension file_fdw, which only a superuser may make\n  hint: on the host: sudo -u postgres psql -d example -c 'create extension \"file_fdw\"'"},
		{"an extension that nobody has", "mv /usr/share/postgresql/15/extension/file_fdw.control /root", "mv /root/file_fdw.control /usr/share/postgresql/15/extension/", []string{"example", "a.tar", "--yes"}, 1, "the host has no extension file_fdw of PostgreSQL"},
		{"PostgreSQL that is down", strings.Replace(pg, "%s", "stop", 1), strings.Replace(pg, "%s", "start", 1) + "; sleep 2", []string{"example", "a.tar", "--yes"}, 1, "PostgreSQL does not run\n  hint: start it"},
		{"no room for the dump", "mount -t tmpfs -o size=16k,mode=1777 none /var/tmp", "umount /var/tmp", []string{"example", "a.tar", "--yes"}, 1, "there is no room for the dump: about "},
		{"media elsewhere", "cd " + home + " && mv media m && ln -s m media", "cd " + home + " && rm media && mv m media", []string{"example", "a.tar", "--yes"}, 1, "in the home of example on this host media is a link"},
		{"a database elsewhere", "echo 'export DB_HOST=db.example.net' >" + home + "/local_env.sh", "rm " + home + "/local_env.sh", []string{"example", "a.tar", "--yes"}, 1, "the database of example is at db.example.net"},
		{"a role that may not log in", "cp -p " + home + "/.django_db_password /root; echo wrong >" + home + "/.django_db_password", "cp -p /root/.django_db_password " + home, []string{"example", "a.tar", "--yes"}, 1, `password authentication failed for user "example"`},
	} {
		if c.before != "" {
			on(t, h, c.before)
		}
		o := w.run(append([]string{"restore"}, c.args...)...)
		if c.after != "" {
			on(t, h, c.after)
		}
		if o.status != c.status || !strings.Contains(o.stderr, c.want) {
			t.Errorf("%s: want %d, %q: %v", c.name, c.status, c.want, o)
		}
	}
	if o := w.djship(0, "restore", "example", "a.tar", "--check"); !strings.Contains(o.stderr, "  configuration: SERVICE") || !strings.Contains(o.stderr, "comes back\n  database: ") || !strings.Contains(o.stdout, "restore of example") {
		t.Errorf("%v", o)
	}
	cmd, term, err := w.onTerminal(100, "restore", "example", "a.tar")
	if err == nil {
		err = term.answer("Its name, to go on: ", "exampel")
	}
	if err != nil {
		t.Fatal(err)
	}
	if o := term.wait(cmd); o.status != 4 || !strings.Contains(o.stdout, "that is not its name: nothing was touched") {
		t.Errorf("%v", o)
	}
	same(t, "the site behind refusals", siteOf(t, h), before)
}

// cutsRestores ends restores in the middle: the site answers, and is either as it was or as in the backup; the next restore works.
func (w *workstation) cutsRestores(t *testing.T, h *testbed.Host, was, before string) {
	t.Helper()
	ended := func(name, when string, with func(kill func())) {
		cmd := w.command("restore", "example", "a.tar", "--yes")
		var said strings.Builder
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		within(t, time.Minute, func() error { _, err := h.Run(t.Context(), when); return err })
		with(func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		if cmd.ProcessState.ExitCode() == 0 {
			t.Errorf("%s: it has ended well: %s", name, said.String())
		}
		within(t, 90*time.Second, func() error { return answering(h, "example.com") })
		t.Logf("%s: %s", name, said.String())
	}
	ended("a connection that is gone", "[ -e "+home+"/.djship-restore ]", func(func()) { on(t, h, "pkill -KILL -f '[s]shd: root'") })
	same(t, "the site behind a cut", siteOf(t, h), before)
	ended("killed as visitors are kept out", "[ -f /var/lib/djship/restoring-example ]", func(kill func()) { kill() })
	if now := siteOf(t, h); now != before && now != was {
		t.Errorf("the site is neither: %s", now)
	}
	within(t, 30*time.Second, func() error { _, err := h.Run(t.Context(), "[ ! -f /var/lib/djship/restoring-example ]"); return err })

	// Without power in the moment in which files and databases change places the next run ends what was begun, and is to be typed again.
	cmd := w.command("restore", "example", "a.tar", "--yes")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, func() error { _, err := h.Run(t.Context(), "[ -f /var/lib/djship/restoring-example ]"); return err })
	on(t, h, "cd / && setsid runuser -u postgres -- psql -qc 'begin; lock table pg_database in share mode; select pg_sleep(60)' >/dev/null 2>&1 &") // which has the databases wait
	within(t, time.Minute, func() error {
		_, err := h.Run(t.Context(), `ls -d "$(sed -n 's/^keeps //p' /var/lib/djship/restoring-example)"/.django_secret_key`)
		return err
	})
	err := h.PowerOff()
	_ = cmd.Wait()
	if err := errors.Join(err, h.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	cut := try(t, h, "cat /var/lib/djship/restoring-example")
	o := w.run("restore", "example", "a.tar", "--yes")
	t.Logf("without power at %q: %v", cut, o)
	if ends := strings.HasPrefix(cut, "id "); ends != (o.status == 1) || ends && !strings.Contains(o.stderr, "what was cut off is ended: run the same command again") {
		t.Errorf("%v", o)
	}
	within(t, 90*time.Second, func() error { return answering(h, "example.com") })
	if now := siteOf(t, h); now != before && now != was {
		t.Errorf("the site is neither: %s", now)
	}
}

// cutsConfig cuts the power when the data have changed places and what was set for the site has not: the next run ends that, and says so.
func (w *workstation) cutsConfig(t *testing.T, h *testbed.Host, was string) {
	t.Helper()
	w.djship(0, "config", "set", "example", "SERVICE=second")
	on(t, h, "cd /webapps/.sites/example/config && mv history kept && mkfifo history") // nobody reads what is to be noted there
	cmd := w.command("restore", "example", "a.tar", "--yes")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	within(t, time.Minute, func() error {
		return equal(try(t, h, `cd / && runuser -u postgres -- psql -qXAtc "select count(*) from pg_database where datname = '$(sed -n 's/^kept //p' /var/lib/djship/restoring-example)'"`), "1")
	})
	err := h.PowerOff()
	_ = cmd.Wait()
	if err := errors.Join(err, h.Start(t.Context())); err != nil {
		t.Fatal(err)
	}
	on(t, h, "cd /webapps/.sites/example/config && mv -f kept history && grep -q second env")
	if o := w.djship(1, "restore", "example", "a.tar", "--yes"); !strings.Contains(o.stderr, "what was cut off is ended: run the same command again") {
		t.Errorf("%v", o)
	}
	within(t, 90*time.Second, func() error { return answering(h, "example.com") })
	same(t, "what is set behind a cut", w.djship(0, "config", "get", "example", "SERVICE").stdout, "it's\nthe first")
	same(t, "the site behind a cut", siteOf(t, h), was)
	if left := try(t, h, "ls /var/lib/djship/restoring-example*"); !strings.Contains(left, "No such file") {
		t.Errorf("left: %s", left)
	}
}

// restoresAllButTheRest has a restore fail when its data are back, in what a deploy makes besides: it says so, and a deploy goes on.
func (w *workstation) restoresAllButTheRest(t *testing.T, h *testbed.Host, was string) {
	t.Helper()
	on(t, h, "rm /etc/logrotate.d/djship-example && "+fullTmpfs("/etc/logrotate.d"))
	o := w.run("restore", "example", "a.tar", "--yes")
	on(t, h, "umount /etc/logrotate.d")
	if want := "djship: the backup is in its place, what was there is kept: `djship deploy example example.com` does what is left, and the same command would put the backup back once more"; o.status != 1 || !strings.Contains(o.stderr, want) {
		t.Errorf("want %q: %v", want, o)
	}
	same(t, "the site, but for the rest", siteOf(t, h), was)
	w.djship(0, "deploy", "example", "example.com")
	idle(t, h, w, "deploy", "example", "example.com")
}
