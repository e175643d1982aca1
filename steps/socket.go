package steps

import (
	"fmt"
	"strings"

	"djship/assets"
)

// webapps are the folder of all sites and that of their sockets.
var webapps = []Step{
	Folder{Path: webappsHome, Owner: "root", Group: "root", Mode: "0755"},
	Folder{Path: socketsHome, Owner: "root", Group: "root", Mode: "0755"},
}

// SocketLink is a symbolic link in a site's home to its socket. Files of nginx that somebody has edited
// may lead there, so it takes the place of a socket once the new one is in use.
type SocketLink struct{ Site Site }

// Name implements Step.
func (s SocketLink) Name() string { return "socket link of " + s.Site.Project }

// Probe implements Step; the site's account looks.
func (s SocketLink) Probe() Script { return "" }

func (s SocketLink) path() string { return s.Site.Layout().SocketLink }

// homeProbe prints what st prints, and where a link leads.
func (s SocketLink) homeProbe() (string, Script) { return s.Site.Project, Script("f " + s.path()) }

// Plan implements Step. What stands there and is neither a link nor a socket is refused, not removed.
func (s SocketLink) Plan(_ Facts, seen Observed) Change {
	head, leads, _ := strings.Cut(seen.Text, "\n")
	path, target := s.path(), s.Site.Layout().Socket
	c := Change{Verb: Update, Script: Script(fmt.Sprintf("as %s ln -sfnT -- %s %s", s.Site.Project, target, path))}
	switch kind := parseStat(head).kind; {
	case kind == "symbolic link" && leads == target+"\n":
		return Change{}
	case kind == "symbolic link":
		c.Detail = path + " led elsewhere, should lead to " + target
	case kind == "socket":
		c.Detail = path + " was the socket, now leads to " + target
	case kind == absent:
		c.Verb, c.Detail = Create, path+" -> "+target
	default:
		return Change{Verb: Refuse, Detail: path + " is a " + kind + ", not a link to " + target, Hint: outOfTheWay}
	}
	return c
}

// An EditedFile is a managed file of which a version that somebody has made may not fit to the rest.
type EditedFile struct {
	ManagedFile
	Words string // what tells whether a version fits
	With  bool   // whether one that fits has Words in it, or must not have
	Not   string // what is wrong with one that does not fit
	Hint  string // what to do about it; "" where such a version is kept and told of
}

// homeProbe prints Words, too, where the file is a link and what it leads to has them.
func (s EditedFile) homeProbe() (string, Script) {
	return s.Owner, Script(fmt.Sprintf("file=%s\nf $file\n[ ! -L $file ] || timeout 5 grep -sFom1 %s $file", Quote(s.Path), Quote(s.Words)))
}

// Plan implements Step. A version that does not fit and would stay is refused or told of; of a link of
// root's nobody has asked.
func (s EditedFile) Plan(f Facts, seen Observed) Change {
	c := s.ManagedFile.Plan(f, seen)
	unknown := s.Owner == "" && parseStat(firstLine(seen.Text)).kind == "symbolic link"
	if c.IsZero() || c.Verb == Refuse || len(c.Files) > 0 || unknown || strings.Contains(seen.Text, s.Words) == s.With {
		return c
	}
	if s.Hint != "" {
		return Change{Verb: Refuse, Detail: s.Path + " was changed on the server and " + s.Not,
			Hint: s.Hint + ", then run the same command again; or add --overwrite " + s.Path + ", which puts djship's version there and keeps yours beside it"}
	}
	c.Detail += "; it " + s.Not
	c.Warn = c.Verb == Keep
	return c
}

// gunicornScript is what supervisord runs. An edited one may be of the time when gunicorn opened its
// socket itself.
func (s Site) gunicornScript(o Options) EditedFile {
	file := s.own("gunicorn script", s.Layout().Start, "gunicorn_start.sh", "0755", o)
	return EditedFile{ManagedFile: file, Words: "LISTEN_FDS", With: true,
		Not: "does not take the socket that supervisord opens",
		Hint: "in " + file.Path + " take the --bind line out, and for `exec gunicorn` write two lines, " +
			"`exec 3<&0 </dev/null` and `LISTEN_PID=$$ LISTEN_FDS=1 exec gunicorn`"}
}

// program is what supervisord knows of the site.
func (s Site) program(o Options) EditedFile {
	file := s.file("supervisor program "+s.Project, "/etc/supervisor/"+s.Project+".conf", "supervisor.conf", "0644", o, s.gunicorn())
	return EditedFile{ManagedFile: file, Words: "unix://" + s.Layout().Socket, With: true,
		Not: "does not open the socket that nginx asks",
		Hint: fmt.Sprintf("in %s write [fcgi-program:%[2]s] for [program:%[2]s], and below it the lines socket=unix://%[3]s, socket_owner=%[2]s:www-data and socket_mode=0660",
			file.Path, s.Project, s.Layout().Socket)}
}

// nginxSite is what nginx serves the site by. An edited one may ask gunicorn by the link in the site's
// home, which the site may lead to another's socket.
func (s Site) nginxSite(o Options) EditedFile {
	file := s.file("nginx site "+s.Domain, "/etc/nginx/sites-available/"+s.Domain, "nginx.conf", "0644", o, s.nginxReload())
	return EditedFile{ManagedFile: file, Words: s.Layout().SocketLink, With: false,
		Not: "asks gunicorn by a link that the site may lead elsewhere: write unix:" + s.Layout().Socket + " for it, and `Host $host`"}
}

// nginxReload takes what was written for nginx into use.
func (s Site) nginxReload() Handler {
	script := assets.Text("shell/nginx.sh") + "reload_nginx " +
		QuoteAll("/etc/nginx/sites-available/"+s.Domain, "/etc/nginx/sites-enabled/"+s.Domain, s.Domain)
	return Handler{What: "nginx reload for " + s.Domain, Verb: Reload, Detail: "nginx -t, then reload", Do: Script(script)}
}
