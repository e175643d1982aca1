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
		examples: []string{"djship -i hosts.ini prereq", "djship prereq --check --diff -l staging", "djship prereq --remove -l web1 --check"},
		flags:    []flag{{name: "remove", usage: "take that away again, from hosts without sites", kind: flagOnOff}},
		explains: changeFlags, accepts: rolloutAlso,
		offers: offerFirst(func(completing) []string { return []string{"2", "3"} }),
		run:    parseThenRun(readPrereqOptions, prereq),
	}
}

// prereqOptions are what `djship prereq` is asked for.
type prereqOptions struct {
	rolloutOptions
	python int  // the version that sites are to have
	remove bool // takes away what prereq has put there
}

func readPrereqOptions(in input) (prereqOptions, error) {
	python, err := django.PythonVersion(in.arg(0))
	if err != nil {
		return prereqOptions{}, err
	}
	rolling, err := readRolloutOptions(in)
	o := prereqOptions{rolling, python, in.on("remove")}
	switch {
	case err != nil || !o.remove:
	case in.arg(0) != "":
		err = &usageError{"--remove is of sites of any Python", "leave out " + in.arg(0)}
	case in.set("overwrite"):
		err = &usageError{"--remove leaves alone what you have changed", "leave out --overwrite"}
	}
	return o, err
}

// prereq makes the hosts ready for sites, or takes that back.
func prereq(env Env, o prereqOptions) error {
	if o.remove {
		return unprep(env, o)
	}
	turns := shared(func(options server.Options) *rollout.Turns { return oneTurn(steps.Prereq(o.python, options), nil) })
	return rollOut(env, o.rolloutOptions, func(h *inventory.Host) (rollout.Target, error) {
		options, err := stepOptions(h, o.overwrite)
		return rollout.Target{Turns: turns(options)}, err
	})
}
