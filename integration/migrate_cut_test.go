//go:build linux

package integration

import (
	"fmt"
	"testing"
	"time"

	"djship/integration/testbed"
)

// killRun has all of a run be killed on a host, whose program is named by a pattern: the program and all above it, up to sshd.
func killRun(t *testing.T, h *testbed.Host, pattern string) {
	t.Helper()
	on(t, h, `for p in $(pgrep -f '`+pattern+`'); do while [ "$p" -gt 1 ]; do parents="$parents $p"; p=$(ps -o ppid= -p "$p"); case $(ps -o comm= -p "$p") in sshd*) break ;; esac; done; done; kill -KILL $parents || :`)
}

// Where the copy of what is destroyed, the removal behind the switch or the way back is cut off, by a kill of all of it on the host or by the power, its database has whole migrations and all its data, neither a lock nor half a
// copy is left, and the same command goes on.
func TestWhatIsDestroyedWhereItIsCut(t *testing.T) {
	eachDebianThoroughly(t, func(t *testing.T, suite int) {
		m := upMoving(t, suite)
		const thing = "class Thing(models.Model):\n    name = models.CharField(max_length=20)\n"
		m.code.commit(t, shopWith(thing+"    size = models.IntegerField()\n", map[string]string{"0002_size": migration("0001_initial", "migrations.AddField('Thing', 'size', models.IntegerField(default=3), preserve_default=False)")}))
		m.w.djship(0, push()...)
		old := releasesTold(t, m.w)[0].ID
		m.sql("insert into shop_thing (name, size) select 'thing ' || i, i from generate_series(1, 20) i")
		whole := m.sql("select id, name, size from shop_thing order by 1")

		// What is to take its time does so while a file is there that PostgreSQL can read.
		on(t, m.h, "mkdir -p /var/tmp/held && chmod a+rx /var/tmp/held")
		as := func(sql string) { on(t, m.h, asPostgres+" -v ON_ERROR_STOP=1 -qc "+quote(sql)) }
		as("create function held(what text) returns boolean language plpgsql security definer as $$ begin if current_database() = 'example' and (pg_stat_file('/var/tmp/held/' || what, true)).size is not null then perform pg_sleep(1); end if; return true; end $$")
		as("create function copied() returns boolean language plpgsql as $$ begin if current_query() like 'COPY %' then return held('copy'); end if; return true; end $$")
		as("create policy slow on shop_thing using (copied()) with check (true); alter table shop_thing enable row level security; alter table shop_thing force row level security")
		as("create function slow() returns event_trigger language plpgsql as $$ begin for i in 1..60 loop perform held(case when tg_event = 'sql_drop' then 'drop' else 'back' end); end loop; end $$")
		as("create event trigger slow_drop on sql_drop execute function slow()")
		as("create event trigger slow_back on ddl_command_end when tag in ('ALTER TABLE') execute function slow()")

		m.code.commit(t, shopWith(thing, map[string]string{"0003_less": migration("0002_size", "migrations.RemoveField('Thing', 'size')")}))
		power := func(r *running) {
			must(t, m.h.PowerOff())
			must(t, m.h.Start(t.Context()))
			_ = r.cmd.Process.Kill()
			within(t, time.Minute, func() error { // the page of the site, or that of its maintenance
				_, err := visit(m.h, "example.com", "/")
				return err
			})
		}
		kill := func(*running) { killRun(t, m.h, "[d]jship_migrat") }
		for _, c := range []struct {
			what, held, at string
			line           []string
			how            func(*running)
			applied        string // what the last migration is then
		}{
			{"the copy, killed", "copy", "COPY (SELECT%", push(), kill, "0002_size"},
			{"the copy, by the power", "copy", "COPY (SELECT%", push(), power, "0002_size"},
			{"the removal, killed", "drop", "ALTER TABLE %DROP COLUMN%", push(), kill, "0002_size"},
			{"the removal, by the power", "drop", "ALTER TABLE %DROP COLUMN%", push(), power, "0002_size"},
			{"", "", "", push(), nil, "0003_less"},
			{"the way back, killed", "back", "ALTER TABLE %ADD COLUMN%", []string{"rollback", "example", old, "--migrate-back"}, kill, "0003_less"},
			{"the way back, by the power", "back", "ALTER TABLE %ADD COLUMN%", []string{"rollback", "example", old, "--migrate-back"}, power, "0003_less"},
			{"", "", "", []string{"rollback", "example", old, "--migrate-back"}, nil, "0002_size"},
		} {
			if c.how == nil {
				m.w.djship(0, c.line...)
			} else {
				on(t, m.h, "touch /var/tmp/held/"+c.held)
				one := begin(t, m.w, c.line...)
				within(t, 3*time.Minute, func() error {
					select {
					case <-one.ended:
						t.Fatalf("%s: the run has ended: %s", c.what, one.seen.String())
					default:
					}
					return equal(on(t, m.h, asPostgres+" -Atc "+quote("select count(*) from pg_stat_activity where datname = 'example' and state = 'active' and query like '"+c.at+"' and pid <> pg_backend_pid()")), "1")
				})
				c.how(one)
				t.Logf("%s: status %d", c.what, one.status(t, 2*time.Minute))
				on(t, m.h, "rm /var/tmp/held/"+c.held)
			}
			within(t, 90*time.Second, func() error {
				return equal(on(t, m.h, asPostgres+" -Atc "+quote("select count(*) from pg_locks where locktype = 'advisory'")), "0")
			})
			same(t, c.what+": what is applied last", m.sql("select max(name) from django_migrations where app = 'shop'"), c.applied)
			if c.applied == "0002_size" {
				same(t, c.what+": the data", m.sql("select id, name, size from shop_thing order by 1"), whole)
			}
			same(t, c.what+": scratch databases", scratches(t, m.h), "")
			if c.how == nil {
				same(t, "halves of copies", on(t, m.h, fmt.Sprintf("find %s -name '*.part'", keptAt)), "")
				saysPage(t, m.h, "first, 20 things")
			}
		}
		idle(t, m.h, m.w, "rollback", "example", old)
	})
}
