package cli

import (
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/django"
)

func adoptCommand() *command {
	return &command{
		name: "adopt", args: "PROJECT DOMAIN", brief: "take over a site that the bash scripts made",
		more:     "Code, database, media and secrets stay, what you have set is carried over, no\nvisitor is turned away, and what is replaced is kept on the host.",
		examples: []string{"djship adopt example example.com --check --diff", "djship adopt example example.com", "djship adopt example example.com --undo"},
		flags:    []flag{{name: "undo", usage: "bring back what was there before", kind: flagOnOff}},
		explains: []string{"check", "diff", "stages", "yes"}, accepts: changeFlagsBut("check", "diff", "stages", "yes", "overwrite"),
		run: parseThenRun(readAdoptOptions, adopt),
	}
}

// adoptOptions are what `djship adopt` is asked for.
type adoptOptions struct {
	rolloutOptions
	site django.Site
	undo bool
}

func readAdoptOptions(in input) (adoptOptions, error) {
	if len(in.args) < 2 {
		return adoptOptions{}, &usageError{"a project and a domain are needed", in.command.usage() + ", as in: djship adopt example example.com"}
	}
	site, err := django.NewSite(in.arg(0), in.arg(1), "")
	if err != nil {
		return adoptOptions{}, err
	}
	rolling, err := readRolloutOptions(in)
	return adoptOptions{rolloutOptions: rolling, site: site, undo: in.on("undo")}, err
}

// adopt takes a site over, or back. steps.AdoptReady, Adopt, Deploy and AdoptEnd list what the hosts have then.
func adopt(env Env, o adoptOptions) error {
	return rollOut(env, o.rolloutOptions, targetOf(o.site, o.overwrite, func(a askedSite) *rollout.Turns {
		a.Options.TakesOver = true
		health := &rollout.Health{Project: a.Project, Domain: a.Domain, Path: a.path, AnyCertificate: true}
		if o.undo {
			return oneTurn(steps.AdoptUndo(a.Site, a.Options), nil)
		}
		ready := rollout.Turn{Name: "ready", List: runner.NewList(steps.AdoptReady(a.Site, a.Options)...)}
		take := rollout.Turn{Name: "adopt", List: runner.NewList(steps.Adopt(a.Site, a.Options)...), Rolls: true}
		if o.check { // what follows is deploy's, of a host on which this is done
			return rollout.NewTurns(ready, take)
		}
		take.Health = health
		return rollout.NewTurns(ready, take,
			rollout.Turn{Name: "site", List: runner.NewList(steps.Deploy(a.Site, a.Options)...), Rolls: true, Health: health},
			rollout.Turn{Name: "end", List: runner.NewList(steps.AdoptEnd(a.Site, a.Options)...), Rolls: true, Health: health})
	}))
}
