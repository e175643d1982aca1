package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// backupTimer has backups made each night, whether a workstation is on or not.
var backupTimer = server.Timer{Unit: "djship-backups", What: "would make backups", Instead: "take djship_backup=daily out of the inventory for this host"}

// nightly is what has a host make backups of a site by itself, where the inventory says something of that.
func nightly(s django.Site, o server.Options) []part {
	wish := web(django.Nightly{Project: s.Project, Keep: o.Nightly})
	switch {
	case o.Nightly == 0:
		return nil
	case o.Nightly < 0:
		return []part{wish}
	}
	return []part{program("program for backups", model.BackupsBy, django.NightlyProgram, o), wish, timed(backupTimer, "backup", o)}
}
