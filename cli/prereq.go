package cli

import (
	"djship/inventory"
	"djship/rollout"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/server"
)

func prereqCommand() *command {
	return &command{
		name: "prereq", args: "[2|3]", brief: "make hosts ready for sites",
		examples: []string{"djship -i hosts.ini prereq", "djship prereq --check --diff -l staging", "djship -i root@192.0.2.10, prereq"},
		explains: changeFlags, accepts: rolloutAlso,
		offers: offerFirst(func(completing) []string { return []string{"2", "3"} }),
		run:    parseThenRun(readPrereqOptions, prereq),
	}
}

// prereqOptions are what `djship prereq` is asked for.
type prereqOptions struct {
	rolloutOptions
	python int // the version that sites are to have
}

func readPrereqOptions(in input) (prereqOptions, error) {
	python, err := django.PythonVersion(in.arg(0))
	if err != nil {
		return prereqOptions{}, err
	}
	rolling, err := readRolloutOptions(in)
	return prereqOptions{rolling, python}, err
}

// prereq makes the hosts ready for sites.
func prereq(env Env, o prereqOptions) error {
	turns := shared(func(options server.Options) *rollout.Turns { return oneTurn(steps.Prereq(o.python, options), nil) })
	return rollOut(env, o.rolloutOptions, func(h *inventory.Host) (rollout.Target, error) {
		options, err := stepOptions(h, o.overwrite)
		return rollout.Target{Turns: turns(options)}, err
	})
}
