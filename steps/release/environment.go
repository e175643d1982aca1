package release

import (
	"fmt"
	"maps"
	"path"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// madeAs counts the ways in which djship has made virtualenvs: what is made in another way is another one.
const madeAs = "1"

// Virtualenv is where the release's virtualenv lies on a host: for the same packages, Python and kind of processor
// releases of a site share one. It is whole where a file with the same name and .whole behind it is there.
func (r Release) Virtualenv(f model.Facts) string {
	n := r.Needs
	of := []string{madeAs, n.Sum, n.Manager, n.Path, strings.Join(n.Groups, " "), strings.Join(n.Extras, " "), r.minor(f), f.Machine}
	return r.Site.Layout().Environments + "/" + model.Sum(strings.Join(of, "\n"))[:16]
}

// Environment is the release's virtualenv, with the packages that its lock or requirements name, and gunicorn, setproctitle and
// a driver for PostgreSQL where they are not among them. An account of djship's that owns nothing else makes it, root takes it over
// as data, and runs nothing of it.
type Environment struct {
	Release Release
	Index   secret.Value // see server.Options.PipIndex
	// Packed gives what Pack has made on a host of the same Kind; false where it is to be made from the index. It may be nil.
	Packed func(kind string) (model.Blob, bool)
	// Resolved gives the versions that hosts of other kinds have got, as constraints; not set for none. It may be nil.
	Resolved func() secret.Value
}

// Name implements Step.
func (s Environment) Name() string { return "Python environment of " + s.Release.Site.Project }

// ID implements Step.
func (s Environment) ID() string { return "environment:" + s.Release.Site.Project }

// Probe implements Step: the names of what is whole, and was not emptied since.
func (s Environment) Probe() model.Script {
	return model.Script(fmt.Sprintf("for whole in %s/*.whole; do [ -h \"${whole%%.whole}/bin/python\" ] && [ -e \"$whole\" ] && echo \"${whole##*/}\"; done", s.Release.Site.Layout().Environments))
}

// Plan implements Step.
func (s Environment) Plan(f model.Facts, seen model.Observed) model.Change {
	at := s.Release.Virtualenv(f)
	if model.HasLine(seen.Text, path.Base(at)+".whole") {
		return model.Change{}
	}
	if packed, given := s.given(f); given {
		return model.Change{Told: model.Told{Verb: model.Install, Detail: "the packages of " + model.Shown(s.Release.Needs.Path) + ", as another host has made them"},
			Work: model.Work{Blobs: []model.Blob{packed}, Script: model.Script(assets.Code("shell/venvpack.sh")+
				shell.Set("take_text", assets.Code("release/take.py"))) + model.Script(fmt.Sprintf("lay_venv \"$(blob %s)\" %s %s \"$(readlink -f %[3]s)\"\n", packed.Sum, at, s.Release.Interpreter(f)))},
			Schedule: model.Schedule{Limit: server.PackageLimit}}
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: "the packages of " + model.Shown(s.Release.Needs.Path) + " by uv, for Python " + s.Release.minor(f)},
		Work:     model.Work{Env: s.env(), Before: server.HideIndex + hideNeeds, Script: s.Release.trying("its Python environment could not be made", s.script(f, at))},
		Schedule: model.Schedule{Limit: server.PackageLimit}}
}

// given is the virtualenv as another host has made it.
func (s Environment) given(f model.Facts) (model.Blob, bool) {
	if s.Packed == nil {
		return model.Blob{}, false
	}
	return s.Packed(s.Release.Kind(f))
}

// Kind tells hosts apart on which a release's virtualenv is not the same: what is compiled on one runs on all of its kind.
func (r Release) Kind(f model.Facts) string {
	return strings.Join([]string{f.ID, f.Version, f.Machine, path.Base(r.Virtualenv(f))}, " ")
}

// Pack is a text that writes the release's virtualenv, which is whole on the host, to "$packed", for runner.Fetch; what has come of it
// is Environment.Packed of other hosts.
func (r Release) Pack(f model.Facts) model.Script {
	return model.Script(assets.Code("shell/venvpack.sh") + "pack_venv " + r.Virtualenv(f) + " \"$packed\"\n")
}

// Versions is a text that writes the versions of the packages in the release's virtualenv, which is whole on the host, to "$packed", for
// runner.Fetch; what has come of it is Environment.Resolved of other hosts.
func (r Release) Versions(f model.Facts) model.Script {
	return model.Script(assets.Code("shell/venvpack.sh") + "list_venv " + r.Virtualenv(f) + " \"$packed\"\n")
}

// hideNeeds takes what may be larger than a program's environment can be out of it.
const hideNeeds model.Script = "needed=${NEEDED-} pinned=${PINNED-} resolved=${RESOLVED-}\nunset NEEDED PINNED RESOLVED\n"

// env is what may have passwords in it.
func (s Environment) env() map[string]secret.Value {
	n, resolved := s.Release.Needs, secret.Value{}
	if s.Resolved != nil {
		resolved = s.Resolved()
	}
	return set(map[string]secret.Value{"PIP_INDEX_URL": s.Index, "NEEDED": n.Wanted, "PINNED": n.Pinned, "RESOLVED": resolved, "INDEX": n.Indexes.Main, "EXTRA": n.Indexes.Extra, "LINKS": n.Indexes.Links})
}

// set are the variables that have a value; nil for none.
func set(env map[string]secret.Value) map[string]secret.Value {
	maps.DeleteFunc(env, func(_ string, value secret.Value) bool { return !value.IsSet() })
	if len(env) == 0 {
		return nil
	}
	return env
}

// driver are requirements of what Django reaches PostgreSQL by, where a project names none.
func driver() string { return assets.Text("pins/" + server.Compiled + ".txt") }

// buildText is what the account that builds runs.
func buildText(what string) string {
	return assets.Code("shell/uvindex.sh") + assets.Code("shell/gittokens.sh") + assets.Code("shell/"+what+"build.sh")
}

func (s Environment) script(f model.Facts, at string) model.Script {
	r := s.Release
	return server.Builders() + model.Script(assets.Code("shell/venvpack.sh")+assets.Code("shell/venv.sh")+
		shell.Set("site", r.Site.Project, "venv", at, "code", r.Code(), "python", r.Interpreter(f), "driver", driver(),
			"build_text", buildText("venv"), "take_text", assets.Code("release/take.py"))+
		"export INDEX EXTRA LINKS WHEELS="+server.WheelsHome+" "+strings.Join(choices(r.Needs), " ")+"\nmake_venv\n")
}

// choices are assignments of what venvbuild.sh reads of its environment.
func choices(n Needs) []string {
	manager, project := "texts", ""
	switch n.Manager {
	case "uv":
		manager, project = "uv", path.Dir(n.Path)
	case "project":
		manager, project = "project", n.Path
	}
	var choice []string
	for _, group := range n.Groups {
		choice = append(choice, "--group", group)
	}
	for _, extra := range n.Extras {
		choice = append(choice, "--extra", extra)
	}
	var all []string
	for _, pair := range [][2]string{{"MANAGER", manager}, {"PROJECT", project}, {"CHOICE", strings.Join(choice, " ")}, {"LOCAL", yes(n.Local)}, {"HASHED", yes(n.Hashed)}, {"FREE", yes(n.free())}} {
		all = append(all, pair[0]+"="+shell.Quote(pair[1]))
	}
	return all
}

// free tells whether no lock says which versions there are to be.
func (n Needs) free() bool {
	return !n.Hashed && (n.Manager == "pip" || n.Manager == "project" || path.Base(n.Path) == "Pipfile")
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}
