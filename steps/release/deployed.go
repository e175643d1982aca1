package release

import (
	"maps"
	"slices"

	"djship/nearest"
	"djship/steps/django"
	"djship/steps/model"
)

// Deployed refuses a host that has no such site yet, or one that can have no releases.
type Deployed struct {
	Site django.Site
	Any  bool // one that can have none is right, too
}

// Name implements Step.
func (s Deployed) Name() string { return "site " + s.Site.Project }

// ID implements Step.
func (s Deployed) ID() string { return "deployed:" + s.Site.Project }

// Probe implements Step: the facts tell.
func (s Deployed) Probe() model.Script { return "" }

// Plan implements Step.
func (s Deployed) Plan(f model.Facts, _ model.Observed) model.Change {
	site, ok := f.Sites[s.Site.Project]
	switch {
	case !ok || site.Domain == "":
		var there []string
		for _, project := range slices.Sorted(maps.Keys(f.Sites)) {
			if f.Sites[project].Domain != "" {
				there = append(there, project)
			}
		}
		return model.Refusal("the host has no site "+s.Site.Project, HintOfNone(s.Site.Project, there, f.Scripted, "here",
			"`djship status` lists those that there are. To make it, with its domain: djship up "+s.Site.Project+" DOMAIN (where prereq was run: deploy)"))
	case site.Kept["removing"] != "":
		return model.Refusal("the removal of "+s.Site.Project+" was cut off", django.EndsRemoval(s.Site.Project, site.Domain)+model.Again)
	case site.Python == 2 && !s.Any:
		return model.Refusal(s.Site.Project+" is a site of Python 2, which can't have releases", "its code goes in by hand; or make a site of Python 3 under another name")
	}
	return model.Change{}
}

// HintOfNone is what to do where there is no site of a project's name: the bash scripts have made it at a place, "here" or "on web1", and djship can take it over; or one of those that there are
// may have been meant, which is asked before otherwise.
func HintOfNone(project string, there, scripted []string, at, otherwise string) string {
	if slices.Contains(scripted, project) {
		return model.HowAdopted([]string{project}, at)
	}
	return nearest.Before(nearest.Names(project, slices.Concat(there, scripted), 2), otherwise)
}
