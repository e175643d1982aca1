package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/release"
	"djship/steps/server"
)

// Deploy is what makes one site, on a host that prereq has made ready.
func Deploy(s django.Site, o server.Options) []model.Step {
	return list(o.Roles,
		requirements(s), []part{
			every(server.PrereqDone{Roles: o.Roles}),
			web(django.Webapps...),
			database(postgresql),
			web(supervisord),
			lost(s, o),
			of(server.Web|server.LoadBalancer, nginx),
		},
		projectSteps(s, o), siteSteps(s, o), nightly(s, o))
}

// Up is Prereq and Deploy as one list. The project needs no wheel, so it is made while they are compiled.
func Up(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, requirements(s), []part{lost(s, o)}, hostSteps(s.Python, o), projectSteps(s, o), wheelSteps(s.Python, o), siteSteps(s, o), nightly(s, o))
}

// projectSteps are the site's account with its folder, its Python, its secrets, its database and its code.
func projectSteps(s django.Site, o server.Options) []part {
	return []part{
		web(django.DomainFree{Site: s}),
		whole(s, o),
		of(server.Web|server.Database, django.Record{Site: s}),
		web(server.Group{Group: "webapps"},
			server.Account{User: s.Project, Group: "webapps", Home: s.Layout().Home},
			s.File("sshd rule for "+s.Project, server.SSHRule(s.Project), "sshd.conf", "0644", o, server.SSHReload(s.Project)),
			server.SSHReload(s.Project),
			server.Folder{Path: s.Layout().Home, Owner: s.Project, Group: "www-data", Mode: "0710"},

			django.Virtualenv{Site: s},
			s.Folder(s.Layout().Logs),
			s.Folder(s.Layout().Run),
			s.Folder(s.Layout().Static),
			s.Folder(s.Layout().Media),
			s.KeyFile(),
			s.PasswordFile(),
			s.Own("environment script", s.Layout().Variables, "prepare_env.sh", "0644", o),
			s.GunicornScript(o)),

		database(django.OwnDatabases{Site: s},
			django.Role{Site: s},
			django.Database{Site: s}),
		web(s.Packages(o),
			django.Placeholder{Site: s},
			s.Settings(o)),
	}
}

// whole is that taking a site over has come to its end, unless that goes on.
func whole(s django.Site, o server.Options) part {
	if o.TakesOver {
		return web()
	}
	return web(django.TakenOver{Site: s})
}

// siteSteps are what makes of the project a site that is served.
func siteSteps(s django.Site, o server.Options) []part {
	gunicorn, reload := s.Gunicorn(), s.NginxReload()
	return []part{web(
		s.Driver(o),

		s.File("log rotation of "+s.Project, "/etc/logrotate.d/djship-"+s.Project, "logrotate", "0644", o, nil),
		s.Program(o),
		django.ReleaseNames{Site: s, Notify: []string{gunicorn.ID()}},
		gunicorn,
		django.SocketLink{Site: s},
		django.Tables{Site: s},
		django.Static{Site: s},

		s.Log("access", reload),
		s.Log("timing", reload),
		s.Log("error", reload),
		s.NginxSite(o),
		s.Moved(o),
		server.Link{What: "nginx site " + s.Domain + " enabled", Path: "/etc/nginx/sites-enabled/" + s.Domain, Target: "/etc/nginx/sites-available/" + s.Domain, Notify: []string{reload.ID()}},
		reload,
		release.Waiting{Site: s},
	), https(s, o), redirects(s, o)}
}

// redirects are what leads visitors on from other names, where the site has answered under its domain before: as it moves, or while a certificate is to be ordered first, that is Redirects or Secure.
func redirects(s django.Site, o server.Options) part {
	if s.Move || s.TLS.Mode == django.TLSACME {
		return web()
	}
	return web(s.Redirects(o))
}

// Redirects are what leads visitors of a site that has moved to its domain, once all of its hosts answer under that.
func Redirects(s django.Site, o server.Options) []model.Step {
	return list(o.Roles, []part{web(s.Redirects(o))})
}

// lost has nginx do without a certificate that is gone, before it is started or asked to read anything anew.
func lost(s django.Site, o server.Options) part {
	if s.TLS.Mode == django.TLSOff || s.TLS.Mode == django.TLSACME {
		return web(s.Lost(o))
	}
	return web()
}

// https is what has visitors come by https, where the inventory says something of that. Where a certificate is to be ordered first that is Secure, and here is but what takes
// into use that https was taken away.
func https(s django.Site, o server.Options) part {
	switch s.TLS.Mode {
	case "":
		return web()
	case django.TLSACME:
		return web(s.HTTPSReload(), s.GunicornForHTTPS())
	}
	return httpsSteps(s, o)
}

func httpsSteps(s django.Site, o server.Options) part {
	steps := []model.Step{s.HTTPS(o), s.HTTPSReload(), s.GunicornForHTTPS()}
	if s.TLS.On() {
		steps = append([]model.Step{django.NobodysNames(o), django.NobodyReload()}, steps...)
	}
	return web(steps...)
}
