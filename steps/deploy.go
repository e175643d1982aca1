package steps

import "slices"

// Deploy is what makes one site, on a host that prereq has made ready.
func Deploy(s Site, o Options) []Step {
	return slices.Concat(
		requirements(s), []Step{PrereqDone{}}, webapps,
		[]Step{postgresql, supervisord, nginx},
		project(s, o), site(s, o))
}

// Up is Prereq and Deploy as one list. The project needs no wheel, so it is made while they are compiled.
func Up(s Site, o Options) []Step {
	return slices.Concat(requirements(s), host(s.Python, o), project(s, o), wheels(s.Python, o), site(s, o))
}

// project is the site's account with its folder, its Python, its secrets, its database and its code.
func project(s Site, o Options) []Step {
	return []Step{
		DomainFree{s},
		Record{s},
		Group{"webapps"},
		Account{User: s.Project, Group: "webapps", Home: s.Layout().Home},
		s.file("sshd rule for "+s.Project, sshdRule(s.Project), "sshd.conf", "0644", o, sshReload(s.Project)),
		sshReload(s.Project),
		Folder{Path: s.Layout().Home, Owner: s.Project, Group: "www-data", Mode: "0710"},

		Virtualenv{s},
		s.packages(o),
		s.folder(s.Layout().Logs),
		s.folder(s.Layout().Run),
		s.folder(s.Layout().Static),
		s.folder(s.Layout().Media),
		SecretFile{Site: s, Path: s.Layout().SecretKey, What: "secret key", Make: "head -c 48 /dev/urandom | base64 -w 0", Notify: []string{s.gunicorn().Name()}},
		SecretFile{Site: s, Path: s.Layout().Password, What: "database password", Make: "head -c 24 /dev/urandom | od -An -v -tx1 | tr -d \" \\n\"", Notify: []string{Role{s}.Name()}},
		s.own("environment script", s.Layout().Variables, "prepare_env.sh", "0644", o),
		s.gunicornScript(o),

		OwnDatabases{s},
		Role{s},
		Database{s},
		Placeholder{s},
		s.settings(o),
	}
}

// site is what makes of the project a site that is served.
func site(s Site, o Options) []Step {
	gunicorn, reload := s.gunicorn(), s.nginxReload()
	return []Step{
		s.driver(o),
		Tables{s},
		Static{s},

		s.file("log rotation of "+s.Project, "/etc/logrotate.d/djship-"+s.Project, "logrotate", "0644", o, nil),
		s.program(o),
		gunicorn,
		SocketLink{s},

		s.log("access", reload),
		s.log("error", reload),
		s.nginxSite(o),
		Link{What: "nginx site " + s.Domain + " enabled", Path: "/etc/nginx/sites-enabled/" + s.Domain, Target: "/etc/nginx/sites-available/" + s.Domain, Notify: []string{reload.Name()}},
		reload,
	}
}
