package django

import (
	"djship/steps/model"
	"djship/steps/server"
)

// Folder is a folder in the site's home.
func (s Site) Folder(path string) server.Folder {
	return server.Folder{Path: path, Owner: s.Project, Group: "webapps", Mode: "0755", By: s.Project}
}

// Log is a log that nginx writes for the site.
func (s Site) Log(kind string, reload model.Step) server.LogFile {
	return server.LogFile{What: kind + " log of " + s.Domain, Path: "/var/log/nginx/" + s.Domain + "." + kind + ".log",
		Owner: "www-data", Group: "adm", Mode: "0640", Notify: reload}
}

// Own is a file in the site's home that its gunicorn runs on.
func (s Site) Own(what, path, asset, mode string, o server.Options) server.ManagedFile {
	return server.ManagedFile{What: what + " of " + s.Project, Path: path, Content: s.asset(asset), Mode: mode,
		Owner: s.Project, Group: "webapps", Overwrite: o.Overwrites(path), Notify: []string{s.Gunicorn().ID()}}
}

// File is a file of root's for the site; user, which may be nil, has to act when it changes.
func (s Site) File(what, path, asset, mode string, o server.Options, user model.Step) server.ManagedFile {
	f := server.ManagedFile{What: what, Path: path, Content: s.asset(asset), Mode: mode, Overwrite: o.Overwrites(path)}
	if user != nil {
		f.Notify = []string{user.ID()}
	}
	return f
}
