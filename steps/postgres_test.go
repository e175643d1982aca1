package steps

import "testing"

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
	created := Change{Verb: Create, Detail: "owned by example, closed to others", Notify: []string{"database tables of example", "gunicorn example"}}
	mended := Change{Verb: Update, Detail: "owned by example, closed to others",
		Script: `printf '%s\n' 'alter database "example" owner to "example";' 'revoke all on database "example" from public;' | sql`}
	runPlans(t, []planCase{
		{name: "absent", step: s, want: created, has: []string{`create database "example" owner "example" encoding`}},
		{name: "absent, made before", step: s, seen: "site known\n", want: created, has: []string{`revoke all on database "example" from public;`}},
		{name: "PostgreSQL is down, a known site", step: s, seen: "site known\nunreadable\n"},
		{name: "right", step: s, seen: "site known\ndatabase example f\n"},
		{name: "somebody else's", step: s, seen: "database example f\n", want: Change{Verb: Refuse, Detail: "PostgreSQL has a database example that is not a site's",
			Hint: "choose another project name; djship never touches a database that it did not make"}},
		{name: "another owner", step: s, seen: "site known\ndatabase postgres f\n", want: mended},
		{name: "open to all", step: s, seen: "site known\ndatabase example t\n", want: mended},
	})
}
