package django

import (
	"fmt"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/server"
)

// Webapps are the folder of all sites and that of their sockets.
var Webapps = []model.Step{
	server.Folder{Path: model.Webapps, Owner: "root", Group: "root", Mode: "0755"},
	server.Folder{Path: socketsHome, Owner: "root", Group: "root", Mode: "0755"},
}

// SocketLink is a symbolic link in a site's home to its socket. Files of nginx that somebody has edited
// may lead there, so it takes the place of a socket once the new one is in use.
type SocketLink struct{ Site Site }

// Name implements Step.
func (s SocketLink) Name() string { return "socket link of " + s.Site.Project }

// ID implements Step.
func (s SocketLink) ID() string { return "socket-link:" + s.Site.Project }

// Probe implements Step; the site's account looks.
func (s SocketLink) Probe() model.Script { return "" }

// LookedAt implements model.Located.
func (s SocketLink) LookedAt() string { return s.Site.Layout().SocketLink }

// HomeProbe puts what st puts, and where a link leads.
func (s SocketLink) HomeProbe() (string, model.Perl) {
	return s.Site.Project, model.Call("f", s.LookedAt())
}

// Plan implements Step. What stands there and is neither a link nor a socket is refused, not removed.
func (s SocketLink) Plan(_ model.Facts, seen model.Observed) model.Change {
	head, leads, _ := strings.Cut(seen.Text, "\n")
	path, target := s.LookedAt(), s.Site.Layout().Socket
	c := model.Change{Told: model.Told{Verb: model.Update}, Work: model.Work{Script: model.Script(fmt.Sprintf("as %s ln -sfnT -- %s %s", s.Site.Project, target, path))}}
	switch kind := model.ParseStat(head).Kind; {
	case kind == "symbolic link" && leads == target+"\n":
		return model.Change{}
	case kind == "symbolic link":
		c.Detail = path + " led elsewhere, should lead to " + target
	case kind == "socket":
		c.Detail = path + " was the socket, now leads to " + target
	case kind == model.Absent:
		c.Verb, c.Detail = model.Create, path+" -> "+target
	default:
		return model.Refusal(path+" is a "+kind+", not a link to "+target, model.OutOfTheWay)
	}
	return c
}

// An EditedFile is a managed file of which a version that somebody has made may not fit the rest.
type EditedFile struct {
	server.ManagedFile
	Words string // what tells whether a version fits
	With  bool   // whether one that fits has Words in it, or must not have
	Not   string // what is wrong with one that does not fit
	Hint  string // what to do about it; "" where such a version is kept and told of
	// Idle tells whether the host has no use for the file now; nil is never.
	Idle func(model.Facts) bool
}

// HomeProbe puts Words, too, where the file is a link and what it leads to has them.
func (s EditedFile) HomeProbe() (string, model.Perl) {
	return s.Owner, model.Call("has", s.Path, s.Words)
}

// Plan implements Step. A version that does not fit and would stay is refused or told of. Where a file of
// root's is a link, what it leads to is not known.
func (s EditedFile) Plan(f model.Facts, seen model.Observed) model.Change {
	if s.Idle != nil && s.Idle(f) {
		return model.Change{}
	}
	c := s.ManagedFile.Plan(f, seen)
	unknown := s.Owner == "" && model.ParseStat(model.FirstLine(seen.Text)).Kind == "symbolic link"
	if c.IsZero() || c.Verb == model.Refuse || len(c.Files) > 0 || unknown || strings.Contains(seen.Text, s.Words) == s.With {
		return c
	}
	if s.Hint != "" {
		hint := s.Hint + ", then run the same command again; or add --overwrite " + s.Path + ", which puts djship's version there and keeps yours beside it"
		if f.Written[s.Path] == nil {
			hint = f.ElseAdopt("", hint)
		}
		return model.Refusal(s.Path+" was changed on the server and "+s.Not, hint)
	}
	c.Detail += "; it " + s.Not
	c.Warn = c.Verb == model.Keep
	return c
}

// GunicornScript is what supervisord runs. An edited one may be of the time when gunicorn opened its
// socket itself.
func (s Site) GunicornScript(o server.Options) EditedFile {
	file := s.Own("gunicorn script", s.Layout().Start, "gunicorn_start.sh", "0755", o)
	return EditedFile{ManagedFile: file, Words: "LISTEN_FDS", With: true,
		Not: "does not take the socket that supervisord opens",
		Hint: "in " + file.Path + " take the --bind line out, and for `exec gunicorn` write two lines, " +
			"`exec 3<&0 </dev/null` and `LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn`"}
}

// Program is what supervisord knows of the site while no release of it is live.
func (s Site) Program(o server.Options) EditedFile {
	file := s.File("supervisor program "+s.Project, model.ProgramConf(s.Project), "supervisor.conf", "0644", o, s.Gunicorn())
	return EditedFile{ManagedFile: file, Idle: s.live, Words: "unix://" + socketsHome + "/" + s.Project, With: true,
		Not: "does not open the socket that nginx asks",
		Hint: fmt.Sprintf("in %s write [fcgi-program:%[2]s] for [program:%[2]s], and below it the lines socket=unix://%[3]s, socket_owner=%[2]s:www-data and socket_mode=0660",
			file.Path, s.Project, s.Layout().OwnSocket)}
}

// nginxFile is where a person finds what nginx serves the site by.
func (s Site) nginxFile() string { return "/etc/nginx/sites-available/" + s.Domain }

// include is the line of that file by which nginx reads what djship adds to the server block.
func (s Site) include() string { return "include " + s.Layout().NginxParts + "/*.conf;" }

// NginxSite is what nginx serves the site by. An edited one may ask gunicorn by the link in the site's
// home, which the site may lead to another's socket.
func (s Site) NginxSite(o server.Options) EditedFile {
	file := s.File("nginx site "+s.Domain, s.nginxFile(), "nginx.conf", "0644", o, s.NginxReload())
	return EditedFile{ManagedFile: file, Words: s.Layout().SocketLink, With: false,
		Not: "asks gunicorn by a link that the site may lead elsewhere: write unix:" + s.Layout().Socket + " for it, and `Host $host`"}
}

// NginxReload takes what was written for nginx into use.
func (s Site) NginxReload() server.Handler {
	script := assets.Text("shell/nginx.sh") + "reload_nginx " +
		shell.QuoteAll(s.nginxFile(), "/etc/nginx/sites-enabled/"+s.Domain, s.Domain)
	return server.Handler{Key: "nginx-reload:" + s.Domain, What: "nginx reload for " + s.Domain, Verb: model.Reload, Detail: "nginx -t, then reload", Do: model.Script(script)}
}
