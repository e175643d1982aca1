package steps

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/remote"
)

// wheelsHome is where a host keeps the wheels that it has built. Root alone writes there.
const wheelsHome = toolsHome + "/wheels"

// buildAccount and fetchAccount are djship's own, for nothing but what their name says. They are two,
// for the wheel is built while a site's packages are fetched, and at its end all of an account is ended.
const (
	buildAccount = "djship-build"
	fetchAccount = "djship-fetch"
)

// Wheels are what each site of Python 3 would have to compile, compiled once per host.
type Wheels struct {
	Index remote.Secret // see Options.PipIndex
}

// compiled is what PyPI has no wheels of.
const compiled = "psycopg2"

// Name implements Step.
func (Wheels) Name() string { return "wheel of " + compiled }

// Probe implements Step: the Python that the system has now, and the wheels that are there.
func (Wheels) Probe() Script {
	return Script(fmt.Sprintf("readlink /usr/bin/python3; ls %s 2>/dev/null", wheelsHome))
}

// Plan implements Step. A wheel is for one version of Python; one of another version of what it holds
// is as good as the pinned one.
func (s Wheels) Plan(_ Facts, seen Observed) Change {
	python, wheels, _ := strings.Cut(seen.Text, "\n")
	tag := "-cp" + strings.ReplaceAll(strings.TrimPrefix(python, "python"), ".", "") + "-"
	for wheel := range strings.Lines(wheels) {
		if strings.HasPrefix(wheel, compiled+"-") && strings.Contains(wheel, tag) && !seen.Due {
			return Change{}
		}
	}
	return Change{Verb: Create, Detail: "compiled once for all sites", Redo: true, Ahead: Packages{}.Name(), Env: pipEnv(s.Index), Limit: packageLimit,
		Script: builders() + buildCompiled()}
}

// builders are the shell functions that make wheels.
func builders() Script { return Script(assets.Text("shell/pip.sh") + assets.Text("shell/wheels.sh")) }

// buildCompiled puts a wheel of what must be compiled into wheelsHome, for the system's Python 3.
func buildCompiled() Script {
	return Script(fmt.Sprintf("build_wheels %s %s /usr/bin/python3 --no-deps --require-hashes", buildAccount, wheelsHome)) + pinned(compiled)
}
