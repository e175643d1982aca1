package steps

import (
	"djship/assets"
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// Prereq is what makes a host ready for sites of Python 2 or 3.
func Prereq(python int, o server.Options) []model.Step {
	return list(o.Roles, requirements(django.Site{Python: python}), hostSteps(python, o), wheelSteps(python, o))
}

// hostSteps are what is installed and runs on a host of sites.
func hostSteps(python int, o server.Options) []part {
	return append(installed(python, o),
		web(tool("virtualenv"),
			tool("supervisord"),
			tool("supervisorctl"),
			supervisorHome,
			supervisorLogs,
			hostFile(model.SupervisordConf, "host/supervisord.conf", "0644", supervisord, o, func(model.Facts) bool { return true }),
			hostFile("/etc/init.d/supervisord", "host/supervisord.init", "0755", supervisord, o, func(f model.Facts) bool { return !f.Systemd }),
			hostFile("/etc/systemd/system/supervisord.service", "host/supervisord.service", "0644", supervisord, o, func(f model.Facts) bool { return f.Systemd })),
		database(postgresql),
		web(supervisord),
		of(server.Web|server.LoadBalancer, nginx))
}

// installed is what of that can be there before any of it runs.
func installed(python int, o server.Options) []part {
	return []part{
		web(django.Webapps...),
		web(server.Packages{Names: buildingNames(python), Part: server.Building}),
		every(server.Packages{Names: packageNames(o.Roles)}),
		web(server.Tools{Index: o.PipIndex}, server.Poller{}),
	}
}

var (
	supervisorHome = server.Folder{Path: model.Supervisor, Owner: "root", Group: "root", Mode: "0755"}
	supervisorLogs = server.Folder{Path: "/var/log/supervisor", Owner: "root", Group: "adm", Mode: "0750"}
)

// wheelSteps are compiled beside the steps before them.
func wheelSteps(python int, o server.Options) []part {
	if python == 3 {
		return []part{web(server.Wheels{Index: o.PipIndex})}
	}
	return nil
}

// buildingNames are the names in Debian and Ubuntu of what Python packages are made with. The tools' environment is made without
// python3-venv, by the pip of python3-pip; wheels are built with the system's setuptools, which nobody need fetch. postgresql-common
// takes the place of libpq-dev's pg_config, which is gone for a moment then: not while something is built by it.
func buildingNames(python int) []string {
	names := []string{"build-essential", "libpq-dev", "postgresql-common", "python3-dev", "python3-pip", "python3-setuptools", "python3-wheel"}
	if python == 2 {
		names = append(names, "python2", "python2-dev")
	}
	return names
}

// packageNames are the names of what else a host of some roles has.
func packageNames(roles server.Roles) []string {
	return roles.Needs(
		server.Need{Of: server.Web, Names: []string{"git"}},
		server.Need{Of: server.Web | server.LoadBalancer, Names: []string{"nginx"}},
		server.Need{Of: server.Database, Names: []string{"postgresql"}})
}

var (
	nginx = server.Service{Unit: "nginx"}
	// The unit postgresql stays active when a cluster of it goes down.
	postgresql = server.Service{Unit: "postgresql",
		Alive: `pg_find
case $pg_cluster:$pg_state in : | *:down) ;; *) echo alive ;; esac`,
		Start: model.Script(assets.Text("shell/pgstart.sh"))}
	// The unit supervisord is active a moment before it has read its configuration, and its sites come
	// up by themselves after that. A site that can't is not this step's matter.
	supervisord = server.Service{Unit: "supervisord", Up: model.Script(assets.Text("shell/supervisordup.sh"))}
)

func tool(name string) server.Link {
	return server.Link{What: name + " on the PATH", Path: "/usr/local/bin/" + name, Target: model.Tools + "/bin/" + name}
}

func hostFile(path, asset, mode string, user model.Step, o server.Options, needs func(model.Facts) bool) server.ManagedFile {
	return server.ManagedFile{What: path, Path: path, Content: func(model.Facts) string { return assets.Text(asset) }, Mode: mode, Needs: needs,
		Overwrite: o.Overwrites(path), Notify: []string{user.ID()}}
}
