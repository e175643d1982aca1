package steps

import (
	"path"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// backupTimer has backups made each night, whether a workstation is on or not.
var backupTimer = server.Timer{Unit: "djship-backups", What: "would make backups", Instead: "take djship_backup=daily out of the inventory for this host"}

// nightly is what has a host make backups of a site by itself, where the inventory says something of that.
func nightly(s django.Site, o server.Options) part {
	wish := django.Nightly{Project: s.Project, Keep: o.Nightly}
	switch {
	case o.Nightly == 0:
		return web()
	case o.Nightly < 0:
		return web(wish)
	}
	always := func(model.Facts) bool { return true }
	return web(
		server.Folder{Path: path.Dir(model.BackupsBy), Owner: "root", Group: "root", Mode: "0755"},
		server.ManagedFile{What: "program for backups", Path: model.BackupsBy, Mode: "0755", Overwrite: o.Overwrites(model.BackupsBy),
			Content: func(model.Facts) string { return django.NightlyProgram() }},
		wish,
		hostFile("/etc/systemd/system/djship-backups.service", "backup/djship-backups.service", "0644", backupTimer, o, always),
		hostFile("/etc/systemd/system/djship-backups.timer", "backup/djship-backups.timer", "0644", backupTimer, o, always),
		backupTimer)
}
