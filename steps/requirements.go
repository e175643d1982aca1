package steps

// again ends a hint that says what to do first.
const again = ", then run the same command again"

// refuse is the change of a step that ends the host's run.
func refuse(detail, hint string) Change { return Change{Verb: Refuse, Detail: detail, Hint: hint} }

// refuseToChange is that of a step that ends it only where anything is to be changed.
func refuseToChange(detail, hint string) Change {
	return Change{Verb: Refuse, OnlyIfActs: true, Detail: detail, Hint: hint}
}

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
		SSHDaemon{s},
		NginxReads{s.Domain},
		Supervision{},
		PostgresReady{s},
	}
	if s.Python == 2 {
		list = append(list, HasPython2{})
	}
	return list
}
