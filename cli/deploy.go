package cli

import (
	"djship/steps"
	"djship/steps/django"
)

func deployCommand() *command {
	return &command{
		name: "deploy", args: "PROJECT DOMAIN [2|3]", brief: "put a site on hosts that prereq has made ready",
		examples: []string{"djship deploy example example.com", "djship deploy example example.com --check --diff -l staging",
			"djship deploy shop shop.example.com --canary --batch 2,25%,100%"},
		explains: changeFlags, accepts: rolloutAlso,
		offers: completing.offerSites,
		run:    parseThenRun(readDeployOptions, deploy),
	}
}

// deployOptions are what `djship deploy` is asked for, and `djship up`.
type deployOptions struct {
	rolloutOptions // which hosts, how to get in, how fast
	site           django.Site
}

func readDeployOptions(in input) (deployOptions, error) {
	if len(in.args) < 2 {
		return deployOptions{}, &usageError{"a project and a domain are needed",
			in.command.usage() + ", as in: djship " + in.command.name + " example example.com"}
	}
	site, err := django.NewSite(in.arg(0), in.arg(1), in.arg(2))
	if err != nil {
		return deployOptions{}, err
	}
	rolling, err := readRolloutOptions(in)
	return deployOptions{rolling, site}, err
}

// deploy puts the site on the hosts. steps.Deploy lists what a host should have then; rollOut logs in to
// the hosts, stage by stage, sees what they lack of that, and changes it.
func deploy(env Env, o deployOptions) error {
	return rollOut(env, o.rolloutOptions, siteTarget(o, steps.Deploy))
}
