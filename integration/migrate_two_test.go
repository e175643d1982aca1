//go:build linux

package integration

import (
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Of two hosts that have one database one migrates at a time, and the other finds nothing left to do. Where the network between a host and the database is cut in the middle of a
// migration, nothing of that is left soon, nor its lock, and the next push goes on.
func TestMigrationsOfOneDatabase(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "web1", From: state(t, pushed)}, testbed.Spec{Suite: 12, Name: "web2", From: state(t, pushed)})
	m := movingOn(t, hosts, line(hosts[0], "root"), line(hosts[1], "root"))
	w := m.w
	on(t, hosts[0], `echo "listen_addresses = '*'" >>/etc/postgresql/15/main/conf.d/all.conf && echo 'host example example samenet scram-sha-256' >>/etc/postgresql/15/main/pg_hba.conf &&
echo 'host example example 10.87.0.0/16 scram-sha-256' >>/etc/postgresql/15/main/pg_hba.conf && systemctl restart postgresql@15-main`)
	password := on(t, hosts[0], "cat /webapps/example_project/.django_db_password")
	on(t, hosts[1], as("example", "umask 077; printf 'export DB_HOST=%s DB_PASSWORD=%s\\n' "+hosts[0].Addr()+" "+quote(password)+" >local_env.sh"))
	both := m.next("", "migrations.AddField('Thing', 'price', models.IntegerField(default=7)), migrations.RunSQL(\"select pg_sleep(30) where current_database() = 'example'\")") // web1 rehearses it first
	o := w.djship(0, push("-v")...)
	if said := o.stdout + o.stderr; !strings.Contains(said, "waiting: another migration of this database is at work (pid ") || strings.Count(said, "Applying "+both+"...") != 1 || !strings.Contains(said, "No migrations to apply") {
		t.Errorf("two hosts of one database: %v", o)
	}
	same(t, "the locks", m.sql("select count(*) from pg_locks where locktype = 'advisory'"), "0")

	cut := m.next("", "migrations.AddField('Thing', 'size', models.IntegerField(default=7)), migrations.RunSQL('select pg_sleep(300)')")
	one := begin(t, w, push("-l", "web2")...)
	asleep := func(count string) func() error {
		return func() error {
			return equal(m.sql("select count(*) from pg_stat_activity where query = 'select pg_sleep(300)' and state = 'active'"), count)
		}
	}
	within(t, 2*time.Minute, asleep("1"))
	must(t, hosts[1].CutNetwork())
	t.Logf("the migration is gone after %v", within(t, 60*time.Second, asleep("0")).Round(time.Second))
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
