package server

import (
	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// Poller is what djship's supervisord is mended by, host/djship_poller.py: it could ask the kernel without pause about a file that nobody reads.
// A supervisord that runs goes on as it is, for its sites' sake, and has it from its next start on.
type Poller struct{}

// pollerLoads is the line by which Python loads the module at its start (docs.python.org, site).
const pollerLoads = "import djship_poller\n"

// Name implements Step.
func (Poller) Name() string { return "supervisord's poller" }

// ID implements Step.
func (Poller) ID() string { return "poller" }

// Probe implements Step: the sums of its files, for the Python that the system has now.
func (Poller) Probe() model.Script {
	return model.Script(shell.Set("tools", model.Tools) + assets.Code("shell/pollerprobe.sh"))
}

// Plan implements Step.
func (Poller) Plan(_ model.Facts, seen model.Observed) model.Change {
	module := assets.Text("host/djship_poller.py")
	if model.HasLine(seen.Text, model.Sum(module)+"  -") && model.HasLine(seen.Text, model.Sum(pollerLoads)+"  -") {
		return model.Change{}
	}
	folder := model.Tools + `/lib/"$(readlink /usr/bin/python3)"/site-packages/`
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "supervisord has it from its next start on"}, Work: model.Work{Script: model.Script(
		"cat >" + folder + "djship_poller.py <<'MODULE'\n" + module + "MODULE\n" +
			"cat >" + folder + "djship_poller.pth <<'LOADS'\n" + pollerLoads + "LOADS\n")}}
}
