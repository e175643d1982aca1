//go:build linux

package integration

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A moving is a project whose database is migrated, migration after migration.
type moving struct {
	t    *testing.T
	h    *testbed.Host
	w    *workstation
	code *checkout
	last string // the name of its last migration that is committed
	n    int
}

func upMoving(t *testing.T, suite int) *moving {
	h, w, c := upPushed(t, suite)
	return &moving{t: t, h: h, w: w, code: c, last: "0001_initial", n: 1}
}

// next commits a migration of operations behind the last one, and returns its name. above is what stands before the class.
func (m *moving) next(above, operations string, more ...string) string {
	m.t.Helper()
	m.n++
	name := fmt.Sprintf("%04d_step", m.n)
	text := above + migration(m.last, operations) + strings.Join(more, "")
	m.code.commit(m.t, map[string]string{"shop/migrations/" + name + ".py": text})
	m.last = name
	return "shop." + name
}

// drop takes the last migration back that was committed, which was not applied.
func (m *moving) drop() {
	m.t.Helper()
	m.code.commit(m.t, map[string]string{"shop/migrations/" + m.last + ".py": ""})
	m.n--
	m.last = fmt.Sprintf("%04d_step", m.n)
	if m.n == 1 {
		m.last = "0001_initial"
	}
}

// sql is what a statement of the site's own role says.
func (m *moving) sql(statement string) string {
	m.t.Helper()
	return try(m.t, m.h, as("example", `PGPASSWORD="$(cat .django_db_password)" psql -w -XAtq -h localhost -U example -d example -c `+quote(statement)))
}

// applied tells whether the database has a migration on record.
func (m *moving) applied(name string) bool {
	m.t.Helper()
	_, step, _ := strings.Cut(name, ".")
	return m.sql("select count(*) from django_migrations where app = 'shop' and name = '"+step+"'") == "1"
}

// holds has a session begin a transaction with statements, the last of which is a select that it is still at for so many seconds, by the command line of psql.
func (m *moving) holds(seconds int, psql, statements string) {
	m.t.Helper()
	on(m.t, m.h, fmt.Sprintf("nohup setsid %s >/dev/null 2>&1 <<'SQL' &\nbegin; %s, pg_sleep(%d); rollback;\nSQL\nsleep 0.5", psql, statements, seconds))
}

// pushesPast pushes while there is always a session that has a table locked in a mode, in transactions of seconds; they end when the push has said what it is to say.
func (m *moving) pushesPast(lock string, words ...string) {
	m.t.Helper()
	on(m.t, m.h, fmt.Sprintf(`touch /run/held
cat >/run/hold <<'SH'
while [ -e /run/held ]; do
	echo 'begin; lock table %s mode; select 1, pg_sleep(10); rollback;' | %s &
	sleep 5
done
SH
nohup setsid sh /run/hold >/dev/null 2>&1 &
sleep 1`, lock, asRole))
	p := begin(m.t, m.w, push("-v")...)
	p.says(m.t, "waiting: the migration is tried again in 2 s")
	on(m.t, m.h, "rm /run/held")
	m.ends()
	if status := p.status(m.t, 2*time.Minute); status != 0 {
		m.t.Errorf("status %d: %s", status, p.seen.String())
	}
	for _, want := range words {
		if !strings.Contains(p.seen.String(), want) {
			m.t.Errorf("it does not say %q: %s", want, p.seen.String())
		}
	}
}

// ends ends all that holds something.
func (m *moving) ends() {
	m.t.Helper()
	on(m.t, m.h, asPostgres+` -c "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep%' and pid <> pg_backend_pid()"`)
}

const (
	asPostgres = "runuser -u postgres -- psql -X -d example"
	asRole     = `runuser -u example -- sh -c 'PGPASSWORD="$(cat /webapps/example_project/.django_db_password)" exec psql -w -X -h localhost -U example -d example'`
)

// What is added keeps its default in the database, so that code without the column goes on adding rows; a change of the type that the default is in
// the way of takes it away.
func TestMigrationsKeepDefaults(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		m.code.commit(t, map[string]string{"requirements.txt": map[int]string{11: "Django<4\n", 12: "Django<5\n", 13: "Django>=6,<7\n"}[suite] + "# as its Python has it\n"})
		name := m.next("import uuid\nfrom django.utils import timezone\ndef color():\n    return 'red'\n", strings.Join([]string{
			"migrations.AddField('Thing', 'price', models.IntegerField(default=7))", "migrations.AddField('Thing', 'color', models.CharField(max_length=9, default=color))",
			"migrations.AddField('Thing', 'made', models.DateTimeField(auto_now_add=True, default=timezone.now), preserve_default=False)", "migrations.AddField('Thing', 'code', models.UUIDField(default=uuid.uuid4))",
			"migrations.AddField('Thing', 'note', models.CharField(max_length=9, null=True, default='x'))", "migrations.AddField('Thing', 'sold', models.BooleanField(default=True))",
			"migrations.AddField('Thing', 'words', models.TextField(blank=True, default=''))",
			"migrations.AddField('Thing', 'late', models.IntegerField(null=True))", "migrations.AlterField('Thing', 'late', models.IntegerField(default=3))",
			"migrations.AddField('Thing', 'even', models.DateField(null=True, auto_now_add=True, default=timezone.now))", "migrations.AddField('Thing', 'five', models.IntegerField(null=True, default=5))",
			"migrations.AlterField('Thing', 'even', models.DateField(auto_now_add=True))", "migrations.AlterField('Thing', 'five', models.IntegerField(default=5))"}, ", "))
		o := m.w.djship(0, push("-v")...)
		for _, want := range []string{"shop_thing.price keeps its default in the database", "shop_thing.color keeps its default in the database, which color has worked out once", "shop_thing.made keeps a default in the database, CURRENT_TIMESTAMP", "shop_thing.late keeps its default in the database",
			"shop_thing.five has a default in the database, as it is NOT NULL from now on", "Applying " + name + "... OK"} {
			if !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("it does not say %q: %v", want, o)
			}
		}
		same(t, "what the database gives by itself", m.sql("select string_agg(column_name || '=' || coalesce(column_default, '-'), ' ' order by column_name) from information_schema.columns where table_name = 'shop_thing' and column_name not in ('id', 'name')"),
			"code=gen_random_uuid() color='red'::character varying even=CURRENT_DATE five=5 late=3 made=CURRENT_TIMESTAMP note=- price=7 sold=true words=''::text")
		same(t, "a row of code that knows none of them", m.sql("insert into shop_thing (name) values ('one'), ('two'); select price, color, sold, words = '', now() - made < '1 min', even = current_date, five, late from shop_thing"), "7|red|t|t|t|t|5|3\n7|red|t|t|t|t|5|3")
		same(t, "their codes", m.sql("select count(distinct code) from shop_thing"), "2")

		m.next("", "migrations.AlterField('Thing', 'sold', models.IntegerField(default=1)), migrations.AlterField('Thing', 'price', models.BigIntegerField(default=7))")
		m.w.djship(0, push()...)
		same(t, "defaults behind changes of types", m.sql("select column_name, data_type, column_default from information_schema.columns where table_name = 'shop_thing' and column_name in ('sold', 'price') order by 1"), "price|bigint|7\nsold|integer|(true)::integer")
		same(t, "the rows", m.sql("select sold, price from shop_thing"), "1|7\n1|7")
		if suite == 13 { // whose Django knows db_default
			m.next("", "migrations.AddField('Thing', 'state', models.CharField(max_length=9, db_default='new'))")
			m.next("", "migrations.AlterField('Thing', 'state', models.CharField(max_length=9))")
			o := m.w.djship(0, push("-v")...)
			if want := "shop_thing.state keeps its default in the database, which code from before leaves it to"; !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("it does not say %q: %v", want, o)
			}
			same(t, "a row of code from before", m.sql("insert into shop_thing (name) values ('three') returning state"), "new")
		}
		idle(t, m.h, m.w, push()...)
	})
}

// What is open on a database keeps a migration from being begun, and a lock that is held is waited for only briefly, by turns: visitors get their answers meanwhile.
func TestMigrationsAndWhatIsOpen(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		name := m.next("", "migrations.AddField('Thing', 'price', models.IntegerField(default=7))")
		over := unchanged(t, m.h)
		m.holds(60, "env PGAPPNAME=pg_dump "+asPostgres, "select 4711, 'a secret'")
		o := m.w.run(push()...)
		said(t, m.w, o, "a dump of the database is open: pid ", " of postgres, since ", "select N,", "Push again when it is over", "the release before goes on serving")
		for _, secret := range []string{"a secret", "4711"} {
			if strings.Contains(o.stdout+o.stderr, secret) {
				t.Errorf("it shows a value: %v", o)
			}
		}
		m.ends()
		if m.applied(name) {
			t.Error("it was migrated")
		}
		o = m.w.djship(0, push("--check", "--diff")...)
		for _, want := range []string{"migration " + name, "locks shop_thing, about ", "nobody reads or writes it", `ALTER TABLE "shop_thing" ADD COLUMN "price" integer DEFAULT 7 NOT NULL`, `-- left in place: ALTER TABLE "shop_thing" ALTER COLUMN "price" DROP DEFAULT`} {
			if !strings.Contains(o.stdout+o.stderr, want) {
				t.Errorf("it does not say %q: %v", want, o)
			}
		}
		if e := first(t, events(t, m.w.eventsFile()), "migration"); e.Host != "web1" {
			t.Errorf("the event: %+v", e)
		}

		m.pushesPast("shop_thing in access share", "in its way was pid ", " of example, since ", name+" is rolled back, all of it")
		over(true)
		if !m.applied(name) {
			t.Error("it was not migrated")
		}

		// A migration with a foreign key is recorded behind its statements: both are there, or neither.
		key := m.next("", "migrations.AddField('Thing', 'other', models.ForeignKey('shop.Thing', models.CASCADE, null=True))")
		m.pushesPast("django_migrations in share", key+" is rolled back, all of it")
		same(t, "its column, once", m.sql("select count(*) from information_schema.columns where column_name = 'other_id'"), "1")
		if !m.applied(key) {
			t.Error("it is not recorded")
		}

		// A transaction that is older than 30 seconds, of whom the site's role sees nothing.
		m.holds(60, asPostgres, "select count(*) from shop_thing; select 1")
		time.Sleep(31 * time.Second)
		m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7))")
		said(t, m.w, m.w.run(push()...), "a transaction is open: pid ", " of postgres, since ", "select N, pg_sleep(N)", "Push again when it is over")
		m.ends()
		m.w.djship(0, push()...)
	})
}

// Of a migration that fails it is told what is applied; what CONCURRENTLY has left is named with the line that removes it.
func TestMigrationsThatFail(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		m.sql("insert into shop_thing (name) values ('one'), ('one')")
		good := m.next("", "migrations.AddField('Thing', 'price', models.IntegerField(default=7))")
		const statement = "CREATE UNIQUE INDEX CONCURRENTLY once ON shop_thing (name)"
		bad := m.next("", "migrations.RunSQL('select 1'), migrations.RunSQL('"+statement+"')", "    atomic = False\n")
		o := m.w.run(push("--allow-break")...)
		const remove = `DROP INDEX CONCURRENTLY "public"."once";`
		said(t, m.w, o, "applied before that: "+good, bad+" is not recorded as applied; it is not atomic, so that a part of it may be there",
			bad+" has left an index that is not valid: once on shop_thing. This removes it: "+remove)
		said(t, m.w, m.w.run(push("-v", "--allow-break")...), "there is an index that is not valid", "already exists")
		m.sql(remove)
		m.sql("delete from shop_thing")
		m.w.djship(0, push("--allow-break")...)
		same(t, "the index", m.sql("select indisvalid from pg_index where indexrelid = 'once'::regclass"), "t")

		// Deferred constraints are looked at as the transaction ends: a migration is not said to be OK before.
		m.sql("insert into shop_thing (name) values ('two')")
		late := m.next("def orphan(apps, schema):\n    schema.connection.cursor().execute('update shop_thing set other_id = 4711')\n",
			"migrations.AddField('Thing', 'other', models.ForeignKey('shop.Thing', models.CASCADE, null=True)), migrations.RunPython(orphan)")
		o = m.w.run(push()...)
		said(t, m.w, o, "of "+late+" nothing is applied: it was rolled back as a whole")
		if strings.Contains(o.stdout+o.stderr, late+"... OK") || m.applied(late) {
			t.Errorf("it is said to be OK: %v", o)
		}
		m.drop()
		m.w.djship(0, push()...)
	})
}

// A push that is stopped finishes the migration that is at work and begins no other; one that is cut ends it, and nothing of it is left. So it is where PostgreSQL is
// restarted. The next push goes on.
func TestMigrationsThatAreStopped(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		sleeps := func(seconds int) string {
			return fmt.Sprintf("migrations.AddField('Thing', 'a%d', models.IntegerField(default=7)), migrations.RunSQL(\"select pg_sleep(%d) where current_database() = 'example'\")", m.n, seconds)
		}
		at := func(seconds int) {
			t.Helper()
			within(t, time.Minute, func() error {
				return equal(m.sql(fmt.Sprintf("select count(*) from pg_stat_activity where query like 'select pg_sleep(%d) where%%' and state = 'active'", seconds)), "1")
			})
		}
		first, second := m.next("", sleeps(4)), m.next("", sleeps(1))
		one := begin(t, m.w, push()...)
		at(4)
		must(t, one.cmd.Process.Signal(os.Interrupt))
		if status := one.status(t, time.Minute); status != 130 {
			t.Errorf("status %d: %s", status, one.seen.String())
		}
		for _, want := range []string{"stopped between two migrations. Applied: " + first + ". Not begun: " + second} {
			if !strings.Contains(one.seen.String(), want) {
				t.Errorf("it does not say %q: %s", want, one.seen.String())
			}
		}
		if !m.applied(first) || m.applied(second) {
			t.Error("not the first alone is applied")
		}
		m.w.djship(0, push()...)
		idle(t, m.h, m.w, push()...)

		cut := m.next("", sleeps(300))
		one = begin(t, m.w, push()...)
		at(300)
		must(t, one.cmd.Process.Signal(os.Interrupt))
		one.says(t, "Ctrl-C once more cuts them")
		must(t, one.cmd.Process.Signal(os.Interrupt))
		one.status(t, lasts)
		within(t, lasts, func() error {
			return equal(m.sql("select count(*) from pg_stat_activity where query like '%pg_sleep(300)%' and pid <> pg_backend_pid()")+m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "00")
		})
		if m.applied(cut) || m.sql("select count(*) from information_schema.columns where column_name = 'a3'") != "0" {
			t.Error("a part of what was cut is left")
		}

		one = begin(t, m.w, push()...)
		at(300)
		on(t, m.h, "systemctl restart postgresql")
		if status := one.status(t, time.Minute); status != 1 {
			t.Errorf("status %d: %s", status, one.seen.String())
		}
		if want := "of " + cut + " nothing is applied: it was rolled back as a whole"; !strings.Contains(one.seen.String(), want) {
			t.Errorf("it does not say %q: %s", want, one.seen.String())
		}
		m.drop()
		m.next("", sleeps(1))
		m.w.djship(0, push()...)
		idle(t, m.h, m.w, push()...)
	})
}
