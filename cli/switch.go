package cli

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"djship/inventory"
	"djship/rollout"
	"djship/runner"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// What rollback and restart have in common: they bring nothing, and switch.

// switchExplains are the flags of rollouts that commands explain which only switch.
var switchExplains = []string{"check", "exit-code", "stages", "batch", "canary", "yes"}

// switchAccepts are the others that they take: they write no files of which somebody could have another version.
func switchAccepts() []string {
	return changeFlagsBut(slices.Concat(switchExplains, []string{"overwrite", "diff"})...)
}

var holdFlag = flag{name: "hold", usage: "watch what is live then for `DURATION` (default: 0s)", kind: flagText}

// switchOptions are what `djship rollback` and `djship restart` are asked for.
type switchOptions struct {
	rolloutOptions
	project string // "" for what the folder says
	release string // as it was typed; "" for the one before
	hold    time.Duration

	allowBreak, migrateBack bool // rollback's
}

func readSwitchOptions(in input) (switchOptions, error) {
	o := switchOptions{project: in.arg(0), release: in.arg(1), allowBreak: in.on("allow-break"), migrateBack: in.on("migrate-back")}
	var err error
	if in.set("hold") {
		if o.hold, err = parseHold(in); err != nil {
			return o, err
		}
	}
	o.rolloutOptions, err = readRolloutOptions(in)
	return o, err
}

// settle fills in the project that need not be typed.
func (o *switchOptions) settle() error {
	project, err := ownWord(o.project, &o.selection)
	if err != nil {
		return err
	}
	if project == "" {
		return &usageError{"a project is needed", "djship " + o.typed.command + " PROJECT, as in: djship " + o.typed.command + " example; a djship.toml in this folder can name it"}
	}
	if err := fitsSite(project); err != nil {
		if hint := o.meantRelease(); hint != "" {
			return &usageError{err.Error(), hint}
		}
		return err
	}
	if o.project == "" {
		o.project, o.typed.args = project, []string{project}
	}
	return nil
}

// likeRelease is what IDs of releases, commits and how one begins look like, and release 0.
var likeRelease = regexp.MustCompile(`^(?:0|[0-9A-Fa-f]{4,64}|[0-9]{8}-[0-9A-Fa-f-]{0,16})$`)

// meantRelease is what to type where the only word was meant as a release of the folder's own site; "" where it was not.
func (o *switchOptions) meantRelease() string {
	own := folderSite(o.project)
	if own == "" || o.typed.command != "rollback" || o.release != "" || !likeRelease.MatchString(o.project) {
		return ""
	}
	return fmt.Sprintf("a release stands behind its project: djship rollback %s %s", own, o.project)
}

// switchTurns are those of a command that only switches, and back where that is not nil.
func switchTurns(r release.Release, list, back []model.Step) *rollout.Turns {
	return rollout.NewTurns(switchTurn(r, list, back))
}

func switchTurn(r release.Release, list, back []model.Step) rollout.Turn {
	turn := rollout.Turn{Name: rollout.SwitchTurn, List: runner.NewList(list...), Rolls: true, Health: &rollout.Health{Project: r.Site.Project, Path: r.Health}}
	if back != nil {
		turn.Back = runner.NewList(back...)
	}
	return turn
}

// switchTarget returns what makes a host the target of a command that only switches. from is what is live there.
func switchTarget(o switchOptions, from func(*inventory.Host) string, turns func(r release.Release, from string, options server.Options) *rollout.Turns) func(*inventory.Host) (rollout.Target, error) {
	type asked struct {
		server.Options
		path, from string
	}
	made := shared(func(a asked) *rollout.Turns {
		r := release.Release{Site: django.Site{Project: o.project, Python: 3}, Health: a.path, Hold: o.hold, By: userAtHost()}
		return turns(r, a.from, a.Options)
	})
	return func(h *inventory.Host) (rollout.Target, error) {
		path, options, err := askedOf(h, o.overwrite, "")
		if err != nil {
			return rollout.Target{}, err
		}
		return rollout.Target{Turns: made(asked{options, path, from(h)})}, nil
	}
}
