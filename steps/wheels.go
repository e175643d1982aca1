package steps

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/remote"
)

// wheelsHome is where a host keeps the wheels that it has built. Root alone writes there.
const wheelsHome = toolsHome + "/wheels"

// Wheels are what each site of Python 3 would have to compile, compiled once per host. A site may do
// without: where its pip finds a newer version in the index, it takes that.
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

// Plan implements Step. A wheel is for one version of Python.
func (s Wheels) Plan(_ Facts, seen Observed) Change {
	python, wheels, _ := strings.Cut(seen.Text, "\n")
	tag := "-cp" + strings.ReplaceAll(strings.TrimPrefix(python, "python"), ".", "") + "-"
	for wheel := range strings.Lines(wheels) {
		if strings.HasPrefix(wheel, compiled+"-") && strings.Contains(wheel, tag) && !seen.Due {
			return Change{}
		}
	}
	return Change{Verb: Create, Detail: "compiled once for all sites", Redo: true, Ahead: Packages{}.Name(), Env: pipEnv(s.Index),
		Script: Script(fmt.Sprintf("wheels=%s\n%s%s\nbuild_wheels %s", wheelsHome, assets.Text("shell/pip.sh"), assets.Text("shell/wheels.sh"), compiled))}
}
