package cli

import (
	"djship/steps"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

func deployCommand() *command {
	return &command{
		name: "deploy", args: "PROJECT DOMAIN [2|3]", brief: "put a site on hosts that prereq has made ready",
		examples: []string{"djship deploy example example.com", "djship deploy shop shop.example.com --canary --batch 2,25%,100%"},
		flags: []flag{{name: "all", usage: "all sites that hosts have on record", kind: flagOnOff},
			{name: "move-domain", usage: "a site of another domain moves to this one", kind: flagOnOff}},
		explains: changeFlags, accepts: rolloutAlso,
		offers: completing.offerSites,
		run:    parseThenRun(readDeployOptions, deploy),
	}
}

// deployOptions are what `djship deploy` is asked for, and `djship up`.
type deployOptions struct {
	rolloutOptions // which hosts, how to get in, how fast
	site           django.Site
	all            bool // the sites that hosts have on record, in place of site
}

func readDeployOptions(in input) (deployOptions, error) {
	if in.on("all") {
		return readDeployAll(in)
	}
	if len(in.args) < 2 {
		return deployOptions{}, &usageError{"a project and a domain are needed",
			in.command.usage() + ", as in: djship " + in.command.name + " example example.com"}
	}
	site, err := django.NewSite(in.arg(0), in.arg(1), in.arg(2))
	if err != nil {
		return deployOptions{}, err
	}
	site.Move = in.on("move-domain")
	rolling, err := readRolloutOptions(in)
	return deployOptions{rolloutOptions: rolling, site: site}, err
}

// deploy puts the site on the hosts. steps.Deploy lists what a host should have then; rollOut logs in to
// the hosts, stage by stage, sees what they lack of that, and changes it.
func deploy(env Env, o deployOptions) error {
	if o.all {
		return deployAll(env, o)
	}
	return rollOutSite(env, o, steps.Deploy)
}

// rollOutSite has the hosts have what a list says, and a certificate where they order one.
func rollOutSite(env Env, o deployOptions, list func(django.Site, server.Options) []model.Step) error {
	c := newCertifying()
	o.staged = c.countHosts(o.site)
	return rollOut(env, o.rolloutOptions, siteTarget(o, list, c))
}
