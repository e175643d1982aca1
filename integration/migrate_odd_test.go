//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"
)

// A database with another locale than its server's, several schemas by a search path of its own, extensions in a schema of theirs, a role that may make no database, and another database
// in the settings beside it: what live code can go on with is migrated, what not is refused by name, as ever.
func TestRehearsalsOfOddDatabases(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		checkRehearsalsOfOddDatabases(t, upMoving(t, suite), map[int]int{11: 13, 12: 15, 13: 17}[suite])
	})
}

// checkRehearsalsOfOddDatabases does so with a PostgreSQL of a version.
func checkRehearsalsOfOddDatabases(t *testing.T, m *moving, version int) {
	locale := "lc_collate 'C' lc_ctype 'C.UTF-8'"
	switch {
	case version >= 17:
		locale = "locale_provider builtin builtin_locale 'C.UTF-8' lc_collate 'C' lc_ctype 'C'"
	case version >= 15:
		locale = "locale_provider icu icu_locale 'de-DE' lc_collate 'C' lc_ctype 'C'"
	}
	on(t, m.h, `supervisorctl stop all >/dev/null; cd /tmp; runuser -u postgres -- sh -ec "psql -Xqc \"select pg_terminate_backend(pid) from pg_stat_activity where datname = 'example'\" >/dev/null
psql -Xqc 'alter database example rename to before'
psql -Xqc \"create database example owner example template template0 encoding 'UTF8' `+locale+`\"
psql -Xqc 'revoke all on database example from public'
$(ls /usr/lib/postgresql/*/bin/pg_dump | tail -n 1) before | psql -Xq example >/dev/null
psql -Xq example -c 'create schema own authorization example' -c 'create schema ext' -c 'create extension citext schema ext' -c 'grant usage on schema ext to example' -c 'alter database example set search_path = own, public, ext'
psql -Xqc 'create database other owner example'"; supervisorctl start all >/dev/null`)
	within(t, time.Minute, func() error { return answering(m.h, "example.com") })
	m.sql("create table own.shop_log (id serial primary key, word citext unique, year int)")
	settings := strings.Replace(shop["config/settings.py"], "\nDEFAULT_AUTO", "\nDATABASES['other'] = dict(DATABASES['default'], NAME='other')\nDEFAULT_AUTO", 1)
	const log = "class Log(models.Model):\n    word = models.CharField(max_length=20, unique=True)\n"
	m.code.commit(t, map[string]string{"config/settings.py": settings, "shop/models.py": shop["shop/models.py"] + log})
	m.next("", "migrations.SeparateDatabaseAndState(state_operations=[migrations.CreateModel('Log', [('id', models.AutoField(primary_key=True)), ('word', models.CharField(max_length=20, unique=True))])])")
	m.w.djship(0, push()...)

	good := m.next("", "migrations.AddField('Log', 'size', models.IntegerField(default=7)), migrations.AddField('Thing', 'size', models.IntegerField(default=7))")
	o := m.w.djship(0, push("-v")...)
	if !m.applied(good) {
		t.Errorf("it is not migrated: %v", o)
	}
	t.Log(o.stdout + o.stderr)
	same(t, "the column in its schema", m.sql("select string_agg(table_schema || '.' || table_name, ' ' order by table_schema) from information_schema.columns where column_name = 'size'"), "own.shop_log public.shop_thing")
	m.next("", "migrations.RenameField('Log', 'word', 'term')")
	o = m.w.run(push()...)
	said(t, m.w, o, "shop_log.word is term, and old code names it in each statement")
	same(t, "what is left", scratches(t, m.h), "")
	m.drop()
	bad := m.next("def elsewhere(apps, schema):\n    from django.db import connections\n    connections['other'].cursor().execute('select 1')\n", "migrations.AddField('Thing', 'year', models.IntegerField(default=7)), migrations.RunPython(elsewhere)")
	o = m.w.djship(0, push("-v")...)
	if want := "database other is not there in a rehearsal"; !strings.Contains(o.stdout+o.stderr, want) || !m.applied(bad) {
		t.Errorf("it does not say %q: %v", want, o)
	}
	same(t, "what is left", scratches(t, m.h), "")
	idle(t, m.h, m.w, push()...)
}

// Behind a pooler of connections nothing is rehearsed nor migrated, and it is said why. How far a long statement is, is told as PostgreSQL counts it.
func TestMigrationsAndPgBouncer(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		on(t, m.h, `apt-get -qq update >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install pgbouncer >/dev/null 2>&1
password=$(cat /webapps/example_project/.django_db_password)
printf '"example" "%s"\n' "$password" >/etc/pgbouncer/userlist.txt
printf '[databases]\nexample = host=127.0.0.1 port=5432 dbname=example\n[pgbouncer]\nlisten_addr = *\nlisten_port = 6432\nauth_type = plain\nauth_file = /etc/pgbouncer/userlist.txt\npool_mode = transaction\n' >/etc/pgbouncer/pgbouncer.ini
chown postgres /etc/pgbouncer/userlist.txt; systemctl restart pgbouncer`)
		name := m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7))")
		on(t, m.h, as("example", "umask 077; echo export DB_HOST="+m.h.Addr()+" DB_PORT=6432 >local_env.sh"))
		over := unchanged(t, m.h)
		said(t, m.w, m.w.run(push()...), "the database is reached through a pooler of connections", "Have the release reach PostgreSQL itself")
		said(t, m.w, m.w.run(push("--allow-break")...), "the database is reached through a pooler of connections", "Have the release reach PostgreSQL itself")
		over(true)
		on(t, m.h, "rm /webapps/example_project/local_env.sh")
		if m.applied(name) {
			t.Error("it was migrated behind a pooler")
		}
		m.w.djship(0, push()...)

		m.sql("insert into shop_thing (name) select 'thing ' || n from generate_series(1, 20000) n; " +
			"create function slowly(text) returns text language plpgsql immutable as $$ begin for i in 1..40000 loop null; end loop; return $1; end $$")
		m.next("", "migrations.RunSQL('create index concurrently slow_i on shop_thing (slowly(name))')", "    atomic = False\n")
		o := m.w.djship(0, push("--allow-break")...) // that an index's expression may fail is refused
		t.Log(o.stdout + o.stderr)
		for _, want := range []string{" s: create index concurrently slow_i on shop_thing (slowly(name)) – building index", " %"} {
			if !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("it does not say %q: %v", want, o)
			}
		}
	})
}
