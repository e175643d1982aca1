package cli

import (
	"slices"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// certifying is a run in which hosts may order certificates. A site is served by http on all of its hosts first, and all have its account with the CA,
// before any of them orders: DNS may lead the CA to any.
type certifying struct {
	keys  *accounts
	hosts map[string]int // that order the certificate of a domain
}

func newCertifying() *certifying { return &certifying{newAccounts(), map[string]int{}} }

// count takes in a site of a host.
func (c *certifying) count(s django.Site) {
	if s.TLS.Mode == django.TLSACME {
		c.hosts[s.Domain]++
	}
}

// countHosts takes in the site of a run for each of its hosts. What is wrong with a host's variables is told when it is made a target.
func (c *certifying) countHosts(typed django.Site) func(*inventory.Inventory, stagedHosts) {
	return func(_ *inventory.Inventory, staged stagedHosts) {
		for _, h := range staged.hosts {
			if site, err := siteOf(h, typed); err == nil {
				c.count(site)
			}
		}
	}
}

// turns are those of a host that takes one turn, with the sites in its list, where no host of the run orders a certificate.
func (c *certifying) turns(only rollout.Turn, list []model.Step, sites []django.Site, o server.Options) *rollout.Turns {
	only.List, only.Rolls = runner.NewList(list...), true
	if len(c.hosts) == 0 {
		return rollout.NewTurns(leading(only, sites, o)...)
	}
	only.Name = "site"
	last := rollout.Turn{Name: "certificate", List: runner.NewList(steps.Secure(sites, o, func(domain string) int { return c.hosts[domain] })...), Health: only.Health, Others: only.Others}
	only.Health, only.Others = uncertified(only)
	return rollout.NewTurns(only, rollout.Turn{Name: "account", List: runner.NewList(steps.Account(sites, o, c.keys.given)...), Share: c.keys}, last)
}

// leading are the turns of a host where the names of before of a site that moves lead to its domain in one of their own: when all hosts of the stage answer under that, as either
// name may lead to any of them.
func leading(only rollout.Turn, sites []django.Site, o server.Options) []rollout.Turn {
	if len(sites) != 1 || !sites[0].Move {
		return []rollout.Turn{only}
	}
	only.Name = "site"
	return []rollout.Turn{only, {Name: "redirects", List: runner.NewList(steps.Redirects(sites[0], o)...), Health: only.Health, Rolls: true}}
}

// uncertified are the sites that must answer at the end of a turn, before another brings their certificates: one of before may have expired.
func uncertified(t rollout.Turn) (*rollout.Health, []rollout.Health) {
	others := slices.Clone(t.Others)
	for i := range others {
		others[i].AnyCertificate = true
	}
	if t.Health == nil {
		return nil, others
	}
	first := *t.Health
	first.AnyCertificate = true
	return &first, others
}
