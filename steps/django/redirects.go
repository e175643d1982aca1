package django

import (
	"fmt"
	"regexp"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// RedirectsConf is the file by which names of before lead to the site's domain.
func (l Layout) RedirectsConf() string { return l.NginxParts + "/redirects.conf" }

// Redirects is the file by which names that a site has had lead to its domain, beside that of the site itself, which reads it. It comes when the site answers under its domain.
type Redirects struct {
	server.ManagedFile
	Site Site
}

// Redirects is what leads visitors on from other names of the site.
func (s Site) Redirects(o server.Options) Redirects {
	at := s.Layout().RedirectsConf()
	return Redirects{server.ManagedFile{What: "redirects to " + s.Domain, Path: at, Mode: "0644", Overwrite: o.Overwrites(at)}, s}
}

// ID implements Step.
func (s Redirects) ID() string { return "redirects:" + s.Site.Project }

// shell is redirects.sh with what it is about.
func (s Redirects) shell(names string) model.Script {
	return model.Script(shell.Set("site_file", s.Site.nginxFile(), "include", s.Site.include(), "domain", s.Site.Domain, "names", names) + assets.Code("shell/redirects.sh"))
}

// Plan implements Step. Whether nginx reads the file, and for which names, is seen when it is there.
func (s Redirects) Plan(f model.Facts, seen model.Observed) model.Change {
	s.Site = s.Site.recorded(f)
	names := s.Site.TLS.led()
	use := model.Script(assets.Code("shell/nginx.sh")+assets.Code("shell/slotask.sh")) + s.shell(strings.Join(names, " ")) + model.Script("use_redirects "+s.Path+"\n")
	if len(names) == 0 {
		c := offFile(s.Path, f, seen.Text, "no name leads to "+Shown(s.Site.Domain)+" any more")
		return s.used(c, seen.Due, use)
	}
	s.ManagedFile.Content = func(model.Facts) string { return s.content() }
	s.ManagedFile.Before = model.Script(assets.Code("shell/slotask.sh")) + s.shell("") + model.Script("goes_well || exit\nmkdir -p "+s.Site.Layout().NginxParts)
	return s.used(s.ManagedFile.Plan(f, seen), seen.Due, use)
}

// used is a change behind which nginx reads the file: one that puts it or takes it away, or what a run that was cut off has left to be done.
func (s Redirects) used(c model.Change, due bool, use model.Script) model.Change {
	switch {
	case c.IsZero() && due:
		c.Verb, c.Detail = model.Reload, "a run that was cut off had not come to it"
	case !c.Acts():
		return c
	}
	c.Script, c.Redo = c.Script+"\n"+use, true
	return c
}

// content is the file's text.
func (s Redirects) content() string {
	var names []string
	for _, name := range s.Site.TLS.led() {
		names = append(names, regexp.QuoteMeta(name))
	}
	return assets.Render("https/redirects.conf", map[string]any{"Project": s.Site.Project, "Domain": s.Site.Domain, "Names": strings.Join(names, "|"), "Scheme": s.Site.schemeVariable()})
}

// offFile takes away a file by which nginx serves a site; one that a person has edited stays beside it.
func offFile(at string, f model.Facts, seen, detail string, notify ...string) model.Change {
	head, content, _ := strings.Cut(seen, "\n")
	if model.ParseStat(head).Kind == model.Absent {
		return model.Change{}
	}
	script := fmt.Sprintf("remember %[1]s root && rm -f %[1]s\n", at)
	if !f.Written[at][model.Sum(content)] {
		script = fmt.Sprintf("backup %s root\n", at) + script
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: detail}, Work: model.Work{Script: model.Script(script)}, Schedule: model.Schedule{Notify: notify}}
}
