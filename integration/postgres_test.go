//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// psqlAs is a query of a role in a database, over TCP and with the role's password: the site's own, or
// that which login gave it.
func psqlAs(role, database, query string) string {
	return fmt.Sprintf(`PGPASSWORD="$(cat /webapps/%[1]s_project/.django_db_password 2>/dev/null || echo word)" psql -w -qXAt -v ON_ERROR_STOP=1 -h 127.0.0.1 -U %[1]s -d %[2]s -c %[3]s`,
		role, database, quote(query))
}

// openAgain makes a host's PostgreSQL as an older djship left it, or one that came from PostgreSQL 14:
// everybody may connect to its own databases and create there. The search path is that of somebody
// who has put his own schema before the catalogue.
var openAgain = strings.Join([]string{
	sql("grant connect on database postgres, template1 to public", "grant create on schema public to public", "alter database postgres set search_path = public, pg_catalog"),
	strings.Replace(sql("grant create on schema public to public"), "psql", "psql -d template1", 1)}, " && ")

// traps are what a site's role can lay for whoever resolves a name in public. Sprung by a superuser,
// they make the role one.
func traps(role string) string {
	text := fmt.Sprintf(`
create or replace function public.spring() returns boolean language plpgsql as $$
begin
	if current_setting('is_superuser') = 'on' then execute 'alter role %s superuser'; end if;
	return true;
exception when others then return true;
end $$;`, role)
	for _, f := range []struct{ signature, returns, real string }{
		{"has_database_privilege(text, oid, text)", "boolean", "false"},
		{"has_database_privilege(text, text, text)", "boolean", "false"},
		{"has_database_privilege(name, oid, text)", "boolean", "false"},
		{"pg_get_userbyid(oid)", "name", "pg_catalog.pg_get_userbyid($1)"},
		{"md5(text)", "text", "pg_catalog.md5($1)"},
		{"md5(bytea)", "text", "pg_catalog.md5($1)"},
		{"format(text, text)", "text", "pg_catalog.format($1, $2)"},
		{"format(text, name, name)", "text", "pg_catalog.format($1, $2, $3)"},
		{"aclexplode(aclitem[])", "setof record", "pg_catalog.aclexplode($1)"},
		{"equals(name, name)", "boolean", "$1 operator(pg_catalog.=) $2"},
		{"equals(name, text)", "boolean", "$1::text operator(pg_catalog.=) $2"},
		{"equals(text, text)", "boolean", "$1 operator(pg_catalog.=) $2"},
		{"equals(oid, oid)", "boolean", "$1 operator(pg_catalog.=) $2"},
		{"equals(oid, integer)", "boolean", "$1 operator(pg_catalog.=) $2::oid"},
	} {
		text += fmt.Sprintf("\ncreate or replace function public.%s returns %s language plpgsql as $$ begin perform public.spring(); return %s; end $$;",
			f.signature, f.returns, f.real)
		if name, types, _ := strings.Cut(strings.TrimSuffix(f.signature, ")"), "("); name == "equals" {
			left, right, _ := strings.Cut(types, ", ")
			text += fmt.Sprintf("\ncreate operator public.= (function = public.equals, leftarg = %s, rightarg = %s);", left, right)
		}
	}
	text = strings.Replace(text, "return pg_catalog.aclexplode($1)", "return query select * from pg_catalog.aclexplode($1)", 1)
	for _, view := range []string{"pg_roles", "pg_database", "pg_auth_members", "pg_stat_activity"} {
		text += fmt.Sprintf("\ncreate view public.%[1]s as select * from pg_catalog.%[1]s where public.spring();", view)
	}
	return text
}

// mighty are the superusers beside the one that PostgreSQL came with.
func mighty(t *testing.T, h *testbed.Host) string {
	t.Helper()
	return on(t, h, asked("select rolname from pg_roles where rolsuper and oid <> 10"))
}

// asked is a query of the superuser's that prints its rows, and springs no trap: the test's own.
func asked(query string) string {
	return "PGOPTIONS='-c search_path=pg_catalog' && export PGOPTIONS && " + strings.Replace(sql(query), "-qX", "-qXAt", 1)
}

const (
	sessionsOfSecond = "select count(*) from pg_stat_activity where usename = 'second' and datname = 'postgres'"
	groupsOfSecond   = "select g.rolname from pg_auth_members m join pg_roles g on g.oid = m.roleid join pg_roles s on s.oid = m.member where s.rolname = 'second'"
)

// What a site's role may have laid in PostgreSQL's own databases is not run by djship's superuser, who
// closes those databases to sites' roles, and to no other that was there.
func TestSiteRolesLayNoTraps(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		on(t, h, openAgain)
		on(t, h, sql("create role monitor login password 'word'", "create role guild nologin"))
		for _, database := range []string{"postgres", "template1"} {
			on(t, h, psqlAs("second", database, traps("second")))
		}
		on(t, h, sql("select has_database_privilege('public', oid, 'connect') from pg_database")+" >/dev/null")
		same(t, "a superuser who springs the traps has made superusers of", mighty(t, h), "second")
		on(t, h, sql("alter role second nosuperuser"))

		on(t, h, "nohup sh -c "+quote(psqlAs("second", "postgres", "select pg_sleep(600)"))+" </dev/null >/dev/null 2>&1 &")
		within(t, 30*time.Second, func() error {
			if n := on(t, h, asked(sessionsOfSecond)); n != "1" {
				return fmt.Errorf("sessions of second in postgres: %s", n)
			}
			return nil
		})

		// All that djship says as the superuser: by probes and by changes, of this site and of a new one.
		calm := func(what string, args ...string) {
			t.Helper()
			w.djship(0, args...)
			same(t, "superusers after "+what, mighty(t, h), "")
		}
		calm("--check", "deploy", "example", "example.com", "--check")
		same(t, "seen", strings.Join(stepsWith(events(t, w.eventsFile()), "would_change"), ", "), "PostgreSQL's own databases")
		calm("deploy", "deploy", "example", "example.com")
		same(t, "changed", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "PostgreSQL's own databases")
		same(t, "sessions of second in postgres, now that it is closed", on(t, h, asked(sessionsOfSecond)), "0")
		idle(t, h, w, "deploy", "example", "example.com")
		calm("status", "status")
		on(t, h, sql("alter role second nologin", "grant postgres, guild to second", "grant connect on database second to public", "grant connect on database template1 to second"))
		calm("the mending of role and database", "deploy", "second", "second.org")
		same(t, "what second is a member of", on(t, h, asked(groupsOfSecond)), "guild")
		same(t, "mended", sorted(stepsWith(events(t, w.eventsFile()), "changed")), "PostgreSQL database second, PostgreSQL role second, PostgreSQL's own databases")
		calm("a new site", "deploy", "third", "third.net")
		idle(t, h, w, "deploy", "third", "third.net")
		answers(t, h, "third.net", "third")

		on(t, h, sql("create role probe login password 'word' in role pg_monitor", "create role later login password 'word'"))
		for _, database := range []string{"postgres", "template1"} {
			for _, role := range []string{"example", "second", "third", "later"} {
				if out := try(t, h, psqlAs(role, database, "select 1")); !strings.Contains(out, "permission denied for database") {
					t.Errorf("role %s in database %s: %s", role, database, out)
				}
			}
			for _, role := range []string{"monitor", "probe"} {
				same(t, "role "+role+" in database "+database, try(t, h, psqlAs(role, database, "select pg_catalog.current_database()")), database)
			}
		}
		checkDatabasesApart(t, h)
	})
}
