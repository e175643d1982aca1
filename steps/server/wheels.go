package server

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/steps/model"
)

// WheelsHome is where a host keeps the wheels that it has built. Root alone writes there.
const WheelsHome = model.Tools + "/wheels"

// buildAccount and FetchAccount are djship's own, for nothing but what their name says. They are two,
// for the wheel is built while a site's packages are fetched, and at its end all of an account is ended.
const (
	buildAccount = "djship-build"
	FetchAccount = "djship-fetch"
)

// Wheels are what each site of Python 3 would have to compile, compiled once per host.
type Wheels struct {
	Index secret.Value // see Options.PipIndex
}

// Compiled is what PyPI has no wheels of.
const Compiled = "psycopg2"

// Name implements Step.
func (Wheels) Name() string { return "wheel of " + Compiled }

// ID implements Step.
func (Wheels) ID() string { return "wheel:" + Compiled }

// Probe implements Step: the Python that the system has now, and the wheels that are there.
func (Wheels) Probe() model.Script {
	return model.Script(fmt.Sprintf("readlink /usr/bin/python3; ls %s 2>/dev/null", WheelsHome))
}

// Plan implements Step. A wheel is for one version of Python; one of another version of what it holds
// is as good as the pinned one.
func (s Wheels) Plan(_ model.Facts, seen model.Observed) model.Change {
	python, wheels, _ := strings.Cut(seen.Text, "\n")
	tag := "-cp" + strings.ReplaceAll(strings.TrimPrefix(python, "python"), ".", "") + "-"
	for wheel := range strings.Lines(wheels) {
		if strings.HasPrefix(wheel, Compiled+"-") && strings.Contains(wheel, tag) && !seen.Due {
			return model.Change{}
		}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: "compiled once for all sites"}, Work: model.Work{Env: PipEnv(s.Index),
		Script: Builders() + BuildCompiled()}, Schedule: model.Schedule{Redo: true, StartsAfter: Packages{Part: Building}.ID(), Limit: PackageLimit}}
}

// Builders are the shell functions that make wheels.
func Builders() model.Script {
	return model.Script(assets.Code("shell/pip.sh") + assets.Code("shell/wheels.sh"))
}

// BuildCompiled puts a wheel of what must be compiled into WheelsHome, for the system's Python 3.
func BuildCompiled() model.Script {
	return model.Script(fmt.Sprintf("build_wheels %s %s /usr/bin/python3 --no-deps --require-hashes", buildAccount, WheelsHome)) + pinned(Compiled)
}
