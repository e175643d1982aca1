package steps

// requirements are what a host has to be like before djship changes anything there: what prereq, deploy and up
// refuse it for, and what `djship ping` tells beforehand. Each is known by the probe alone. s has nothing but
// its Python where the host is made ready for any site.
func requirements(s Site) []Step {
	list := []Step{
		KnownRelease{},
		FreeDisk{MinKB: 1 << 20, MinInodes: 20000},
		Mounts{},
		Places{},
		Port80{},
		SSHDaemon{s.Project},
		NginxReads{s.Domain},
		Supervision{},
		s.postgresReady(),
	}
	if s.Python == 2 {
		list = append(list, HasPython2{})
	}
	return list
}
