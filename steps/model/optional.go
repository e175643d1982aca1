package model

import "slices"

// What only some steps are: interfaces that a step may implement beside Step.

// A Resident is a step of which a part lies in the home of a site's account. That part is read by the
// account itself: root opens and follows nothing that the account may have laid.
type Resident interface {
	// HomeProbe is a text for the account; what it puts is added to what Probe has printed.
	// An account without a name is none: then there is no such part.
	HomeProbe() (account string, text Perl)
}

// Located is a step about one path. Root reads the owners and modes of all such paths of a list at once, which costs
// one process instead of one each. "" is no path.
type Located interface{ LookedAt() (path string) }

// Editable is a step about a file that a person may edit on the server.
type Editable interface{ Managed() (path string) }

// Daemon is a step about a service of the host. All services of a list are asked for at once.
type Daemon interface{ Service() (unit string) }

// Services are the units of a list's services, in order.
func Services(list []Step) []string {
	var units []string
	for _, s := range list {
		if d, ok := s.(Daemon); ok {
			units = append(units, d.Service()+".service")
		}
	}
	return units
}

// Stored is a step that asks PostgreSQL about a site, as pg_look of the prelude does; "" for none in particular. All sites of a list
// are asked for at once.
type Stored interface{ Database() (project string) }

// Databases are the sites of a list that PostgreSQL is asked about, each once.
func Databases(list []Step) []string {
	var projects []string
	for _, s := range list {
		if d, ok := s.(Stored); ok && d.Database() != "" && !slices.Contains(projects, d.Database()) {
			projects = append(projects, d.Database())
		}
	}
	return projects
}

// Aside is a step that is planned even where the site's account can't enter its home: what lies in there is not what
// counts.
type Aside interface{ Aside() }

// Queuing is a step whose change may have to wait for somebody else on the host: lines "waits: WHAT" of its output tell
// for whom.
type Queuing interface{ MayWait() }

// Reporting is a step whose change tells by a line of its output what became of the site that it has switched to another release.
type Reporting interface {
	// ReadSwitched reads a line of the output; it returns false for one that says something else.
	ReadSwitched(line string) (Switched, bool)
}

// Final is a step whose change what was live before could not go on behind: once it has begun on a host, no host of its stage is taken back.
type Final interface{ IsFinal() }

// Asking is a step that refuses what a person may say yes to, by Told.Ask.
type Asking interface {
	// Agreed is the step, which refuses that no more.
	Agreed() Step
}

// Rehearsing is a step whose change tells by lines of its output what the live release could not go on with behind a migration.
type Rehearsing interface {
	// ReadBreak reads a line of the output; it returns false for one that says something else.
	ReadBreak(line string) (Migration, bool)
}

// Telling is a step of which a person who wants to know more is shown what its change prints, as they are what it is about.
// Of a line "notice: TEXT" everybody is told.
type Telling interface{ TellsOutput() }

// Managed are the paths of the files of a list that a person may edit on the server.
func Managed(list []Step) []string {
	var paths []string
	for _, s := range list {
		if m, ok := s.(Editable); ok {
			paths = append(paths, m.Managed())
		}
	}
	return paths
}
