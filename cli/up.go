package cli

import "djship/steps"

func upCommand() *command {
	return &command{
		name: "up", args: "PROJECT DOMAIN [2|3]", brief: "prereq and deploy in one go",
		examples: []string{"djship up example example.com -l web1", "djship up example example.com --check"},
		explains: changeFlags, accepts: rolloutAlso,
		offers: completing.offerSites,
		run:    parseThenRun(readDeployOptions, up),
	}
}

// up makes the hosts ready and puts the site on them, in one rollout.
func up(env Env, o deployOptions) error {
	return rollOutSite(env, o, steps.Up)
}
