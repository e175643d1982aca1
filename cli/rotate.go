package cli

import (
	"time"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
	"djship/runner"
	"djship/steps"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

func rotateCommand() *command {
	return &command{
		name: "rotate", args: "[PROJECT]", brief: "make a site's secrets anew",
		more:     "Each host makes its own. What is signed with the key before stays good, so that\nwho is logged in stays so; no request is lost.",
		examples: []string{"djship rotate example", "djship rotate example --database -l production", "djship rotate example --secret-key --log-out"},
		flags: []flag{
			{name: "database", usage: "the password of its database alone", kind: flagOnOff},
			{name: "secret-key", usage: "Django's secret key alone", kind: flagOnOff},
			{name: "log-out", usage: "the key before is good for nothing: everybody is logged out", kind: flagOnOff},
			holdFlag,
		},
		explains: switchExplains, accepts: switchAccepts(),
		offers: offerFirst(completing.projects),
		run:    parseThenRun(readRotateOptions, rotate),
	}
}

// rotateOptions are what `djship rotate` is asked for.
type rotateOptions struct {
	switchOptions
	key, password, logOut bool
}

func readRotateOptions(in input) (rotateOptions, error) {
	o := rotateOptions{key: in.on("secret-key"), password: in.on("database"), logOut: in.on("log-out")}
	if o.key == o.password {
		o.key, o.password = true, true
	}
	if o.logOut && !o.key {
		return o, &usageError{"--log-out goes with the secret key, and --database leaves that as it is", "take --database away, or --log-out"}
	}
	var err error
	o.switchOptions, err = readSwitchOptions(in)
	return o, err
}

// rotate makes secrets of a site anew on each host.
func rotate(env Env, o rotateOptions) error {
	if err := o.settle(); err != nil {
		return err
	}
	type asked struct {
		server.Options
		path string
	}
	run := report.NewRunID(time.Now())
	made := shared(func(a asked) *rollout.Turns {
		s := django.Site{Project: o.project, Python: 3}
		r := release.Rotation{Release: release.Release{Site: s, Health: a.path, Hold: o.hold, By: userAtHost()}, Run: run}
		var secrets []model.Step
		if o.key {
			secrets = append(secrets, release.RotatedKey{Rotation: r, LogOut: o.logOut})
		}
		if o.password {
			secrets = append(secrets, release.RotatedPassword{Rotation: r})
		}
		return rollout.NewTurns(rollout.Turn{Name: rollout.SwitchTurn, List: runner.NewList(steps.Rotate(secrets, r.Release, a.Options)...), Rolls: true, Health: &rollout.Health{Project: o.project, Path: a.path}})
	})
	return rollOut(env, o.rolloutOptions, func(h *inventory.Host) (rollout.Target, error) {
		path, options, err := askedOf(h, o.overwrite, "")
		if err != nil {
			return rollout.Target{}, err
		}
		return rollout.Target{Turns: made(asked{options, path})}, nil
	})
}
