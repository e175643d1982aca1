package steps

import (
	"regexp"
	"strings"
	"testing"

	"djship/assets"
)

func TestRole(t *testing.T) {
	s := Role{site3()}
	notify := []string{"gunicorn example"}
	const variables = "site=example home=/webapps/example_project\n"
	created := Change{Verb: Create, Detail: "may log in, nothing else", Redo: true, Notify: notify}
	anew := Change{Verb: Update, Detail: "its password is set anew, from /webapps/example_project/.django_db_password", Redo: true, Notify: notify}
	mended := Change{Verb: Update, Detail: "may log in, nothing else"}
	runPlans(t, []planCase{
		{name: "absent", step: s, want: created, has: []string{"fresh=yes " + variables}},
		{name: "absent, made before", step: s, seen: "site known\n", want: created, has: []string{"\nverifier="}},
		{name: "PostgreSQL not installed yet", step: s, seen: "unreadable\n", want: created, has: []string{"fresh=yes " + variables}},
		{name: "PostgreSQL is down, a known site", step: s, seen: "site known\nunreadable\n"},
		{name: "right", step: s, seen: "site known\nrole t f\nset ab\nfile ab  -\n"},
		{name: "somebody else's", step: s, seen: "role t f\n", want: Change{Verb: Refuse, Detail: "PostgreSQL has a role example that is not a site's",
			Hint: "choose another project name; or, where nothing uses that role, drop it on the host"}},
		{name: "another password in PostgreSQL or in the file", step: s, seen: "site known\nrole t f\n", want: anew, has: []string{variables}},
		{name: "a new password in the file", step: s, seen: "site known\nrole t f\nset ab\nfile ab  -\n", due: true, want: anew, has: []string{variables}},
		{name: "may not log in", step: s, seen: "site known\nrole f f\nset ab\nfile ab  -\n", want: mended, has: []string{"alter role"}},
		{name: "may do more", step: s, seen: "site known\nrole t t\nset ab\nfile ab  -\n", want: mended, has: []string{"nosuperuser nocreaterole nocreatedb noreplication"}},
	})
}

func TestDatabase(t *testing.T) {
	s := Database{site3()}
	created := Change{Verb: Create, Detail: "owned by example, closed to others", Redo: true, Notify: []string{"database tables of example", "gunicorn example"}}
	mended := Change{Verb: Update, Detail: "owned by example, closed to others",
		Script: `printf '%s\n' 'alter database "example" owner to "example";' 'revoke all on database "example" from public;' | sql`}
	runPlans(t, []planCase{
		{name: "absent", step: s, want: created, has: []string{`allow_connections true`, `create database "example" owner "example" allow_connections false encoding`}},
		{name: "absent, made before", step: s, seen: "site known\n", want: created, has: []string{`revoke all on database "example" from public;`}},
		{name: "PostgreSQL is down, a known site", step: s, seen: "site known\nunreadable\n"},
		{name: "right", step: s, seen: "site known\ndatabase example f\n"},
		{name: "cut off", step: s, seen: "site known\ndatabase example f\n", due: true, has: []string{`allow_connections true`},
			want: Change{Verb: Update, Detail: "finish an interrupted creation: owned by example, closed to others", Redo: true}},
		{name: "somebody else's", step: s, seen: "database example f\n", want: Change{Verb: Refuse, Detail: "PostgreSQL has a database example that is not a site's",
			Hint: "choose another project name; djship never touches a database that it did not make"}},
		{name: "another owner", step: s, seen: "site known\ndatabase postgres f\n", want: mended},
		{name: "open to all", step: s, seen: "site known\ndatabase example t\n", want: mended},
	})
}

func TestOwnDatabases(t *testing.T) {
	s := OwnDatabases{site3()}
	closed := func(which string) Change { return Change{Verb: Update, Detail: which + ": closed to sites"} }
	has := []string{"site=example home=/webapps/example_project\n", "revoke connect on database %I from public"}
	runPlans(t, []planCase{
		{name: "closed", step: s, seen: "site known\n"},
		{name: "closed, a new site", step: s},
		{name: "as PostgreSQL comes", step: s, seen: "open postgres all\nopen template1 all\n", want: closed("postgres, template1"), has: has},
		{name: "opened to the site as well", step: s, seen: "site known\nopen template1 all\nopen template1 site\n", want: closed("template1"), has: has},
		{name: "PostgreSQL not installed yet", step: s, seen: "unreadable\n", want: closed("postgres, template1"), has: has},
		{name: "PostgreSQL is down, a known site", step: s, seen: "site known\nunreadable\n"},
	})
}

// asRecorder stands in for psql: it prints its environment, its words and the SQL that it is given.
const asRecorder = "#!/bin/sh\nenv | grep -v -e ^PWD= -e ^_= -e ^OLDPWD= -e ^SHLVL= | sort\necho \"$*\"\ncat\n"

// The superuser's psql takes nothing from its surroundings, and searches names in the catalogue alone.
func TestSQLOfTheSuperuser(t *testing.T) {
	eachShell(t, func(t *testing.T, s *scratch) {
		s.run("grep -q ^postgres: /etc/passwd || { groupadd -r postgres && useradd -r -g postgres -d /var/lib/postgresql postgres; }")
		s.run("rm -rf /usr/lib/postgresql /etc/postgresql; mkdir -p /usr/lib/postgresql/15/bin /etc/postgresql/15/main; ln -s /bin/true /usr/lib/postgresql/15/bin/postgres")
		s.write("/etc/postgresql/15/main/postgresql.conf", "port = 5433\n", 0o644)
		s.write("/usr/lib/postgresql/15/bin/psql", asRecorder, 0o755)
		hostile := "export HOME=/tmp PGHOST=/tmp PGSERVICEFILE=/tmp/service PGOPTIONS='-c search_path=public' PSQLRC=/tmp/rc PERL5OPT=-Mevil ENV=/tmp/env a=b\n"
		out := s.run(hostile + prelude("echo 'select 1;' | sql"))
		home := strings.TrimSpace(s.run("echo ~postgres"))
		want := "HOME=" + home + "\nLC_ALL=C\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPGOPTIONS=-c search_path=pg_catalog,pg_temp -c lock_timeout=30s\n" +
			"-wXAtq -v ON_ERROR_STOP=1 -p 5433 -d postgres -f -\nselect 1;\n"
		if out != want {
			t.Errorf("psql got\n%s\nwant\n%s", out, want)
		}
	})
}

// A name that stands alone is looked up in what the session searches. Two walls are better than one.
func TestSQLNamesTheCatalogue(t *testing.T) {
	bare := regexp.MustCompile(`(^|[^.\w$])(pg_(roles|authid|database|settings|db_role_setting|hba_file_rules|is_in_recovery|auth_members|stat_activity|get_userbyid|has_role|terminate_backend)\b|(has_\w+_privilege|md5|format|aclexplode|acldefault|current_setting|to_jsonb?|json_\w+|count|sum|unnest)\()`)
	untyped := regexp.MustCompile(`= '[^']*'(?:[^:]|$)|\b\w+\('[^']*'[,)]`)
	var text string
	for _, name := range []string{"shell/role.sh", "shell/closed.sh", "shell/pgready.sh"} {
		text += assets.Text(name)
	}
	_, site, found := strings.Cut(assets.Text("shell/prelude.sh"), "\npg_ways=")
	if !found {
		t.Fatal("the prelude has no SQL")
	}
	for _, seen := range []string{"", "site known\ndatabase postgres f\n"} {
		text += strings.ReplaceAll(string(Database{site3()}.Plan(debian12, Observed{Text: seen}).Script), `'\''`, "'") + "\n"
	}
	n := 0
	for line := range strings.Lines(text + site) {
		if trimmed := strings.TrimSpace(line); !strings.HasPrefix(trimmed, "#") && strings.Contains(line, "pg_catalog.") {
			n++
			if m := bare.FindString(line); m != "" {
				t.Errorf("%q is looked up in the search path: %s", m, line)
			}
			if m := untyped.FindString(line); m != "" {
				t.Errorf("%q has no type: %s", m, line)
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d lines of SQL were looked at", n)
	}
}
