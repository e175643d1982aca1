package steps

// folder is a folder in the site's home.
func (s Site) folder(path string) Folder {
	return Folder{Path: path, Owner: s.Project, Group: "webapps", Mode: "0755", By: s.Project}
}

// log is a log that nginx writes for the site.
func (s Site) log(kind string, reload Step) LogFile {
	return LogFile{What: kind + " log of " + s.Domain, Path: "/var/log/nginx/" + s.Domain + "." + kind + ".log",
		Owner: "www-data", Group: "adm", Mode: "0640", Notify: reload}
}

// own is a file in the site's home that its gunicorn runs on.
func (s Site) own(what, path, asset, mode string, o Options) ManagedFile {
	return ManagedFile{What: what + " of " + s.Project, Path: path, Content: s.asset(asset), Mode: mode,
		Owner: s.Project, Group: "webapps", Overwrite: o.overwrites(path), Notify: []string{s.gunicorn().Name()}}
}

// file is a file of root's for the site; user, which may be nil, has to act when it changes.
func (s Site) file(what, path, asset, mode string, o Options, user Step) ManagedFile {
	f := ManagedFile{What: what, Path: path, Content: s.asset(asset), Mode: mode, Overwrite: o.overwrites(path)}
	if user != nil {
		f.Notify = []string{user.Name()}
	}
	return f
}
