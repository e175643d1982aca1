package release

import (
	"strings"
	"testing"

	"djship/secret"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

func TestPython(t *testing.T) {
	wants := func(version string) Python {
		r := pushed
		r.Python = version
		return Python{Release: r}
	}
	mirrored := wants("3.12")
	mirrored.Mirror = secret.New("https://u:p@mirror.example.com/pythons")
	install := func(env map[string]secret.Value) model.Change {
		return model.Change{Told: model.Told{Verb: model.Install, Detail: "by uv, for all sites: Debian 12 has 3.11"}, Work: model.Work{Env: env, Before: server.HideIndex}, Schedule: model.Schedule{Limit: server.PackageLimit}}
	}
	const advice = `where it runs by 3.11, too, write python = "3.11" into djship.toml; else a release of the distribution that has `
	has := []string{"venv=/opt/djship/pythons/3.12 version=3.12 ", "\nmirror=${MIRROR-}\nmake_python\n"}
	several := wants("3.12")
	several.Release.Accepts = []string{"3.12", "3.13"}
	modeltest.Run(t, []modeltest.Case{
		{Name: "none of several", Step: several, Facts: modeltest.Debian12, Want: install(nil), Has: has},
		{Name: "one of several", Step: several, Facts: model.Facts{Python3: "3.13"}, Seen: "own\n"},
		{Name: "any", Step: wants(""), Facts: modeltest.Debian12},
		{Name: "the host's own", Step: wants("3.11"), Facts: modeltest.Debian12, Seen: "own\n"},
		{Name: "there already", Step: wants("3.12"), Facts: modeltest.Debian12, Seen: "whole\n"},
		{Name: "not there", Step: wants("3.12"), Facts: modeltest.Debian12, Want: install(nil), Has: has},
		{Name: "by a mirror", Step: mirrored, Facts: modeltest.Debian12, Want: install(map[string]secret.Value{"MIRROR": mirrored.Mirror}), Has: has},
		{Name: "no way to it", Step: wants("3.12"), Facts: modeltest.Debian12, Seen: "unreached github.com:443\n",
			Want: model.Refusal("the project wants Python 3.12, and this host, with Debian 12, has 3.11; another can't be got: no connection to github.com:443",
				advice+"3.12, or a place of Pythons that the host reaches, by djship_python_mirror in the inventory: it is laid out as "+pythonsFrom)},
		{Name: "too old", Step: wants("3.6"), Facts: modeltest.Debian12, Want: model.Refusal("the project wants Python 3.6, and this host, with Debian 12, has 3.11; others are there from 3.8 on", advice+"3.6")},
	})
	if probe := string(several.Probe()); !strings.Contains(probe, " accepted='3.12 3.13 3.12' ") {
		t.Errorf("the probe is\n%s", probe)
	}
	if probe := string(mirrored.Probe()); strings.Contains(probe, "u:p") || !strings.Contains(probe, "places=https://mirror.example.com\n") {
		t.Errorf("the probe is\n%s", probe)
	}
}
