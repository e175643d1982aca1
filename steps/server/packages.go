package server

import (
	"strings"
	"time"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
)

// PackageLimit is how long packages may take, of the distribution or of Python: on a small host what has to be
// compiled takes longer than ten minutes.
const PackageLimit = 40 * time.Minute

// Packages are packages of the distribution, installed in one transaction without questions. What
// is installed already is not upgraded.
type Packages struct {
	Names []string
	Part  string // what they are for, where a list has others besides; "" for those without which there is no other
}

// Building is the part of packages with which Python packages are built: that goes on beside the installation of the others.
const Building = "to build with"

// Certifying is the part of packages with which certificates are ordered.
const Certifying = "for certificates"

// Name implements Step.
func (s Packages) Name() string { return strings.TrimSpace("packages " + s.Part) }

// ID implements Step.
func (s Packages) ID() string {
	switch s.Part {
	case Building:
		return "packages:building"
	case Certifying:
		return "packages:certificates"
	}
	return "packages"
}

// Probe implements Step: "name status" for each package that dpkg knows.
func (s Packages) Probe() model.Script {
	return model.Script("dpkg-query -W -f '${Package} ${db:Status-Status}\\n' " + shell.QuoteAll(s.Names...) + " 2>/dev/null")
}

// Plan implements Step.
func (s Packages) Plan(_ model.Facts, seen model.Observed) model.Change {
	installed := map[string]bool{}
	for line := range strings.Lines(seen.Text) {
		name, status, _ := strings.Cut(strings.TrimSpace(line), " ")
		installed[name] = status == "installed"
	}
	var missing []string
	for _, n := range s.Names {
		if !installed[n] {
			missing = append(missing, n)
		}
	}
	switch {
	case missing != nil:
		return s.install(strings.Join(missing, " "))
	case seen.Due:
		return s.install("") // an earlier run was cut off: dpkg may have packages half configured
	}
	return model.Change{}
}

// MayWait implements model.Queuing: another apt may be at work.
func (Packages) MayWait() {}

func (s Packages) install(missing string) model.Change {
	detail := missing
	if missing == "" {
		detail = "finish an interrupted installation"
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: detail}, Work: model.Work{
		// What was left by a run that was cut off is told by when that had begun, which is noted anew behind Before.
		Before: model.Script(assets.Text("shell/apt.sh") + "half_made"),
		Script: model.Script("install_packages " + missing)}, Schedule: model.Schedule{Redo: true, Limit: PackageLimit}}
}

// Tools are virtualenv and supervisor in a Python environment of their own: the system's Python is
// not touched, and pip refuses to (PEP 668). What is installed is of pinned versions and hashes; other
// versions that are there already, and whole, stay. uv is installed with them where it can be had.
type Tools struct {
	Index secret.Value // see Options.PipIndex
}

// Name implements Step.
func (Tools) Name() string { return "virtualenv and supervisor in " + model.Tools }

// ID implements Step.
func (Tools) ID() string { return "tools" }

// Probe implements Step: the programs that are there, for the Python that the system has now.
func (Tools) Probe() model.Script {
	return model.Script(shell.Set("tools", model.Tools) + assets.Code("shell/toolsprobe.sh"))
}

// Plan implements Step.
func (s Tools) Plan(f model.Facts, seen model.Observed) model.Change {
	if len(strings.Fields(seen.Text)) == 6 && !seen.Due {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: "by pip"}, Work: model.Work{Env: PipEnv(s.Index),
		Script: model.Script(assets.Text("shell/pip.sh")+assets.Text("shell/tools.sh")+assets.Text("shell/uv.sh")) + "install_tools " + model.Tools + pinned("tools") +
			"try_uv() {\ninstall_uv " + model.Tools + pinned("uv") + "}\ntry_uv || echo 'without uv, which can not be had, sites get their packages by pip'\n"},
		Schedule: model.Schedule{Redo: true, StartsAfter: Packages{Part: Building}.ID(), Limit: PackageLimit}}
}

// pinned hands the requirements of a file of pins to a command's stdin.
func pinned(file string) model.Script {
	return model.Script(" <<'PINS'\n" + assets.Text("pins/"+file+".txt") + "PINS\n")
}
