package steps

import (
	"fmt"

	"djship/assets"
)

// Placeholder is the Django project that stands in until the user's own code comes. Where there is
// a project already, in whatever shape, it is left alone.
type Placeholder struct{ Site Site }

// Name implements Step.
func (s Placeholder) Name() string { return "Django project " + s.Site.Project }

// Probe implements Step.
func (s Placeholder) Probe() Script { return "" }

// homeProbe prints "project" where there is code.
func (s Placeholder) homeProbe() (string, Script) {
	return s.Site.Project, Script(fmt.Sprintf(`[ "$(ls -A %s/%s 2>/dev/null | head -n 1)" ] && echo project`, s.Site.Home(), s.Site.Project))
}

// Plan implements Step.
func (s Placeholder) Plan(_ Facts, seen Observed) Change {
	if seen.Text != "" {
		return Change{}
	}
	return Change{Verb: Create, Detail: "placeholder", Notify: []string{s.Site.tables().Name(), Static(s).Name(), s.Site.gunicorn().Name()},
		Script: Script(fmt.Sprintf("as %[1]s sh -e -c %[2]s sh %[1]s %[3]s %[4]s", s.Site.Project,
			Quote(assets.Text("shell/placeholder.sh")), s.Site.Home(),
			QuoteAll(assets.Render("site/urls.py", map[string]string{"Project": s.Site.Project}), assets.Render("site/views.py", map[string]string{"Project": s.Site.Project}))))}
}

// tables is what gives the project's database its tables.
func (s Site) tables() Handler {
	return Handler{What: "database tables of " + s.Project, Verb: Run, Detail: "manage.py migrate", Do: s.manage("migrate --noinput")}
}

// Static is what gathers the project's static files where nginx serves them: for a new project, and
// where what was gathered is gone.
type Static struct{ Site Site }

// Name implements Step.
func (s Static) Name() string { return "static files of " + s.Site.Project }

// gathered is there where there were static files: a project without any is not asked again.
func (s Static) gathered() string { return "/var/lib/djship/sites/" + s.Site.Project + ".static" }

// Probe implements Step: "gathered" where there were static files.
func (s Static) Probe() Script {
	return Script(fmt.Sprintf("[ ! -e %s ] || echo gathered", s.gathered()))
}

// homeProbe prints "empty" where there are none now.
func (s Static) homeProbe() (string, Script) {
	return s.Site.Project, Script(fmt.Sprintf("[ \"$(ls -A %s/static 2>/dev/null | head -n 1)\" ] || echo empty", s.Site.Home()))
}

// Plan implements Step.
func (s Static) Plan(_ Facts, seen Observed) Change {
	c := Change{Verb: Run, Detail: "manage.py collectstatic", Redo: true, Script: Script(fmt.Sprintf(`rm -f %[1]s
said=$(%[2]s) || case $said in *"Unknown command"*) said='the project gathers no static files' ;; *) echo "$said"; exit 1 ;; esac
echo "$said"
[ ! "$(as %[4]s ls -A %[3]s/static | head -n 1)" ] || : >%[1]s`, s.gathered(), s.Site.manage("collectstatic --noinput 2>&1"), s.Site.Home(), s.Site.Project))}
	switch {
	case seen.Text == "gathered\nempty\n":
		c.Detail += ": the files gathered before are gone"
	case !seen.Due:
		return Change{}
	}
	return c
}

func (s Site) manage(args string) Script {
	return Script(fmt.Sprintf(`as %s bash -ec 'source %s/prepare_env.sh; exec python %s/manage.py %s'`, s.Project, s.Home(), s.Home()+"/"+s.Project, args))
}
