package django

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// LeadOff is what TLS.Redirects is where the inventory wants no name to lead to the site's domain any more.
const LeadOff = "off"

// led are the names that lead to the site's domain.
func (t TLS) led() []string {
	if t.Redirects == LeadOff {
		return nil
	}
	return strings.Fields(t.Redirects)
}

// redirects are the names that lead to the site's domain on a host that has it on record under a domain, "" for none: those of asked, else those on record, and where the site
// moves all that it had there. A name that is the site's own leads nowhere.
func (s Site) redirects(asked TLS, domain string, has TLS) string {
	all := asked.led()
	if asked.Redirects == "" {
		all = has.led()
		if domain != "" && domain != s.Domain {
			all = append(Site{Domain: domain}.named(strings.Fields(has.Aliases)), all...)
		}
	}
	own := s.named(strings.Fields(s.TLS.Aliases))
	var names []string
	for _, name := range all {
		if !slices.Contains(own, name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// moves says what becomes of a site that is on record under another domain.
func (s Site) moves(from string) string {
	detail := Shown(from) + " becomes " + Shown(s.Domain)
	var led []string
	for _, name := range s.TLS.led() {
		led = append(led, Shown(name))
	}
	if len(led) == 0 {
		return detail + ", and no other name leads there"
	}
	return detail + ", to which " + strings.Join(led, ", ") + " lead"
}

// Moved is nginx without the file by which it serves a site under the domain of before, once it has that of the new one: which takes its place at once, so that each name is
// answered all along.
type Moved struct {
	Site      Site
	overwrite server.Options
}

// Moved is what takes nginx from one domain of a site to another.
func (s Site) Moved(o server.Options) Moved { return Moved{s, o} }

// Name implements Step.
func (s Moved) Name() string { return "nginx file of before of " + s.Site.Project }

// ID implements Step.
func (s Moved) ID() string { return "moved:" + s.Site.Project }

// Probe implements Step: what moved.sh prints.
func (s Moved) Probe() model.Script {
	return model.Script(shell.Set("site", s.Site.Project, "domain", s.Site.Domain, "record", model.SiteRecord(s.Site.Project)) + assets.Code("shell/hadnames.sh") + assets.Code("shell/moved.sh"))
}

// oldForm is a line of moved.sh: a name, the sum of the file that is called so, or "-", and whether nginx reads it.
var oldForm = regexp.MustCompile(`^old ([A-Za-z0-9.-]{1,253}) ([0-9a-f]{64}|-) (enabled|-)$`)

// Plan implements Step. A file that djship has never written and that no domain of the site is the name of is somebody's. Where a person has edited the file, and has not
// made the next one, no way is known to have the edits go on to count: that is refused.
func (s Moved) Plan(f model.Facts, seen model.Observed) model.Change {
	had := append(s.Site.recorded(f).TLS.led(), f.Sites[s.Site.Project].Domain)
	prepared, _ := model.LineAfter(seen.Text, "next ")
	own := prepared != "" && prepared != "-" && !f.Written[s.Site.nginxFile()][prepared]
	var details []string
	var script strings.Builder
	for line := range strings.Lines(seen.Text) {
		m := oldForm.FindStringSubmatch(strings.TrimSpace(line))
		if m == nil {
			continue
		}
		file := path.Dir(s.Site.nginxFile()) + "/" + m[1]
		if m[1] == s.Site.Domain || f.Written[file] == nil && !slices.Contains(had, m[1]) {
			continue
		}
		edited := m[2] != "-" && !f.Written[file][m[2]]
		if edited && !own && !s.overwrite.Overwrites(s.Site.nginxFile()) {
			return model.Refusal(file+" was changed on the server, and what nginx has for "+Shown(s.Site.Domain)+" would know nothing of that", fmt.Sprintf(
				"make %s of it on the host, with %s for %s in its server_name and in the names of its logs, and the old names beside it%s; or add --overwrite %[1]s, which takes djship's and keeps yours beside it",
				s.Site.nginxFile(), s.Site.Domain, m[1], model.Again))
		}
		detail := s.Site.nginxFile() + " takes the place of " + file
		if edited {
			detail += ", which was changed on the server and is kept beside it"
			fmt.Fprintf(&script, "backup %s root || exit\n", shell.Quote(file))
		}
		details = append(details, detail)
		script.WriteString("take_place " + shell.Quote(m[1]) + " || exit\n")
	}
	if details == nil {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: strings.Join(details, "; ")},
		Work: model.Work{Script: model.Script(shell.Set("domain", s.Site.Domain) + assets.Code("shell/nginx.sh") + assets.Code("shell/takeplace.sh") + script.String())}}
}
