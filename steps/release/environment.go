package release

import (
	"fmt"
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
}

// Name implements Step.
func (s Environment) Name() string { return "Python environment of " + s.Release.Site.Project }

// ID implements Step.
func (s Environment) ID() string { return "environment:" + s.Release.Site.Project }

// Probe implements Step: the names of what is whole.
func (s Environment) Probe() model.Script {
	return model.Script(fmt.Sprintf("( cd %s 2>/dev/null && ls -d -- *.whole 2>/dev/null )", s.Release.Site.Layout().Environments))
}

// Plan implements Step.
func (s Environment) Plan(f model.Facts, seen model.Observed) model.Change {
	at := s.Release.Virtualenv(f)
	if model.HasLine(seen.Text, path.Base(at)+".whole") {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: "the packages of " + model.Shown(s.Release.Needs.Path) + " by uv, for Python " + s.Release.minor(f)},
		Work:     model.Work{Env: s.env(), Before: server.HideIndex + hideNeeds, Script: s.script(f, at)},
		Schedule: model.Schedule{Limit: server.PackageLimit}}
}

// hideNeeds takes what may be larger than a program's environment can be out of it.
const hideNeeds model.Script = "needed=${NEEDED-} pinned=${PINNED-}\nunset NEEDED PINNED\n"

// env is what may have passwords in it.
func (s Environment) env() map[string]secret.Value {
	env := map[string]secret.Value{}
	for name, value := range map[string]secret.Value{"PIP_INDEX_URL": s.Index, "NEEDED": s.Release.Needs.Wanted, "PINNED": s.Release.Needs.Pinned,
		"INDEX": s.Release.Needs.Indexes.Main, "EXTRA": s.Release.Needs.Indexes.Extra, "LINKS": s.Release.Needs.Indexes.Links} {
		if value.IsSet() {
			env[name] = value
		}
	}
	if len(env) == 0 {
		return nil
	}
	return env
}

func (s Environment) script(f model.Facts, at string) model.Script {
	r := s.Release
	return server.Builders() + model.Script(assets.Text("shell/venv.sh")+
		shell.Set("site", r.Site.Project, "venv", at, "code", r.Code(), "python", r.Interpreter(f), "driver", assets.Text("pins/"+server.Compiled+".txt"),
			"build_text", assets.Text("shell/venvbuild.sh"), "take_text", assets.Text("release/take.py"))+
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
	for _, pair := range [][2]string{{"MANAGER", manager}, {"PROJECT", project}, {"CHOICE", strings.Join(choice, " ")}, {"LOCAL", yes(n.Local)}, {"HASHED", yes(n.Hashed)}} {
		all = append(all, pair[0]+"="+shell.Quote(pair[1]))
	}
	return all
}

func yes(is bool) string {
	if is {
		return "yes"
	}
	return ""
}
