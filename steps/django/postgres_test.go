package django

import (
	"regexp"
	"strings"
	"testing"

	"djship/assets"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRole(t *testing.T) {
	s := Role{site3()}
	notify := []string{"gunicorn:example"}
	const variables = "site=example home=/webapps/example_project\n"
	created := model.Change{Told: model.Told{Verb: model.Create, Detail: "may log in, nothing else"}, Schedule: model.Schedule{Redo: true, Notify: notify}}
	anew := model.Change{Told: model.Told{Verb: model.Update, Detail: "its password is set anew, from /webapps/example_project/.django_db_password"}, Schedule: model.Schedule{Redo: true, Notify: notify}}
	mended := model.Change{Told: model.Told{Verb: model.Update, Detail: "may log in, nothing else"}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Want: created, Has: []string{"fresh=yes " + variables}},
		{Name: "absent, made before", Step: s, Seen: "site known\n", Want: created, Has: []string{"\nverifier="}},
		{Name: "PostgreSQL not installed yet", Step: s, Seen: "unreadable\n", Want: created, Has: []string{"fresh=yes " + variables}},
		{Name: "PostgreSQL is down, a known site", Step: s, Seen: "site known\nunreadable\n"},
		{Name: "right", Step: s, Seen: "site known\nrole t f\nset ab\nfile ab  -\n"},
		{Name: "somebody else's", Step: s, Seen: "role t f\n", Want: model.Refusal("PostgreSQL has a role example that is not a site's", "choose another project name; or, where nothing uses that role, drop it on the host")},
		{Name: "another password in PostgreSQL or in the file", Step: s, Seen: "site known\nrole t f\n", Want: anew, Has: []string{variables}},
		{Name: "a change that was cut off", Step: s, Seen: "site known\nrole t f\nturning\nfile ab  -\n", Has: []string{variables, "\nfile_back\n"},
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: takenBack}, Schedule: anew.Schedule}},
		{Name: "a new password in the file", Step: s, Seen: "site known\nrole t f\nset ab\nfile ab  -\n", Due: true, Want: anew, Has: []string{variables}},
		{Name: "may not log in", Step: s, Seen: "site known\nrole f f\nset ab\nfile ab  -\n", Want: mended, Has: []string{"alter role"}},
		{Name: "may do more", Step: s, Seen: "site known\nrole t t\nset ab\nfile ab  -\n", Want: mended, Has: []string{"nosuperuser nocreaterole nocreatedb noreplication"}},
	})
}

func TestRolePassword(t *testing.T) {
	s := RolePassword{Site: site3(), Notify: []string{"slot:example"}}
	back := model.Change{Told: model.Told{Verb: model.Update, Detail: takenBack}, Schedule: model.Schedule{Redo: true, Notify: s.Notify}}
	f := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com"}}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Facts: f},
		{Name: "no site", Step: s, Seen: "turning\n"},
		{Name: "a change that was cut off", Step: s, Facts: f, Seen: "turning\n", Want: back, Has: []string{"site=example home=/webapps/example_project\n", "\npassword_back\n"}},
		{Name: "taken back, and what follows not done", Step: s, Facts: f, Due: true, Want: back, Has: []string{"\npassword_back\n"}},
	})
}

func TestSamePassword(t *testing.T) {
	s := SamePassword{RolePassword{Site: site3(), Notify: []string{"slot:example"}}}
	schedule := model.Schedule{Redo: true, Notify: s.Notify}
	back := model.Change{Told: model.Told{Verb: model.Update, Detail: takenBack}, Schedule: schedule}
	anew := model.Change{Told: model.Told{Verb: model.Update, Detail: "it is another one than djship has set, and becomes that of /webapps/example_project/.django_db_password again"}, Schedule: schedule}
	has := []string{"site=example home=/webapps/example_project\n", "\npassword_back\n"}
	f := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com"}}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Facts: f, Seen: "site known\nrole t f\nset ab\n"},
		{Name: "no site", Step: s, Seen: "role t f\n"},
		{Name: "no role", Step: s, Facts: f, Seen: "site known\n"},
		{Name: "PostgreSQL is down", Step: s, Facts: f, Seen: "site known\nunreadable\n"},
		{Name: "another password in PostgreSQL", Step: s, Facts: f, Seen: "site known\nrole t f\n", Want: anew, Has: has},
		{Name: "a change that was cut off", Step: s, Facts: f, Seen: "site known\nrole t f\nturning\n", Want: back, Has: has},
		{Name: "taken back, and what follows not done", Step: s, Facts: f, Seen: "site known\nrole t f\nset ab\n", Due: true, Want: back, Has: has},
	})
}

func TestDatabase(t *testing.T) {
	s := Database{site3()}
	created := model.Change{Told: model.Told{Verb: model.Create, Detail: "owned by example, closed to others"}, Schedule: model.Schedule{Redo: true, Notify: []string{"tables:example", "gunicorn:example"}}}
	mended := model.Change{Told: model.Told{Verb: model.Update, Detail: "owned by example, closed to others"}, Work: model.Work{
		Script: `printf '%s\n' 'alter database "example" owner to "example";' 'revoke all on database "example" from public;' | sql`}}
	modeltest.Run(t, []modeltest.Case{
		{Name: "absent", Step: s, Want: created, Has: []string{`allow_connections true`, `create database "example" owner "example" allow_connections false encoding`}},
		{Name: "absent, made before", Step: s, Seen: "site known\n", Want: created, Has: []string{`revoke all on database "example" from public;`}},
		{Name: "PostgreSQL is down, a known site", Step: s, Seen: "site known\nunreadable\n"},
		{Name: "right", Step: s, Seen: "site known\ndatabase example f\n"},
		{Name: "cut off", Step: s, Seen: "site known\ndatabase example f\n", Due: true, Has: []string{`allow_connections true`},
			Want: model.Change{Told: model.Told{Verb: model.Update, Detail: "finish an interrupted creation: owned by example, closed to others"}, Schedule: model.Schedule{Redo: true}}},
		{Name: "somebody else's", Step: s, Seen: "database example f\n", Want: model.Refusal("PostgreSQL has a database example that is not a site's", "choose another project name; djship never touches a database that it did not make")},
		{Name: "another owner", Step: s, Seen: "site known\ndatabase postgres f\n", Want: mended},
		{Name: "open to all", Step: s, Seen: "site known\ndatabase example t\n", Want: mended},
	})
}

func TestOwnDatabases(t *testing.T) {
	s := OwnDatabases{site3()}
	closed := func(which string) model.Change {
		return model.Change{Told: model.Told{Verb: model.Update, Detail: which + ": closed to sites"}}
	}
	has := []string{"site=example home=/webapps/example_project\n", "revoke connect on database %I from public"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "closed", Step: s, Seen: "site known\n"},
		{Name: "closed, a new site", Step: s},
		{Name: "as PostgreSQL comes", Step: s, Seen: "open postgres all\nopen template1 all\n", Want: closed("postgres, template1"), Has: has},
		{Name: "opened to the site as well", Step: s, Seen: "site known\nopen template1 all\nopen template1 site\n", Want: closed("template1"), Has: has},
		{Name: "PostgreSQL not installed yet", Step: s, Seen: "unreadable\n", Want: closed("postgres, template1"), Has: has},
		{Name: "PostgreSQL is down, a known site", Step: s, Seen: "site known\nunreadable\n"},
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
		text += strings.ReplaceAll(string(Database{site3()}.Plan(modeltest.Debian12, model.Observed{Text: seen}).Script), `'\''`, "'") + "\n"
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
