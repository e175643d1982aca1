package django

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// Maintenance is whether visitors get a page with status 503 in the place of a site, until it is told otherwise: nginx answers so by itself, after a reboot
// and beside whatever a deploy or a push does.
type Maintenance struct {
	Site  Site // without its domain, which the host has on record
	On    bool
	Allow string // addresses, in the form of netip.Addr and with blanks between, that meet the site nevertheless
}

// Name implements Step.
func (s Maintenance) Name() string { return "maintenance of " + s.Site.Project }

// ID implements Step.
func (s Maintenance) ID() string { return "maintenance:" + s.Site.Project }

// MaintenanceConf is the file that is there while the site is in maintenance.
func (l Layout) MaintenanceConf() string { return l.NginxParts + "/maintenance.conf" }

func (s Maintenance) page() string { return s.Site.Layout().NginxParts + "/maintenance.html" }

// TellsOutput implements model.Telling: whose page it is.
func (Maintenance) TellsOutput() {}

// Probe implements Step: "includes" where nginx's file of the site has that line, and the file with a colon before each line.
func (s Maintenance) Probe() model.Script {
	return model.Script(shell.Set("record", model.SiteRecord(s.Site.Project), "include", s.Site.include(), "page", s.Site.Layout().MaintenanceConf()) + assets.Code("shell/maintenanceprobe.sh"))
}

// content is the file that is to be there.
func (s Maintenance) content(f model.Facts) string {
	of := "what is in the site's home"
	if live := f.Sites[s.Site.Project].Live; live != "" {
		of = "release " + live
	}
	return assets.Render("maintenance/nginx.conf", map[string]any{"Project": s.Site.Project, "At": s.Site.Layout(), "Allow": strings.Fields(s.Allow), "Live": of})
}

// Plan implements Step.
func (s Maintenance) Plan(f model.Facts, seen model.Observed) model.Change {
	now := model.Quoted(seen.Text)
	domain := f.Sites[s.Site.Project].Domain
	if domain == "" { // release.Deployed refuses that
		return model.Change{}
	}
	if !s.On {
		if now == "" && !seen.Due {
			return model.Change{}
		}
		c := s.change(f, "open\n")
		c.Verb, c.Detail, c.Diff = model.Update, "visitors meet the site again", secret.Diff(s.Site.Layout().MaintenanceConf(), "/dev/null", now, "")
		return c
	}
	if !model.HasLine(seen.Text, "includes") {
		return model.Refusal("/etc/nginx/sites-available/"+domain+" has no place for maintenance",
			fmt.Sprintf("where you have not edited it: djship deploy %s %s brings it up to date; else write `%s` there, below server_name of each server block that serves the site", s.Site.Project, domain, s.Site.include()))
	}
	want, conf := s.content(f), s.Site.Layout().MaintenanceConf()
	if now == want && !seen.Due {
		return model.Change{}
	}
	c := s.change(f, "shut\n")
	c.Before = s.Functions(f) + "take_page\n"
	c.Verb, c.Detail, c.Diff = model.Create, "visitors get its page, and status 503", secret.Diff("/dev/null", conf, "", want)
	if now != "" {
		c.Verb, c.Diff = model.Update, secret.Diff(conf, conf, now, want)
	}
	c.Files = []model.File{{Path: conf, Content: want, Mode: "0644"}}
	return c
}

// change is one that calls a function of maintenance.sh.
func (s Maintenance) change(f model.Facts, call model.Script) model.Change {
	return model.Change{Work: model.Work{Script: s.Functions(f) + call}, Schedule: model.Schedule{Redo: true}}
}

// Functions is shell that has them: shut, and open, which lets visitors in again.
func (s Maintenance) Functions(f model.Facts) model.Script {
	at, site := s.Site.Layout(), f.Sites[s.Site.Project]
	code := at.Code
	if site.Live != "" {
		code = at.Releases + "/" + site.Live
	}
	return model.Script(shell.Set("site", s.Site.Project, "domain", site.Domain, "conf", at.MaintenanceConf(), "page", s.page(), "code", code, "usual", assets.Text("maintenance/page.html")) +
		assets.Code("shell/nginx.sh") + assets.Code("shell/slotask.sh") + assets.Code("shell/maintenance.sh"))
}
