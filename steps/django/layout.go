package django

import "djship/steps/model"

// socketsHome is where supervisord opens the sites' sockets: nobody but root may lay anything there. It does not
// start where the folder is missing.
const socketsHome = model.Webapps + "/.sockets"

// A Layout is where a site's things lie on a host: absolute paths that a shell reads as they stand.
type Layout struct {
	Home        string // of its account
	Environment string // the virtualenv, which has bin/ and lib/
	Code        string // the folder with manage.py
	Current     string // a link of the account's to Live, for shells
	Shared      string // what outlives releases
	Settings    string // of the placeholder, in production
	Static      string // gathered static files, as nginx serves them
	Media       string // what visitors have put there
	Logs        string
	Run         string // where people look for the socket
	Start       string // the script by which supervisord starts gunicorn
	Variables   string // the script that a shell sources, and Start does
	Own         string // a person's own variables, which Variables sources
	SecretKey   string // a file that holds just that
	Password    string // of the database's role
	Socket      string // where nginx reaches gunicorn: in a folder of root's, a link to what supervisord opens
	OwnSocket   string // what supervisord opens for the code in the home
	SocketLink  string // where gunicorn opened it itself before supervisord did; a link to it now

	// In folders of root's, for releases.
	Releases     string // their code, a folder each, named by their IDs
	Environments string // their virtualenvs, by what is in them
	Repository   string // git's objects of all releases
	Environs     string // a shell text each, with their variables
	Names        string // shell text with the site's names, which those take in
	About        string // a note each
	Gathered     string // their static files, a folder each
	Overlay      string // Python modules of djship's that releases import
	Live         string // a link to the release that is live; nothing where none was pushed
	Root         string // root's folder for its releases, in which those below lie
	Config       string // what `djship config` has set; the account reads the file env in there
	Frugal       string // a file that is there while gunicorn is to begin with one worker, since memory is short
	Jobs         string // notes of what cron runs, by releases' IDs, and the program that runs one
	Redis        string // shell text with the addresses of the site's redis, and its password
	Ending       string // a file with the groups of processes that were told to end, and their releases
	Served       string // the static files of all releases, as nginx serves them
	NginxParts   string // what djship adds to the site's server block for a time; nginx reads each *.conf
}

// Layout is where the site's things lie.
func (s Site) Layout() Layout {
	home, own := model.SiteHome(s.Project), model.Releases+"/"+s.Project
	return Layout{
		Home:        home,
		Environment: home,
		Code:        home + "/" + s.Project,
		Current:     home + "/current",
		Shared:      home + "/shared",
		Settings:    home + "/" + s.Project + "/" + s.Project + "/settings/production.py",
		Static:      home + "/static",
		Media:       home + "/media",
		Logs:        home + "/logs",
		Run:         home + "/run",
		Start:       home + "/gunicorn_start.sh",
		Variables:   home + "/prepare_env.sh",
		Own:         home + "/local_env.sh",
		SecretKey:   home + "/.django_secret_key",
		Password:    home + "/.django_db_password",
		Socket:      socketsHome + "/" + s.Project + ".sock",
		OwnSocket:   socketsHome + "/" + s.Project + "-0.sock",
		SocketLink:  home + "/run/gunicorn.sock",

		Releases:     own + "/releases",
		Environments: own + "/venvs",
		Repository:   own + "/repo.git",
		Environs:     own + "/env",
		Names:        own + "/names",
		About:        own + "/about",
		Gathered:     own + "/static",
		Overlay:      own + "/overlay",
		Live:         own + "/current",
		Root:         own,
		Config:       own + "/config",
		Jobs:         own + "/cron",
		Frugal:       "/run/djship/frugal-" + s.Project,
		Redis:        own + "/redis",
		Ending:       "/run/djship/ending-" + s.Project,
		Served:       model.Statics + "/" + s.Project,
		NginxParts:   model.NginxParts + "/" + s.Project,
	}
}

// GunicornLog is what gunicorn itself logs.
func (l Layout) GunicornLog() string { return l.Logs + "/gunicorn.log" }
