package steps

import (
	"djship/steps/django"
	"djship/steps/server"
)

// requirements are what a host has to be like before djship changes anything there: what prereq, deploy and up
// refuse it for, and what `djship ping` tells beforehand. Each is known by the probe alone. s has nothing but
// its Python where the host is made ready for any site.
func requirements(s django.Site) []part {
	parts := []part{
		every(server.KnownRelease{},
			server.FreeDisk{MinKB: 1 << 20, MinInodes: 20000},
			server.Mounts{}),
		web(server.Places{}),
		of(server.Web|server.LoadBalancer, server.Port80{}),
		web(server.SSHDaemon{User: s.Project},
			server.NginxReads{Domain: s.Domain},
			server.Supervision{}),
		database(s.PostgresReady()),
	}
	if s.Python == 2 {
		parts = append(parts, web(server.HasPython2{}))
	}
	return parts
}
