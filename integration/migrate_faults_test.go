//go:build linux

package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// thoroughly skips a test that takes minutes where CI's places are what counts: `make test-slow` runs it.
func thoroughly(t *testing.T) {
	t.Helper()
	slow(t)
	if !thorough() {
		t.Skip("not in CI: `make test-slow` runs it")
	}
}

// eachDebianThoroughly runs a test once for each release, where tests that take minutes are asked for, and not in CI.
func eachDebianThoroughly(t *testing.T, test func(t *testing.T, suite int)) {
	thoroughly(t)
	onDebians(t, test)
}

// whole checks that of a migration nothing is in the database, neither its column nor a lock, and that no scratch database is there.
func (m *moving) whole(what, name, column string) {
	m.t.Helper()
	within(m.t, time.Minute, func() error { return equal(m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "0") })
	if m.applied(name) {
		m.t.Errorf("%s: %s is recorded", what, name)
	}
	same(m.t, what+": its column", m.sql("select count(*) from information_schema.columns where table_name = 'shop_thing' and column_name = '"+column+"'"), "0")
}

// mended checks that a push goes through, and that nothing is left of those before.
func (m *moving) mended(what, name, column string) {
	m.t.Helper()
	m.w.djship(0, push()...)
	if !m.applied(name) {
		m.t.Errorf("%s: %s is not recorded", what, name)
	}
	same(m.t, what+": its column", m.sql("select count(*) from information_schema.columns where table_name = 'shop_thing' and column_name = '"+column+"'"), "1")
	same(m.t, what+": locks", m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "0")
	same(m.t, what+": scratch databases", scratches(m.t, m.h), "")
	saysPage(m.t, m.h, "first, 0 things")
	idle(m.t, m.h, m.w, push()...)
}

// Where the disk is full or the power gone in the middle of a migration nothing of that is left, nor is a lock; the next push goes on.
func TestMigrationsOnAHostThatFails(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		h, w, c := upPushedWithDisk(t, suite, 3<<30)
		m := &moving{t: t, h: h, w: w, code: c, last: "0001_initial", n: 1}
		const live = " where current_database() = 'example'"
		sleeps := func(seconds int) string {
			return fmt.Sprintf("migrations.RunSQL(\"select pg_sleep(%d)%s\")", seconds, live)
		}
		at := func(seconds int) {
			t.Helper()
			within(t, time.Minute, func() error {
				return equal(m.sql(fmt.Sprintf("select count(*) from pg_stat_activity where query like 'select pg_sleep(%d) where%%' and state = 'active'", seconds)), "1")
			})
		}

		full := m.next("", "migrations.AddField('Thing', 'full', models.IntegerField(default=7)), "+sleeps(20)+
			", migrations.RunSQL(\"create table shop_filling as select repeat('x', 1000) from generate_series(1, 600000)"+live+"\")")
		one := begin(t, w, push()...)
		at(20)
		must(t, h.FillDisk(100<<20))
		// Where it is PostgreSQL's own log that finds no room, PostgreSQL ends, and may not be back by then; 13 does not say to its clients why.
		status := one.status(t, 2*time.Minute)
		says := func(words string) bool { return strings.Contains(one.seen.String(), words) }
		rolledBack := says("Check free disk space") && says("of "+full+" nothing is applied: it was rolled back as a whole")
		ended := (says("No space left on device") || says("server closed the connection unexpectedly")) && says("whether "+full+" is applied is not known: the database can't be reached. Push again when it can")
		if status != 1 || !rolledBack && !ended {
			t.Errorf("a full disk: status %d: %s", status, one.seen.String())
		}
		t.Logf("a full disk: %s", one.seen.String())
		must(t, h.EmptyDisk())
		on(t, h, "runuser -u postgres -- psql -Xc 'select 1' >/dev/null 2>&1 || systemctl restart postgresql")
		m.whole("a full disk", full, "full")
		same(t, "a full disk: its table", m.sql("select count(*) from information_schema.tables where table_name = 'shop_filling'"), "0")
		m.mended("a full disk", full, "full")

		dark := m.next("", "migrations.AddField('Thing', 'dark', models.IntegerField(default=7)), "+sleeps(40))
		one = begin(t, w, push()...)
		at(40)
		must(t, h.PowerOff())
		must(t, h.Start(t.Context()))
		_ = one.cmd.Process.Kill()
		within(t, time.Minute, func() error { return answering(h, "example.com") })
		m.whole("power", dark, "dark")
		m.mended("power", dark, "dark")
	})
}

// A rehearsal that is cut off, by a kill of its shell, of djship or by the power, leaves the database as it was; the next push removes its scratch database, and goes on.
func TestRehearsalsThatAreCut(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		for i, cut := range []struct {
			what string
			how  func(*running)
		}{
			{"its Python is killed", func(*running) { on(t, m.h, "pkill -KILL -f '[d]jship_rehearse.main'") }},
			{"djship is killed", func(r *running) { must(t, r.cmd.Process.Kill()) }},
			{"Ctrl-C, twice", func(r *running) {
				must(t, r.cmd.Process.Signal(os.Interrupt))
				time.Sleep(time.Second)
				must(t, r.cmd.Process.Signal(os.Interrupt))
			}},
			{"the power is gone", func(r *running) {
				must(t, m.h.PowerOff())
				must(t, m.h.Start(t.Context()))
				_ = r.cmd.Process.Kill()
				within(t, time.Minute, func() error { return answering(m.h, "example.com") })
			}},
			{"all of the run is killed on the host", func(*running) {
				on(t, m.h, `for p in $(pgrep -f '[d]jship_rehearse.main'); do while [ "$p" -gt 1 ]; do parents="$parents $p"; p=$(ps -o ppid= -p "$p"); case $(ps -o comm= -p "$p") in sshd*) break ;; esac; done; done; kill -KILL $parents`)
			}},
		} {
			column := fmt.Sprintf("c%d", i)
			name := m.next("import os, time\ndef sleep(apps, schema):\n    if schema.connection.settings_dict['NAME'].startswith('djship_scratch') and not os.path.exists('/var/tmp/awake'):\n        time.sleep(600)\n",
				"migrations.AddField('Thing', '"+column+"', models.IntegerField(default=7)), migrations.RunPython(sleep)")
			one := begin(t, m.w, push()...)
			within(t, time.Minute, func() error {
				return equal(m.sql("select count(*) from pg_stat_activity where datname like 'djship_scratch%' and state = 'idle in transaction'"), "1")
			})
			cut.how(one)
			one.status(t, time.Minute)
			m.whole(cut.what, name, column)
			t.Logf("%s: left for the next push: %q", cut.what, scratches(t, m.h))
			on(t, m.h, "touch /var/tmp/awake")
			m.mended(cut.what, name, column)
			on(t, m.h, "rm /var/tmp/awake")
		}
	})
}

// With --rehearse-data migrations meet rows before they meet the live ones: what data forbids ends the push, how long it takes is told; and there has to be room.
func TestRehearsalsWithData(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		h, w, c := upPushedWithDisk(t, suite, 4<<30)
		checkRehearsalsWithData(t, &moving{t: t, h: h, w: w, code: c, last: "0001_initial", n: 1})
	})
}

func checkRehearsalsWithData(t *testing.T, m *moving) {
	h, w := m.h, m.w
	m.sql("insert into shop_thing (name) select 'thing ' || n from generate_series(1, 200000) n; create view names as select name from shop_thing; insert into shop_thing (name) values ('thing 7')")
	m.next("", "migrations.RunSQL('create unique index once on shop_thing (name)')")
	over := unchanged(t, h)
	o := w.run(push("--rehearse-data", "--allow-break")...)
	said(t, w, o, "a pending migration fails in a copy of the data, so it would in the database: shop.0002_step", "could not create unique index", "(name)=(thing 7) is duplicated")
	over(true)
	same(t, "what is left", scratches(t, h), "")
	m.drop()

	name := m.next("import time\ndef count(apps, schema):\n    assert apps.get_model('shop', 'Thing').objects.count() == 200001\n    time.sleep(3)\n", "migrations.AddField('Thing', 'size', models.IntegerField(default=7)), migrations.RunPython(count)")
	w.run(push("--no-migrate")...)
	o = w.djship(0, push("--check", "--rehearse-data")...)
	t.Logf("before: %s", o.stdout+o.stderr)
	must(t, h.FillDisk(1060<<20))
	o = w.run(push("--rehearse-data")...)
	said(t, w, o, "a copy of the data has no room: ", " are needed for a database of ", "make room on the host, or push without --rehearse-data")
	must(t, h.EmptyDisk())

	// A copy that would fill the disk is ended: each of its rows takes a moment, in which the disk is filled.
	m.sql("create function slow() returns boolean language plpgsql as $$ begin if current_database() <> 'example' then perform pg_sleep(0.5); end if; return true; end $$")
	m.sql("create table slow as select n, repeat(md5(n::text), 100) as text from generate_series(1, 60) n; alter table slow add check (slow())")
	tight := begin(t, w, push("--rehearse-data")...)
	within(t, 90*time.Second, func() error {
		return equal(try(t, h, asPostgres+" -Atc "+quote("select count(*) from pg_stat_activity where datname like 'djship_scratch%' and query like 'COPY public.slow%'")), "1")
	})
	must(t, h.FillDisk(900<<20))
	if status := tight.status(t, time.Minute); status != 1 {
		t.Errorf("a tight disk: status %d", status)
	}
	t.Logf("a tight disk: %s", tight.seen.String())
	must(t, h.EmptyDisk())
	if want := "can't be told: the disk was about to be full by a copy of the data: 1024 MiB are kept free"; !strings.Contains(tight.seen.String(), want) || m.applied(name) {
		t.Errorf("it does not say %q, or has migrated: %s", want, tight.seen.String())
	}
	same(t, "what is left where the disk was tight", scratches(t, h), "")
	saysPage(t, h, "first, 200001 things")
	m.sql("drop table slow; drop function slow")
	done := make(chan outcome)
	go func() { done <- w.run(push("--rehearse-data")...) }()
	var scratch string
	within(t, 90*time.Second, func() error {
		scratch = try(t, h, "runuser -u postgres -- psql -XAtqc \"select datname from pg_database where datname like 'djship_scratch%'\"")
		return equal(m.sql("select count(*) > 0 from pg_stat_activity where datname like 'djship_scratch%' and usename = 'example'"), "t")
	})
	same(t, "who may connect", on(t, h, "runuser -u postgres -- psql -XAtqc \"create role other login; select has_database_privilege('other', '"+strings.TrimSpace(scratch)+"', 'connect')\""), "f")
	o = <-done
	t.Logf("with data: %s", o.stdout+o.stderr)
	for _, want := range []string{"a copy of the data was made in ", name + " took ", " with a copy of the data, its Python code 3."} {
		if !strings.Contains(o.stdout+o.stderr, want) {
			t.Errorf("it does not say %q: %v", want, o)
		}
	}
	if o.status != 0 || !m.applied(name) {
		t.Errorf("it is not migrated: %v", o)
	}
	same(t, "what is left", scratches(t, h), "")
	saysPage(t, h, "first, 200001 things")
}
