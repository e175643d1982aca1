package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// DeployAll is what makes several sites of a host, as one list: Deploy of each.
func DeployAll(sites []django.Site, o server.Options) []model.Step {
	return together(sites, func(s django.Site) []model.Step { return Deploy(s, o) })
}

// together are the lists of several sites as one. What is asked for all of them in the same words is there once; what each asks in words of its own
// under a common name is named after its site.
func together(sites []django.Site, list func(django.Site) []model.Step) []model.Step {
	var all []model.Step
	known := map[string][]model.Step{} // by ID
	for _, site := range sites {
		for _, s := range list(site) {
			others := known[s.ID()]
			if asked(s, others) {
				continue
			}
			known[s.ID()] = append(others, s)
			if others != nil {
				s = ofSite{s, site.Project}
			}
			all = append(all, s)
		}
	}
	return all
}

// asked tells whether one of some steps asks the host the same as s.
func asked(s model.Step, others []model.Step) bool {
	account, text := home(s)
	for _, other := range others {
		otherAccount, otherText := home(other)
		if s.Probe() == other.Probe() && account == otherAccount && text == otherText {
			return true
		}
	}
	return false
}

// home is what the site's account is asked for a step; "" for nothing.
func home(s model.Step) (account string, text model.Perl) {
	if r, ok := s.(model.Resident); ok {
		return r.HomeProbe()
	}
	return "", ""
}

// An ofSite is a step that the lists of several sites have, each for itself.
type ofSite struct {
	model.Step
	project string
}

// Name implements Step.
func (s ofSite) Name() string { return s.Step.Name() + " for " + s.project }

// ID implements Step.
func (s ofSite) ID() string { return s.Step.ID() + ":" + s.project }

// HomeProbe implements model.Resident.
func (s ofSite) HomeProbe() (account string, text model.Perl) { return home(s.Step) }

// LookedAt implements model.Located; "" where the step is about no path.
func (s ofSite) LookedAt() string {
	if l, ok := s.Step.(model.Located); ok {
		return l.LookedAt()
	}
	return ""
}

// Database implements model.Stored.
func (s ofSite) Database() string { return s.project }

// Aside implements model.Aside: what such a step looks at is not in the site's home.
func (ofSite) Aside() {}
