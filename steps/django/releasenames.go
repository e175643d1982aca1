package django

import (
	"fmt"
	"strings"

	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// ReleaseNames is the file by which the releases of a site know its names. Their variables take it in, so that a name may come or go while they are live.
type ReleaseNames struct {
	Site   Site     // without its domain, where the host has that on record
	Notify []string // what has read it, and runs
}

// TakesNamesIn is the line by which a release's variables take the names in.
func (s Site) TakesNamesIn() string { return ". " + s.Layout().Names }

// Name implements Step.
func (s ReleaseNames) Name() string { return "names for releases of " + s.Site.Project }

// ID implements Step.
func (s ReleaseNames) ID() string { return "release-names:" + s.Site.Project }

// LookedAt implements model.Located.
func (s ReleaseNames) LookedAt() string { return s.Site.Layout().Names }

// Probe implements Step: "own" where the release that is live knows the names by itself, and behind "file" what is there.
func (s ReleaseNames) Probe() model.Script {
	at := s.Site.Layout()
	return model.Script(fmt.Sprintf("live=$(readlink %[1]s) && { grep -qxF %[2]s \"%[3]s/${live##*/}\" || echo own; }\necho file\nf %[4]s",
		at.Live, shell.Quote(s.Site.TakesNamesIn()+" || return"), at.Environs, at.Names))
}

// content is the file's text, for bash.
func (s ReleaseNames) content(site Site) string {
	var hosts, origins string
	further := site.Names()[2:]
	for _, name := range further {
		hosts, origins = hosts+","+name, origins+",https://"+name
	}
	text := "# The names of the site " + site.Project + ", for the variables of its releases. Written by djship.\n" +
		"export DJSHIP_DOMAIN=" + shell.Quote(site.Domain) + "\ndjship_hosts=" + shell.Quote(hosts) + " djship_origins=" + shell.Quote(origins) + "\n"
	if len(further) > 0 {
		text += "export DJSHIP_ALIASES=" + shell.Quote(strings.Join(further, " ")) + "\n"
	}
	return text
}

// Plan implements Step. A site without releases has no use for it. What was pushed before there was this file can't get to know another domain.
func (s ReleaseNames) Plan(f model.Facts, seen model.Observed) model.Change {
	has := f.Sites[s.Site.Project]
	site := s.Site.recorded(f)
	head, file, _ := strings.Cut("\n"+seen.Text, "\nfile\n")
	deploys, knows := s.Site.Domain != "", model.HasLine(head+"\n", "own")
	switch {
	case deploys && knows && has.Domain != "" && has.Domain != site.Domain:
		return model.Refusal(fmt.Sprintf("the release of %s that is live knows %s alone: it was pushed by an older djship", s.Site.Project, Shown(has.Domain)),
			"push it once more with this one: `djship push "+s.Site.Project+"`"+model.Again)
	case site.Domain == "", deploys && (has.Live == "" && model.ParseStat(model.FirstLine(file)).Kind == model.Absent || knows):
		return model.Change{}
	}
	plan := server.ManagedFile{What: s.Name(), Path: s.LookedAt(), Mode: "0644", Overwrite: true, Notify: s.Notify, Content: func(model.Facts) string { return s.content(site) }}
	return plan.Plan(f, model.Observed{Text: file})
}
