package steps

import (
	"path"

	"djship/steps/model"
	"djship/steps/server"
)

// program is a program of djship's own that a host runs by itself, and its folder.
func program(what, at string, content func() string, o server.Options) part {
	return web(
		server.Folder{Path: path.Dir(at), Owner: "root", Group: "root", Mode: "0755"},
		server.ManagedFile{What: what, Path: at, Mode: "0755", Overwrite: o.Overwrites(at), Content: func(model.Facts) string { return content() }})
}

// timed is a timer with its unit and that of what it starts, which are files in a folder of assets.
func timed(t server.Timer, folder string, o server.Options) part {
	always := func(model.Facts) bool { return true }
	unit := func(kind string) model.Step {
		name := t.Unit + kind
		return hostFile("/etc/systemd/system/"+name, folder+"/"+name, "0644", t, o, always)
	}
	return web(unit(".service"), unit(".timer"), t)
}
