package server

import (
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// UV is the program that makes the virtualenvs of releases, among djship's tools. It is run by accounts of djship's that own
// nothing else, never by root. What is installed is of a pinned version and hash; another that is there already, and whole, stays.
type UV struct {
	Index secret.Value // see Options.PipIndex
}

// UVPath is where it is.
const UVPath = model.Tools + "/bin/uv"

// Name implements Step.
func (UV) Name() string { return "uv in " + model.Tools }

// ID implements Step.
func (UV) ID() string { return "uv" }

// Probe implements Step.
func (UV) Probe() model.Script {
	return model.Script(shell.Set("tools", model.Tools) + assets.Code("shell/uvprobe.sh"))
}

// Plan implements Step.
func (s UV) Plan(_ model.Facts, seen model.Observed) model.Change {
	if len(strings.Fields(seen.Text)) == 2 && !seen.Due {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: "by pip"}, Work: model.Work{Env: PipEnv(s.Index),
		Script: model.Script(assets.Text("shell/pip.sh")+assets.Text("shell/uv.sh")) + "install_uv " + model.Tools + pinned("uv")}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit}}
}
