package release

import (
	"fmt"
	"slices"

	"djship/steps/django"
	"djship/steps/model"
)

// Before is the release to which the way back from a live one leads, of those that went live in the order of a history: the one in whose place it came. Who goes
// back has left behind what was live since, so that one step back more leads further back. It is django.Zero where there was none.
func Before(history []string, live string) string {
	var path []string
	for _, id := range append(slices.Clone(history), live) {
		if at := slices.Index(path, id); at >= 0 {
			path = path[:at]
		}
		path = append(path, id)
	}
	if len(path) < 2 {
		return django.Zero
	}
	return path[len(path)-2]
}

// From refuses a host on which another release has become live since it was asked.
type From struct {
	Site     django.Site
	Live, To string // what was live, and what is to be; django.Zero for what is in the site's home
}

// Name implements Step.
func (s From) Name() string { return "release that is live of " + s.Site.Project }

// ID implements Step.
func (s From) ID() string { return "from:" + s.Site.Project }

// Probe implements Step: the facts tell.
func (s From) Probe() model.Script { return "" }

// Plan implements Step.
func (s From) Plan(f model.Facts, _ model.Observed) model.Change {
	site := f.Sites[s.Site.Project]
	if site.Domain == "" { // Deployed refuses that
		return model.Change{}
	}
	live := site.Live
	if live == "" {
		live = django.Zero
	}
	if live == s.Live || live == s.To {
		return model.Change{}
	}
	return model.Refusal(fmt.Sprintf("another run has made %s live meanwhile", called(live)), "`djship releases "+s.Site.Project+"` tells what is live now"+model.Again)
}
