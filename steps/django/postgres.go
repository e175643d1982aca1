package django

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Role is a site's PostgreSQL role: it logs in with the site's password and may do nothing else.
type Role struct{ Site Site }

// Name implements Step.
func (s Role) Name() string { return "PostgreSQL role " + s.Site.Project }

// ID implements Step.
func (s Role) ID() string { return "role:" + s.Site.Project }

// Probe implements Step: "site known" where djship has made the site before, "role CAN_LOGIN
// TOO_MIGHTY", by itself or by a membership, and "set SUM", the sum of the file that the role's
// password was set from, or "turning" where a change of it was cut off.
func (s Role) Probe() model.Script { return s.Site.database() + "\npg_site role" }

// HomeProbe puts "file SUM", of that file as it is now.
func (s Role) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("sum", s.Site.Layout().Password)
}

// passwordSet tells whether the role has the password that is in the file.
func passwordSet(text string) bool {
	set, _ := model.LineAfter(text, "set ")
	now, _ := model.LineAfter(text, "file ")
	return set != "" && strings.TrimSuffix(now, "  -") == set
}

// Plan implements Step. A role that djship did not make is refused: somebody's application logs in
// with it.
func (s Role) Plan(f model.Facts, seen model.Observed) model.Change {
	set := rolePassword() + model.Script(assets.Text("shell/role.sh"))
	notify := []string{s.Site.Gunicorn().ID()}
	role, exists := model.LineAfter(seen.Text, "role ")
	known := model.HasLine(seen.Text, "site known")
	switch {
	case known && model.HasLine(seen.Text, "unreadable"):
		return model.Change{} // it is down, and started by its service; one that runs and can't be asked is refused
	case !exists:
		c := model.Change{Told: model.Told{Verb: model.Create, Detail: "may log in, nothing else"}, Work: model.Work{Script: s.Site.database() + "\n" + set}, Schedule: model.Schedule{Redo: true, Notify: notify}}
		if !known {
			c.Script = "fresh=yes " + c.Script
		}
		return c
	case !known:
		return model.Refusal("PostgreSQL has a role "+s.Site.Project+" that is not a site's", f.ElseAdopt(s.Site.Project, "choose another project name; or, where nothing uses that role, drop it on the host"))
	case !passwordSet(seen.Text) || seen.Due:
		detail := "its password is set anew, from " + s.Site.Layout().Password
		if model.HasLine(seen.Text, "turning") {
			detail = takenBack
		}
		return model.Change{Told: model.Told{Verb: model.Update, Detail: detail}, Work: model.Work{
			Script: s.Site.database() + "\n" + set}, Schedule: model.Schedule{Redo: true, Notify: notify}}
	case role != "t f":
		return model.Change{Told: model.Told{Verb: model.Update, Detail: "may log in, nothing else"}, Work: model.Work{Script: s.Site.database() + "\n" + set}}
	}
	return model.Change{}
}

// takenBack is what becomes of a change of a role's password that was cut off.
const takenBack = "a change of its password was cut off, and the one before is good again"

// rolePassword has functions for the password of a role, with what database sets.
func rolePassword() model.Script {
	return model.Script(assets.Code("shell/verifier.sh") + assets.Code("shell/rolepassword.sh"))
}

// RolePassword is the password of a site's role where Role is not in the list: a change of it by
// `djship rotate` that was cut off between file and role is taken back. Without one it does nothing.
type RolePassword struct {
	Site   Site
	Notify []string // IDs of later steps that have another process take over
}

// Name implements Step.
func (s RolePassword) Name() string { return "password of the PostgreSQL role " + s.Site.Project }

// ID implements Step.
func (s RolePassword) ID() string { return "role-password:" + s.Site.Project }

// Probe implements Step: "turning" as in Role. It asks PostgreSQL nothing.
func (s RolePassword) Probe() model.Script {
	return s.Site.database() + "\nrole_turning || :"
}

// Plan implements Step.
func (s RolePassword) Plan(f model.Facts, seen model.Observed) model.Change {
	if !model.HasLine(seen.Text, "turning") && !seen.Due || f.Sites[s.Site.Project].Domain == "" { // release.Deployed refuses the latter
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: takenBack}, Work: model.Work{Script: s.Site.database() + "\n" + rolePassword() + "password_back\n"}, Schedule: model.Schedule{Redo: true, Notify: s.Notify}}
}

// SamePassword is RolePassword where a role that somebody has given another password gets that of the file again, too: the site does not get into its database with it.
// A file that somebody has given another one is left: the site has begun with the one of before.
type SamePassword struct{ RolePassword }

// Probe implements Step: what PostgreSQL has, as in Role.
func (s SamePassword) Probe() model.Script { return s.Site.database() + "\npg_site role" }

// Plan implements Step.
func (s SamePassword) Plan(f model.Facts, seen model.Observed) model.Change {
	_, exists := model.LineAfter(seen.Text, "role ")
	_, same := model.LineAfter(seen.Text, "set ")
	if !exists || same || seen.Due || model.HasLine(seen.Text, "turning") || f.Sites[s.Site.Project].Domain == "" {
		return s.RolePassword.Plan(f, seen)
	}
	seen.Due = true
	c := s.RolePassword.Plan(f, seen)
	c.Detail = "it is another one than djship has set, and becomes that of " + s.Site.Layout().Password + " again"
	return c
}

// OwnDatabases are those that PostgreSQL comes with, postgres and template1, which djship's superuser
// connects to: closed to sites' roles, who could lay something for a superuser there. Other roles that
// are there when they are closed may connect as before.
type OwnDatabases struct{ Site Site }

// Name implements Step.
func (s OwnDatabases) Name() string { return "PostgreSQL's own databases" }

// ID implements Step.
func (OwnDatabases) ID() string { return "postgresql-databases" }

// Probe implements Step: "site known" as in Role, "open DATABASE all" and "open DATABASE site" for who is
// let in.
func (s OwnDatabases) Probe() model.Script { return s.Site.database() + "\npg_site open" }

// Plan implements Step.
func (s OwnDatabases) Plan(_ model.Facts, seen model.Observed) model.Change {
	var open []string
	for line := range strings.Lines(seen.Text) {
		if words := strings.Fields(line); len(words) == 3 && words[0] == "open" && !slices.Contains(open, words[1]) {
			open = append(open, words[1])
		}
	}
	unseen := model.HasLine(seen.Text, "unreadable")
	switch {
	case unseen && model.HasLine(seen.Text, "site known"):
		return model.Change{} // it is down, and started by its service; one that runs and can't be asked is refused
	case unseen:
		open = []string{"postgres", "template1"}
	case open == nil:
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: strings.Join(open, ", ") + ": closed to sites"}, Work: model.Work{Script: s.Site.database() + "\n" + model.Script(assets.Text("shell/closed.sh"))}}
}

// Database is a site's PostgreSQL database, owned by its role and closed to other sites' roles.
type Database struct{ Site Site }

// Name implements Step.
func (s Database) Name() string { return "PostgreSQL database " + s.Site.Project }

// ID implements Step.
func (s Database) ID() string { return "database:" + s.Site.Project }

// Probe implements Step: "site known" as in Role, "database OWNER PUBLIC_MAY_CONNECT".
func (s Database) Probe() model.Script { return s.Site.database() + "\npg_site database" }

// Plan implements Step. A database is never dropped, and one that djship did not make is refused.
func (s Database) Plan(f model.Facts, seen model.Observed) model.Change {
	p := s.Site.Project
	database, exists := model.LineAfter(seen.Text, "database ")
	closed := fmt.Sprintf("revoke all on database \"%s\" from public;", p)
	// Nobody gets in before it is closed.
	create := fmt.Sprintf("select 'create database \"%[1]s\" owner \"%[1]s\" allow_connections false encoding ''UTF8'' lc_collate ''C.UTF-8'' lc_ctype ''C.UTF-8'' template template0'"+
		" where not exists (select from pg_catalog.pg_database where datname = '%[1]s'::pg_catalog.name) \\gexec", p)
	open := fmt.Sprintf("alter database \"%s\" allow_connections true;", p)
	owner := fmt.Sprintf("alter database \"%[1]s\" owner to \"%[1]s\";", p)
	run := func(sql ...string) model.Script {
		return model.Script("printf '%s\\n' " + shell.QuoteAll(sql...) + " | sql")
	}
	known := model.HasLine(seen.Text, "site known")
	switch {
	case known && model.HasLine(seen.Text, "unreadable"):
		return model.Change{} // it is down, and started by its service; one that runs and can't be asked is refused
	case !exists:
		return model.Change{Told: model.Told{Verb: model.Create, Detail: "owned by " + p + ", closed to others"}, Work: model.Work{Script: run(create, closed, open)}, Schedule: model.Schedule{Redo: true,
			Notify: []string{Tables(s).ID(), s.Site.Gunicorn().ID()}}}
	case !known:
		return model.Refusal("PostgreSQL has a database "+p+" that is not a site's", f.ElseAdopt(p, "choose another project name; djship never touches a database that it did not make"))
	case seen.Due:
		return model.Change{Told: model.Told{Verb: model.Update, Detail: "finish an interrupted creation: owned by " + p + ", closed to others"}, Work: model.Work{Script: run(owner, closed, open)}, Schedule: model.Schedule{Redo: true}}
	case database != p+" f":
		return model.Change{Told: model.Told{Verb: model.Update, Detail: "owned by " + p + ", closed to others"}, Work: model.Work{Script: run(owner, closed)}}
	}
	return model.Change{}
}

// Database implements model.Stored.
func (s Role) Database() string { return s.Site.Project }

// Database implements model.Stored.
func (s SamePassword) Database() string { return s.Site.Project }

// Database implements model.Stored.
func (s OwnDatabases) Database() string { return s.Site.Project }

// Database implements model.Stored.
func (s Database) Database() string { return s.Site.Project }

// database sets the variables that pg_site, role.sh and closed.sh read.
func (s Site) database() model.Script {
	return model.Script(fmt.Sprintf("site=%s home=%s", s.Project, s.Layout().Home))
}

// PostgresReady is what PostgreSQL has to be like for the site; for any where it has no name.
func (s Site) PostgresReady() server.PostgresReady {
	if s.Project == "" {
		return server.PostgresReady{}
	}
	at := s.Layout()
	return server.PostgresReady{Role: s.Project, Home: at.Home, Variables: []string{at.Own, at.Variables}}
}
