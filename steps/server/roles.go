package server

// Roles are what a host is there for, and so what is put on it. None stands for all: a host that does everything.
type Roles uint8

// The roles of hosts.
const (
	Web          Roles = 1 << iota // runs the sites' gunicorns, and nginx before them
	Database                       // has the sites' databases
	LoadBalancer                   // has an nginx before those of web hosts
)

// A Need is names that hosts of certain roles have.
type Need struct {
	Of    Roles
	Names []string
}

// Needs are the names that a host of these roles has, in order.
func (r Roles) Needs(all ...Need) []string {
	var names []string
	for _, n := range all {
		if r.Any(n.Of) {
			names = append(names, n.Names...)
		}
	}
	return names
}

// Any tells whether a host of these roles has one of those.
func (r Roles) Any(of Roles) bool { return r == 0 || r&of != 0 }
