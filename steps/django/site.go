// Package django holds the steps about what a Django site has: its role and database, its Python environment, its
// code, gunicorn, and what nginx serves it by.
package django

import (
	"cmp"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// A Site is one Django project on a host; its account, database, role and files are all named
// after it. Make one with NewSite, which refuses names that would not work.
type Site struct {
	Project string
	Domain  string // served together with www.Domain
	Python  int    // 2 or 3
	TLS     TLS    // its other names, and how it speaks https
	Move    bool   // a host may have it under another domain, which leads to this one from then on
}

func (s Site) python() string { return fmt.Sprintf("python%d", s.Python) }

// longestName is what nginx takes into its table of names where server_names_hash_bucket_size is 64.
const longestName = 46

// serverName is what nginx knows the site by: names, and expressions where these are too long for
// nginx's table of names, which all sites of the host share.
func (s Site) serverName() string {
	words := []string{s.Domain, "www." + s.Domain}
	if len(words[1]) > longestName {
		words = []string{s.longDomain()}
	}
	for _, name := range s.Names()[2:] {
		words = append(words, aliasName(name))
	}
	return strings.Join(words, " ")
}

// longDomain is an expression for the domain, with www. before it and without.
func (s Site) longDomain() string { return `~^(www\.)?` + regexp.QuoteMeta(s.Domain) + "$" }

// aliasName is what nginx knows another name of a site by.
func aliasName(name string) string {
	if len(name) > longestName {
		return "~^" + regexp.QuoteMeta(name) + "$"
	}
	return name
}

// recorded is the site with what the host has on record of it, where the inventory does not say.
func (s Site) recorded(f model.Facts) Site {
	has := f.Sites[s.Project]
	s.Domain = cmp.Or(s.Domain, has.Domain)
	return s.over(has.Domain, ReadTLS(has.Kept))
}

// over is the site with what counts on a host that has it on record under a domain; "" for none.
func (s Site) over(domain string, has TLS) Site {
	asked := s.TLS
	s.TLS = asked.over(has)
	s.TLS.Redirects = s.redirects(asked, domain, has)
	return s
}

// asset renders a file of assets/site for this site on a host.
func (s Site) asset(name string) func(model.Facts) string {
	return func(f model.Facts) string {
		s := s.recorded(f)
		port := ""
		if f.PGPort != 0 && f.PGPort != 5432 {
			port = fmt.Sprint(f.PGPort)
		}
		served := "server_port"
		if s.TLS.Proxies != "" {
			served = "djship_" + s.Project + "_port"
		}
		return assets.Render("site/"+name, map[string]any{"Project": s.Project, "Domain": s.Domain, "At": s.Layout(),
			"Python": s.Python, "IPv6": f.IPv6, "ServerName": s.serverName(), "PGPort": port, "Names": s.Names(), "TLS": s.TLS, "Proxies": strings.Fields(s.TLS.Proxies), "Scheme": s.schemeVariable(), "Port": served})
	}
}

// schemeVariable is nginx's variable that has by which scheme a visitor has come.
func (s Site) schemeVariable() string {
	if s.TLS.Proxies != "" {
		return "djship_" + s.Project + "_scheme"
	}
	return "scheme"
}

// Record is the note on the host that djship made the site: what tells its account, role and
// database from somebody else's.
type Record struct{ Site Site }

// Name implements Step.
func (s Record) Name() string { return "record of " + s.Site.Project }

// ID implements Step.
func (s Record) ID() string { return "record:" + s.Site.Project }

// LookedAt implements model.Located.
func (s Record) LookedAt() string { return model.SiteRecord(s.Site.Project) }

// Content is what the file of the record holds.
func (s Record) Content() string {
	return fmt.Sprintf("domain %s\npython %d\n", s.Site.Domain, s.Site.Python) + s.Site.TLS.Lines()
}

// readRecord is what a record holds, by its keys.
func readRecord(content string) map[string]string {
	kept := map[string]string{}
	for line := range strings.Lines(content) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		kept[key] = value
	}
	return kept
}

// Probe implements Step.
func (s Record) Probe() model.Script { return model.Script("f " + s.LookedAt()) }

// Plan implements Step. A site that is there under another domain is refused, with how to move it,
// and so is one of another Python.
func (s Record) Plan(_ model.Facts, seen model.Observed) model.Change {
	head, content, _ := strings.Cut(seen.Text, "\n")
	has := ReadTLS(readRecord(content))
	domain, hasDomain := model.LineAfter(content, "domain ")
	asked := s.Site.TLS.Mode
	s.Site = s.Site.over(domain, has)
	put := model.Change{Told: model.Told{Verb: model.Create, Detail: s.LookedAt()}, Work: model.Work{Files: []model.File{{Path: s.LookedAt(), Content: s.Content(), Mode: "0600"}},
		Before: model.Script("mkdir -p " + path.Dir(s.LookedAt()))}}
	python, _ := model.LineAfter(content, "python ")
	switch {
	case head == "absent" || !hasDomain:
		return put
	case domain != s.Site.Domain && !s.Site.Move:
		return model.Refusal(fmt.Sprintf("project %s is there already, as %s", s.Site.Project, domain), fmt.Sprintf("`djship deploy %[1]s %[3]s --move-domain` has it answer as %[3]s: %[2]s then leads there (301), and its code, database and secrets stay; "+
			"a site of its own for %[3]s needs another project", s.Site.Project, domain, Shown(s.Site.Domain)))
	case domain != s.Site.Domain && has.On() && asked == "":
		return model.Refusal(fmt.Sprintf("%s speaks https here, and the inventory does not say by which certificate it is to do so as %s", s.Site.Project, Shown(s.Site.Domain)),
			fmt.Sprintf("give it djship_tls again, as it is on record: djship_tls=%s", has.Mode)+model.Again)
	case python != fmt.Sprint(s.Site.Python):
		return model.Refusal(fmt.Sprintf("project %s is there already, with Python %s", s.Site.Project, python), fmt.Sprintf("`djship deploy %s %s %s` is it; choose another project name for a site with Python %d", s.Site.Project, domain, python, s.Site.Python))
	}
	if wrong := model.ParseStat(head).Differs("root", "root", "0600"); wrong != "" {
		put.Verb, put.Detail = model.Update, wrong
		return put
	}
	if readRecord(content)["removing"] != "" {
		put.Verb, put.Detail = model.Update, "its removal, which was cut off, is taken back: what is gone is made anew"
		return put
	}
	if domain != s.Site.Domain {
		put.Verb, put.Detail = model.Update, s.Site.moves(domain)
		return put
	}
	if has.Lines() != s.Site.TLS.Lines() {
		put.Verb, put.Detail = model.Update, "its names, and how it is met, have changed"
		return put
	}
	return model.Change{}
}

// DomainFree refuses a domain that another site of the host answers for, djship's or not.
type DomainFree struct{ Site Site }

// Name implements Step.
func (s DomainFree) Name() string { return "domain " + s.Site.Domain }

// ID implements Step.
func (s DomainFree) ID() string { return "domain:" + s.Site.Domain }

// Probe implements Step: "FILE:NAMES" for each server_name of the enabled nginx sites, as nginx reads
// them: over several lines, several to a line, without remarks. The file named after the domain is
// this site's where the host has a record of it, or where it serves this site's folder.
func (s DomainFree) Probe() model.Script {
	return model.Script(shell.Set("domain", s.Site.Domain, "record", Record(s).LookedAt(), "home", s.Site.Layout().Home) + assets.Code("shell/hadnames.sh") + assets.Code("shell/domains.sh"))
}

// Plan implements Step.
func (s DomainFree) Plan(f model.Facts, seen model.Observed) model.Change {
	own := map[string]string{s.Site.longDomain(): s.Site.Domain} // by what nginx knows it by
	s.Site = s.Site.recorded(f)
	for i, name := range s.Site.Names() {
		own[name] = name
		if i > 1 {
			own[aliasName(name)] = name
		}
	}
	for line := range strings.Lines(seen.Text) {
		file, names, _ := strings.Cut(line, ":")
		for name := range strings.FieldsSeq(names) {
			name = strings.ToLower(strings.Trim(name, `"'`))
			if name := own[name]; name != "" {
				return model.Refusal(fmt.Sprintf("%s is served by another site of this host already (%s%s)", name, projectOf(path.Base(file), f), file), f.ElseAdopt(s.Site.Project, "choose another domain – by djship_domain, where the inventory gives it, which is for all projects of the host – or take it out of that file on the host"))
			}
		}
	}
	return model.Change{}
}

// projectOf says of which project on record nginx's file for a domain is; "" where of none.
func projectOf(domain string, f model.Facts) string {
	for _, project := range slices.Sorted(maps.Keys(f.Sites)) {
		if f.Sites[project].Domain == domain {
			return "the project " + project + ": "
		}
	}
	return ""
}
