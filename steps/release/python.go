package release

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

const (
	// pythonsHome is where Pythons lie that the distribution does not have, for all sites: root's, a folder a version.
	pythonsHome = model.Tools + "/pythons"
	// pythonsFrom is where they are from, unless the inventory says otherwise; uv asks pythonsMirror first.
	pythonsFrom   = "https://github.com/astral-sh/python-build-standalone/releases/download"
	pythonsMirror = "https://releases.astral.sh"
	// oldestPython is the first minor version of Python 3 that virtualenvs can be made for.
	oldestPython = 8
)

// minor is the version of Python that the release runs by on a host: "3.12".
func (r Release) minor(f model.Facts) string {
	if r.own(f) {
		return f.Python3
	}
	return r.Python
}

// own tells whether that is the host's own Python.
func (r Release) own(f model.Facts) bool {
	return r.Python == "" || r.Python == f.Python3 || slices.Contains(r.Accepts, f.Python3)
}

// Interpreter is the program of that Python.
func (r Release) Interpreter(f model.Facts) string {
	if r.own(f) {
		return "/usr/bin/python" + r.minor(f)
	}
	return pythonsHome + "/" + r.Python + "/python"
}

// Python is what the release runs by: the host's own where it is of the right version, else one that uv gets, for all sites. A host
// that has neither is refused.
type Python struct {
	Release Release
	// Mirror is where Pythons are from, laid out as releases of python-build-standalone; ending in .json, a list of them
	// as uv reads it. "" for the usual place. It may hold a password.
	Mirror secret.Value
	Index  secret.Value // see server.Options.PipIndex
}

// Name implements Step.
func (s Python) Name() string {
	if s.Release.Python == "" {
		return "Python"
	}
	return "Python " + s.Release.Python
}

// ID implements Step.
func (Python) ID() string { return "release-python" }

// Probe implements Step.
func (s Python) Probe() model.Script {
	if s.Release.Python == "" {
		return ""
	}
	return model.Script(shell.Set("version", s.Release.Python, "accepted", strings.Join(append(slices.Clone(s.Release.Accepts), s.Release.Python), " "), "pythons", pythonsHome, "places", s.places()) + assets.Code("shell/pythonprobe.sh"))
}

// places are where Pythons are from, without what may be secret in them.
func (s Python) places() string {
	if !s.Mirror.IsSet() {
		return pythonsMirror + " " + pythonsFrom
	}
	scheme, rest, _ := strings.Cut(s.Mirror.Reveal(), "://")
	rest, _, _ = strings.Cut(rest, "/")
	return scheme + "://" + rest[strings.LastIndex(rest, "@")+1:]
}

// Plan implements Step.
func (s Python) Plan(f model.Facts, seen model.Observed) model.Change {
	wants := s.Release.Python
	if s.Release.own(f) || model.HasLine(seen.Text, "own") || model.HasLine(seen.Text, "whole") {
		return model.Change{}
	}
	has := fmt.Sprintf("the project wants Python %s, and this host, with %s, has %s", wants, f.System(), f.Python3)
	advice := fmt.Sprintf("where it runs by %s, too, write python = %q into djship.toml; else a release of the distribution that has %s", f.Python3, f.Python3, wants)
	if number, err := strconv.Atoi(strings.TrimPrefix(wants, "3.")); err != nil || number < oldestPython {
		return model.Refusal(has+fmt.Sprintf("; others are there from 3.%d on", oldestPython), advice)
	}
	if at, is := model.LineAfter(seen.Text, "unreached "); is {
		return model.Refusal(has+"; another can't be got: no connection to "+at,
			advice+", or a place of Pythons that the host reaches, by djship_python_mirror in the inventory: it is laid out as "+pythonsFrom)
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: "by uv, for all sites: " + f.System() + " has " + f.Python3},
		Work: model.Work{Env: s.env(), Before: server.HideIndex, Script: server.Builders() + model.Script(assets.Text("shell/venvpack.sh")+assets.Text("shell/venv.sh")+
			shell.Set("venv", pythonsHome+"/"+wants, "version", wants, "wheels", server.WheelsHome, "driver", driver(), "build_text", buildText("python"), "take_text", assets.Code("release/take.py"))+
			"mirror=${MIRROR-}\nmake_python\n")},
		Schedule: model.Schedule{Limit: server.PackageLimit}}
}

func (s Python) env() map[string]secret.Value {
	return set(map[string]secret.Value{"MIRROR": s.Mirror, "PIP_INDEX_URL": s.Index})
}
