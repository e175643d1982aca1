package rollout

import (
	"cmp"

	"djship/steps/django"
	"djship/steps/model"
)

// A Site is where a host's site can be met, as far as a run has seen it.
type Site struct {
	Host    string
	Project string
	Domain  string
	HTTPS   bool     // visitors come by https
	Reached string   // the address by which the host was reached; "" where that is not known
	Own     []string // the host's addresses, without loopback's
	New     bool     // the run has made it
}

// Sites returns, after Run, the sites that have answered.
func (r *Rollout) Sites() []Site {
	var sites []Site
	for _, l := range r.lives {
		if !l.done() || l.unhealthy {
			continue
		}
		all := l.lastHealths()
		for _, h := range all {
			site := l.site
			site.New = site.New && len(all) == 1 // of several it is not known which
			site.Host, site.Project, site.Domain, site.HTTPS = l.target.Name, h.Project, h.Domain, h.HTTPS
			sites = append(sites, site)
		}
	}
	return sites
}

// see notes what a look at the host tells of its site.
func (l *life) see(plan model.Plan) {
	l.site.Reached, l.site.Own, l.sites = l.session.Addr(), plan.Facts.Own, plan.Facts.Sites
	for _, it := range plan.Changes() {
		switch it.Step.(type) {
		case django.Record, django.Database: // the second, where an earlier run came as far as the first
			l.site.New = l.site.New || it.Change.Verb == model.Create
		}
	}
}

// health is what must answer after a turn; nil where nothing has to, or where it is not known which domain the site has.
func (l *life) health(turn int) *Health {
	h := l.target.Turns.list[turn].Health
	if h == nil {
		return nil
	}
	full := l.full(*h)
	if full.Domain == "" {
		return nil
	}
	return &full
}

// full is a Health with what it leaves to the host's record.
func (l *life) full(h Health) Health {
	has := l.sites[h.Project]
	h.Domain, h.Path, h.Aliases = cmp.Or(h.Domain, has.Domain), cmp.Or(h.Path, has.Health, "/"), cmp.Or(h.Aliases, has.Kept["aliases"])
	if has.Domain != "" && has.Domain != h.Domain { // it moves, perhaps to a name that leads to the one of before yet
		h.Aliases += " " + has.Domain + " www." + has.Domain
	}
	h.HTTPS = h.HTTPS || has.Kept["tls"] != ""
	return h
}

// healths are all that must answer after a turn.
func (l *life) healths(turn int) []Health {
	first := l.health(turn)
	if first == nil {
		return nil
	}
	all := []Health{*first}
	for _, h := range l.target.Turns.list[turn].Others {
		all = append(all, l.full(h))
	}
	return all
}

// lastHealths are all that must answer when all turns are over.
func (l *life) lastHealths() []Health { return l.healths(l.target.Turns.lastHealth()) }

// lastHealth is what must answer when all turns are over.
func (l *life) lastHealth() *Health { return l.health(l.target.Turns.lastHealth()) }
