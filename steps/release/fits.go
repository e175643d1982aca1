package release

import (
	"fmt"

	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Scripts are the site's scripts that a person may have edited, through which a release is run. One that knows nothing of releases is
// refused with what it lacks.
func Scripts(s django.Site, o server.Options) []model.Step {
	at := s.Layout()
	variables := django.EditedFile{ManagedFile: s.Own("environment script", at.Variables, "prepare_env.sh", "0644", o), Words: "DJSHIP_RELEASE", With: true,
		Not: "knows nothing of releases",
		Hint: fmt.Sprintf("in %s put, below the lines with SECRET_KEY and DB_PASSWORD: "+
			`djship_release=${DJSHIP_RELEASE-$(basename "$(readlink %s)")}; if [ "$djship_release" ]; then . %s/"$djship_release" || return; cd "$code" || return; fi`+
			" - and activate \"$environment\"/bin/activate where $djship_release is set", at.Variables, at.Live, at.Environs)}
	start := s.GunicornScript(o)
	// What runs now was started by the present ones, and goes on.
	variables.Notify, start.Notify = nil, nil
	return []model.Step{variables, start}
}

// Fronted refuses a host whose nginx does not serve the static files of releases.
type Fronted struct{ Release Release }

// Name implements Step.
func (s Fronted) Name() string { return "nginx before " + s.Release.Site.Project }

// ID implements Step.
func (s Fronted) ID() string { return "fronted:" + s.Release.Site.Project }

// Probe implements Step: "serves" where the file of the site's domain names the folder of static files.
func (s Fronted) Probe() model.Script {
	return model.Script(fmt.Sprintf("domain=$(sed -n 's/^domain //p' %s 2>/dev/null)\n[ ! \"$domain\" ] || ! grep -qsF %s \"/etc/nginx/sites-available/$domain\" || echo serves",
		model.SiteRecord(s.Release.Site.Project), shell.Quote(s.Release.Site.Layout().Served)))
}

// Plan implements Step.
func (s Fronted) Plan(f model.Facts, seen model.Observed) model.Change {
	p := s.Release.Site.Project
	domain := f.Sites[p].Domain
	if !s.Release.Static || domain == "" || model.HasLine(seen.Text, "serves") {
		return model.Change{}
	}
	return model.Refusal("/etc/nginx/sites-available/"+domain+" does not serve the static files of releases",
		fmt.Sprintf("where you have not edited it: djship deploy %s %s brings it up to date; else take `location /static/` for { alias %s/; } there, or say static = false where the code serves them itself",
			p, domain, s.Release.Site.Layout().Served))
}
