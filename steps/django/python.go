package django

import (
	"fmt"
	"slices"
	"strings"

	"djship/assets"
	"djship/secret"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Virtualenv is a site's own Python environment, in its home.
type Virtualenv struct{ Site Site }

// Name implements Step.
func (s Virtualenv) Name() string { return "virtualenv of " + s.Site.Project }

// ID implements Step.
func (s Virtualenv) ID() string { return "virtualenv:" + s.Site.Project }

// Probe implements Step.
func (s Virtualenv) Probe() model.Script { return "" }

// HomeProbe puts "ok" where the environment is whole and of the Python that the system has now. After
// an upgrade of the distribution it is not.
func (s Virtualenv) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("venv", s.Site.Layout().Environment, "/usr/bin/"+s.Site.python())
}

// Plan implements Step. The environment is made over what is there; nothing is removed, for the
// project is in the same folder.
func (s Virtualenv) Plan(_ model.Facts, seen model.Observed) model.Change {
	if seen.Text == "ok\n" && !seen.Due {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Create, Detail: s.Site.python()}, Work: model.Work{
		Script: siteVenv() + model.Script(fmt.Sprintf("make_site_venv %s %s %s", s.Site.Project, s.Site.python(), s.Site.Layout().Environment))}, Schedule: model.Schedule{Redo: true, Notify: []string{s.Site.Gunicorn().ID()}}}
}

// siteVenv are the shell functions that make a site's virtualenv and install into it.
func siteVenv() model.Script {
	return model.Script(shell.Set("tools", model.Tools) + assets.Code("shell/sitevenv.sh"))
}

// PythonPackages are packages in the site's environment. What is installed already stays as it is, in
// whatever version.
type PythonPackages struct {
	Key   string // what its ID begins with
	What  string // "Python packages"
	Names []string
	Site  Site
	Index secret.Value // see Options.PipIndex
	After string       // the ID of the step that it starts after, see model.Schedule
}

// Packages are Django and what serves it. They are fetched while the site gets its secrets and its database.
func (s Site) Packages(o server.Options) PythonPackages {
	return PythonPackages{Key: "python-packages", What: "Python packages", Names: []string{"django", "gunicorn", "setproctitle"}, Site: s, Index: o.PipIndex, After: Virtualenv{s}.ID()}
}

// Driver is what Django reaches PostgreSQL by. It has to be compiled.
func (s Site) Driver(o server.Options) PythonPackages {
	return PythonPackages{Key: "postgresql-driver", What: "PostgreSQL driver", Names: []string{server.Compiled}, Site: s, Index: o.PipIndex}
}

// Name implements Step.
func (s PythonPackages) Name() string { return s.What + " of " + s.Site.Project }

// ID implements Step.
func (s PythonPackages) ID() string { return s.Key + ":" + s.Site.Project }

// Probe implements Step.
func (s PythonPackages) Probe() model.Script { return "" }

// HomeProbe puts the names of the installed distributions with their versions. Who has installed a
// wheel is what an installer notes last; where it was cut off before, the package is none.
func (s PythonPackages) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("distributions", s.Site.Layout().Environment, "/usr/bin/"+s.Site.python())
}

// clear takes away what a run that was cut off has left of packages: pip would take it for the whole.
func (s PythonPackages) clear() model.Script {
	return model.Script(shell.Set("site", s.Site.Project, "environment", s.Site.Layout().Environment, "due", strings.Join(model.DueMarks(s), " ")) +
		assets.Code("shell/clearpackages.sh"))
}

// Plan implements Step.
func (s PythonPackages) Plan(_ model.Facts, seen model.Observed) model.Change {
	var have []string
	bare := true // but for what a virtualenv comes with
	for _, dir := range strings.Fields(seen.Text) {
		name, _, _ := strings.Cut(dir, "-")
		have = append(have, strings.ToLower(name))
		bare = bare && slices.Contains([]string{"pip", "setuptools", "wheel"}, name)
	}
	var missing []string
	for _, name := range s.Names {
		if slices.Contains(have, name) && !seen.Due {
			continue
		}
		if s.Site.Python == 2 {
			name += "==" + lastForPython2[name]
		}
		missing = append(missing, name)
	}
	if missing == nil {
		return model.Change{}
	}
	install := s.get(missing) + model.Script(fmt.Sprintf("install_in_site %s %s %s \"$from\" %s",
		s.Site.Project, s.Site.python(), s.Site.Layout().Environment, shell.QuoteAll(missing...)))
	if bare && s.Site.Python == 3 && !s.compiled(missing) {
		install = s.unpack(missing, install)
	}
	return model.Change{Told: model.Told{Verb: model.Install, Detail: strings.Join(missing, " ")}, Work: model.Work{Env: server.PipEnv(s.Index),
		Before: server.HideIndex + s.clear(), Script: server.Builders() + siteVenv() + install},
		Schedule: model.Schedule{Redo: true, Notify: []string{s.Site.Gunicorn().ID()}, StartsAfter: s.After, Limit: server.PackageLimit}}
}

// compiled tells whether all that is missing is what the host has compiled.
func (s PythonPackages) compiled(missing []string) bool {
	return slices.Equal(missing, []string{server.Compiled})
}

// unpack has an environment without packages get them from what the host has unpacked for all sites, in the newest versions; where that can't be had, by otherwise.
func (s PythonPackages) unpack(missing []string, otherwise model.Script) model.Script {
	kit := shell.Set("kits", model.Tools+"/kits", "build_text", assets.Code("shell/uvindex.sh")+assets.Code("shell/kitbuild.sh")) +
		assets.Code("shell/venv.sh") + assets.Code("shell/kit.sh")
	return model.Script(kit+fmt.Sprintf("kit=\nif by_uv python3; then\nget_kit \"$(readlink /usr/bin/python3)\" <<'PACKAGES'\n%s\nPACKAGES\nfi\nif [ \"$kit\" ]; then\nunpack_kit %s %s\nelse\n",
		strings.Join(missing, "\n"), s.Site.Project, s.Site.Layout().Environment)) + otherwise + "\nfi"
}

// get puts wheels of what is missing, and of what that needs, into a folder of root's, $from: no site
// asks an index, and none learns its password. What the host has compiled for all sites is there.
func (s PythonPackages) get(missing []string) model.Script {
	if s.Site.Python == 3 && s.compiled(missing) {
		return model.Script(fmt.Sprintf("from=%s\nif ! has_wheel \"$from\" %s; then\n", server.WheelsHome, server.Compiled)) + server.BuildCompiled() + "fi\n"
	}
	return model.Script(fmt.Sprintf("from=%s\nfetch_wheels %s \"$from\" /usr/bin/%s <<'PACKAGES'\n%s\nPACKAGES\n",
		model.Tools+"/packages", server.FetchAccount, s.Site.python(), strings.Join(missing, "\n")))
}

// lastForPython2 are the last versions that support it, by their release notes.
var lastForPython2 = map[string]string{"django": "1.11.29", "gunicorn": "19.10.0", "psycopg2": "2.8.6", "setproctitle": "1.1.10"}
