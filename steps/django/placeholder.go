package django

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Code in a project's folder is djship's placeholder, or its owner's. The steps of this file look after
// the placeholder alone: in code of its owner's, whatever its shape, nothing is written, and nothing of it
// is run.

// codeProbe puts a line: whose the code is.
func (s Site) codeProbe() model.Perl { return model.Call("code", s.Project) }

// cutCode parts what codeProbe has put from the rest. own tells that the code is not djship's.
func cutCode(text string) (own bool, rest string) {
	whose, rest, _ := strings.Cut(text, "\n")
	return whose == "own", rest
}

// Placeholder is the Django project that stands in until the user's own code comes. Where there is
// a project already, in whatever shape, it is left alone.
type Placeholder struct{ Site Site }

// Name implements Step.
func (s Placeholder) Name() string { return "Django project " + s.Site.Project }

// ID implements Step.
func (s Placeholder) ID() string { return "project:" + s.Site.Project }

// Probe implements Step.
func (s Placeholder) Probe() model.Script { return "" }

// HomeProbe implements model.Resident.
func (s Placeholder) HomeProbe() (string, model.Perl) {
	return s.Site.Project, s.Site.codeProbe()
}

// Plan implements Step.
func (s Placeholder) Plan(_ model.Facts, seen model.Observed) model.Change {
	if seen.Text != "" && seen.Text != "none\n" {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "placeholder"}, Work: model.Work{
		Script: model.Script(fmt.Sprintf("as %[1]s sh -e -c %[2]s sh %[1]s %[3]s %[4]s", s.Site.Project,
			shell.Quote(assets.Text("shell/placeholder.sh")), s.Site.Layout().Home,
			shell.QuoteAll(assets.Render("site/urls.py", map[string]string{"Project": s.Site.Project}), assets.Render("site/views.py", map[string]string{"Project": s.Site.Project}))))}, Schedule: model.Schedule{Notify: []string{Tables(s).ID(), Static(s).ID(), s.Site.Gunicorn().ID()}}}
}

// Settings are the placeholder's in production.
type Settings struct {
	server.ManagedFile
	Site Site
}

// Settings are those of the placeholder, in production.
func (s Site) Settings(o server.Options) Settings {
	return Settings{s.Own("production settings", s.Layout().Settings, "production.py", "0644", o), s}
}

// HomeProbe implements model.Resident.
func (s Settings) HomeProbe() (string, model.Perl) {
	account, text := s.ManagedFile.HomeProbe()
	return account, s.Site.codeProbe() + text
}

// Plan implements Step.
func (s Settings) Plan(f model.Facts, seen model.Observed) model.Change {
	own, text := cutCode(seen.Text)
	if own {
		return model.Change{}
	}
	seen.Text = text
	return s.ManagedFile.Plan(f, seen)
}

// Tables are what the placeholder has in its database.
type Tables struct{ Site Site }

// Name implements Step.
func (s Tables) Name() string { return "database tables of " + s.Site.Project }

// ID implements Step.
func (s Tables) ID() string { return "tables:" + s.Site.Project }

// Probe implements Step.
func (s Tables) Probe() model.Script { return "" }

// HomeProbe implements model.Resident.
func (s Tables) HomeProbe() (string, model.Perl) { return s.Site.Project, s.Site.codeProbe() }

// Plan implements Step.
func (s Tables) Plan(_ model.Facts, seen model.Observed) model.Change {
	if own, _ := cutCode(seen.Text); own || !seen.Due {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Run, Detail: "manage.py migrate"}, Work: model.Work{Script: s.Site.manage("migrate --noinput")}, Schedule: s.Site.beside()}
}

// beside is when the placeholder's tables are made and its files gathered: while gunicorn comes up, which no visitor meets before its
// nginx file is in use.
func (s Site) beside() model.Schedule {
	return model.Schedule{Redo: true, StartsAfter: s.Driver(server.Options{}).ID()}
}

// Static is what gathers the placeholder's static files where nginx serves them: for a new project, and
// where what was gathered is gone.
type Static struct{ Site Site }

// Name implements Step.
func (s Static) Name() string { return "static files of " + s.Site.Project }

// ID implements Step.
func (s Static) ID() string { return "static:" + s.Site.Project }

// gathered is there where there were static files: a project without any is not asked again.
func (s Static) gathered() string { return model.SiteRecord(s.Site.Project) + ".static" }

// Probe implements Step: "gathered" where there were static files.
func (s Static) Probe() model.Script {
	return model.Script(fmt.Sprintf("[ ! -e %s ] || echo gathered", s.gathered()))
}

// HomeProbe puts whose the code is, and "empty" where there are no gathered files now.
func (s Static) HomeProbe() (string, model.Perl) {
	return s.Site.Project, s.Site.codeProbe() + model.Call("empty", s.Site.Layout().Static)
}

// Plan implements Step.
func (s Static) Plan(_ model.Facts, seen model.Observed) model.Change {
	c := model.Change{Told: model.Told{Verb: model.Run, Detail: "manage.py collectstatic"}, Work: model.Work{Script: model.Script(
		shell.Set("site", s.Site.Project, "static", s.Site.Layout().Static, "gathered", s.gathered(), "collect", s.Site.managePy("collectstatic --noinput 2>&1")) + assets.Text("shell/static.sh"))}, Schedule: s.Site.beside()}
	switch {
	case model.HasLine(seen.Text, "own"):
		return model.Change{}
	case model.HasLine(seen.Text, "gathered") && model.HasLine(seen.Text, "empty"):
		c.Detail += ": the files gathered before are gone"
	case !seen.Due:
		return model.Change{}
	}
	return c
}

// manage runs manage.py as the site's account.
func (s Site) manage(args string) model.Script {
	return model.Script(fmt.Sprintf("as %s bash -ec %s", s.Project, shell.Quote(s.managePy(args))))
}

// managePy is a text for bash that becomes manage.py, with the site's variables.
func (s Site) managePy(args string) string {
	return fmt.Sprintf("source %s; exec python %s/manage.py %s", s.Layout().Variables, s.Layout().Code, args)
}
