package steps

import (
	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/server"
)

// requirements are what a host has to be like before djship changes anything there: what prereq, deploy and up
// refuse it for, and what `djship ping` tells beforehand. Each is known by the probe alone. s has nothing but
// its Python where the host is made ready for any site.
func requirements(s django.Site) []model.Step {
	list := []model.Step{
		server.KnownRelease{},
		server.FreeDisk{MinKB: 1 << 20, MinInodes: 20000},
		server.Mounts{},
		server.Places{},
		server.Port80{},
		server.SSHDaemon{User: s.Project},
		server.NginxReads{Domain: s.Domain},
		server.Supervision{},
		s.PostgresReady(),
	}
	if s.Python == 2 {
		list = append(list, server.HasPython2{})
	}
	return list
}
