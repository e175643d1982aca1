package cli

import (
	"time"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
	"djship/steps"
	"djship/steps/release"
	"djship/steps/server"
)

func restartCommand() *command {
	return &command{
		name: "restart", args: "[PROJECT]", brief: "start what is live anew, without losing a request",
		more:     "Another process is started beside the one that answers, and takes over when it\nanswers, too.",
		examples: []string{"djship restart example", "djship restart example -l staging"},
		flags:    []flag{holdFlag},
		explains: switchExplains, accepts: switchAccepts(),
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readSwitchOptions, restart),
	}
}

// restart has another process take over on each host from the one that answers.
func restart(env Env, o switchOptions) error {
	if err := o.settle(); err != nil {
		return err
	}
	run := report.NewRunID(time.Now())
	return rollOut(env, o.rolloutOptions, switchTarget(o, func(*inventory.Host) string { return "" }, func(r release.Release, _ string, options server.Options) *rollout.Turns {
		return switchTurns(r, steps.Restart(r, run, options), nil)
	}))
}
