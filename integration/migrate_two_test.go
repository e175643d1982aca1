//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Of two hosts that have one database one migrates at a time, and the other finds nothing left to do. Where the network between a host and the database is cut in the middle of a
// migration, nothing of that is left soon, nor its lock, and the next push goes on.
func TestMigrationsOfOneDatabase(t *testing.T) {
	slowDebians(t, func(t *testing.T, suite int) {
		m, hosts := upSharing(t, suite)
		w := m.w
		both := m.next("", "migrations.AddField('Thing', 'price', models.IntegerField(default=7)), migrations.RunSQL(\"select pg_sleep(30) where current_database() = 'example'\")") // web1 rehearses it first
		o := w.djship(0, push("-v")...)
		if said := o.stdout + o.stderr; !strings.Contains(said, "waiting: another migration of this database is at work (pid ") || strings.Count(said, "Applying "+both+"...") != 1 || !strings.Contains(said, "No migrations to apply") {
			t.Errorf("two hosts of one database: %v", o)
		}
		same(t, "the locks", m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "0")

		seconds, soon := 300, 60*time.Second
		if suite == 11 { // where PostgreSQL is 13, which looks for who has asked when the statement is over
			seconds, soon = 60, 120*time.Second
		}
		sleep := fmt.Sprintf("select pg_sleep(%d)", seconds)
		cut := m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7)), migrations.RunSQL(\""+sleep+" where current_database() = 'example'\")")
		one := begin(t, w, push("-l", "web2")...)
		asleep := func(count string) func() error {
			return func() error {
				return equal(m.sql("select count(*) from pg_stat_activity where query like '"+sleep+"%' and state = 'active'"), count)
			}
		}
		within(t, 2*time.Minute, asleep("1"))
		must(t, hosts[1].CutNetwork())
		t.Logf("the migration is gone after %v", within(t, soon, asleep("0")).Round(time.Second))
		within(t, 60*time.Second, func() error {
			return equal(m.sql("select count(*) from pg_locks where locktype = 'advisory'")+m.sql("select count(*) from information_schema.columns where column_name = 'size'"), "00")
		})
		if m.applied(cut) {
			t.Error("it is recorded")
		}
		if status := one.status(t, 2*time.Minute); status == 0 {
			t.Errorf("the push went well: %s", one.seen.String())
		}
		must(t, hosts[1].RestoreNetwork())
		m.drop()
		m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7))")
		w.djship(0, push()...)
		for _, h := range hosts {
			saysPage(t, h, "first, 0 things")
		}
		same(t, "the column, once", m.sql("select count(*) from information_schema.columns where column_name = 'size'"), "1")
	})
}

// What is destroyed in a database of two hosts is kept once, by the host that migrates; what only removes is run when both have switched, once; the way back is taken once, and both serve the older release then.
func TestWhatIsDestroyedInOneDatabase(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		m, hosts := upSharing(t, suite)
		w := m.w
		const thing, size = "class Thing(models.Model):\n    name = models.CharField(max_length=20)\n", "    size = models.IntegerField(null=True)\n"
		m.code.commit(t, shopWith(thing+size, map[string]string{"0002_size": migration("0001_initial", "migrations.AddField('Thing', 'size', models.IntegerField(null=True))")}))
		w.djship(0, push()...)
		old := releasesTold(t, w)[0].ID
		m.sql("insert into shop_thing (name, size) select 'thing ' || i, i from generate_series(1, 20) i")
		data := m.sql("select id, name, size from shop_thing order by 1")
		for path, text := range says("second") {
			m.code.commit(t, map[string]string{path: text})
		}
		m.code.commit(t, shopWith(thing, map[string]string{"0003_less": migration("0002_size", "migrations.RemoveField('Thing', 'size')")}))

		o := w.djship(0, push("-l", "web1")...)
		said := strings.Join(strings.Fields(o.stdout+o.stderr), " ")
		if want := "removes later, as other hosts may have the same database: shop.0003_less"; !strings.Contains(said, want) {
			t.Errorf("it does not say %q: %v", want, o)
		}
		same(t, "columns while one host has switched", columns(t, hosts[0], "shop_thing"), "id name size")
		saysPage(t, hosts[0], "second, 20 things")
		saysPage(t, hosts[1], "first, 20 things")
		o = w.djship(0, push()...)
		same(t, "columns when both have", columns(t, hosts[0], "shop_thing"), "id name")
		if n := strings.Count(o.stdout+o.stderr, "kept before: column shop_thing.size, 20 rows"); n == 0 {
			t.Errorf("it is not kept: %v", o)
		}
		kept := func() (n []string) {
			for _, h := range hosts {
				n = append(n, on(t, h, "ls "+keptAt+"/example/*.gz 2>/dev/null | wc -l"))
			}
			return n
		}
		same(t, "how often it is kept", strings.Join(kept(), " "), "1 0")
		o = w.djship(0, "rollback", "example", old, "--migrate-back", "-v")
		if n := strings.Count(o.stdout+o.stderr, "taken back: shop.0003_less"); n == 0 {
			t.Errorf("it is not taken back: %v", o)
		}
		same(t, "the data", m.sql("select id, name, size from shop_thing order by 1"), data)
		for _, h := range hosts {
			saysPage(t, h, "first, 20 things")
		}
		same(t, "the locks", m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "0")

		// There and back once more.
		w.djship(0, push()...)
		saysPage(t, hosts[1], "second, 20 things")
		w.djship(0, "rollback", "example", old, "--migrate-back")
		same(t, "the data, once more", m.sql("select id, name, size from shop_thing order by 1"), data)
		for _, h := range hosts {
			saysPage(t, h, "first, 20 things")
		}
	})
}

// Where now one and now the other host has migrated their database, a way back of one after the other brings both to the release before: what the first has taken back the second does not miss.
func TestMigrationsOfOneDatabaseInTurns(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		m, hosts := upSharing(t, suite)
		w := m.w
		m.code.commit(t, says("second"))
		w.djship(0, push()...)
		old := releasesTold(t, w)[0].ID
		m.code.commit(t, says("third"))
		for i, operation := range []string{"migrations.AddField('Thing', 'price', models.IntegerField(default=7))", "migrations.AddField('Thing', 'size', models.IntegerField(null=True))"} {
			name := m.next("", operation)
			w.djship(0, push("-l", fmt.Sprintf("web%d", i+1))...)
			if !m.applied(name) {
				t.Errorf("web%d has not applied %s", i+1, name)
			}
			w.djship(0, push()...)
		}
		for i, host := range []string{"web1", "web2"} {
			w.djship(0, "rollback", "example", old, "--migrate-back", "-l", host)
			saysPage(t, hosts[i], "second, 0 things")
			same(t, "columns behind the way back of "+host, columns(t, hosts[0], "shop_thing"), "id name")
		}
	})
}

// upSharing is a project on two hosts that have one database, that of the first.
func upSharing(t *testing.T, suite int) (*moving, []*testbed.Host) {
	t.Helper()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: suite, Name: "web1", From: state(t, pushed)}, testbed.Spec{Suite: suite, Name: "web2", From: state(t, pushed)})
	m := movingOn(t, hosts, line(hosts[0], "root"), line(hosts[1], "root"))
	on(t, hosts[0], `cd /etc/postgresql/*/main && echo "listen_addresses = '*'" >>conf.d/all.conf && echo 'host example example samenet md5' >>pg_hba.conf &&
echo 'host example example 10.87.0.0/16 md5' >>pg_hba.conf && systemctl restart 'postgresql@*.service'`)
	password := on(t, hosts[0], "cat /webapps/example_project/.django_db_password")
	on(t, hosts[1], as("example", "umask 077; printf 'export DB_HOST=%s DB_PASSWORD=%s\\n' "+hosts[0].Addr()+" "+quote(password)+" >local_env.sh"))
	return m, hosts
}

// movingOn is a project that lies on several hosts, by an inventory of these lines; what it does to a database is seen on the first.
func movingOn(t *testing.T, hosts []*testbed.Host, lines ...string) *moving {
	t.Helper()
	w := workstationFor(t, lines...)
	code, err := startProject(t.Context(), w, shop)
	must(t, err)
	serving(t, hosts)
	return &moving{t: t, h: hosts[0], w: w, code: code, last: "0001_initial", n: 1}
}
