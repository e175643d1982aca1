package cli

import (
	"os"
	"os/user"
)

// userAtHost is who runs djship and where, for whoever meets the run's lock on a host.
func userAtHost() string {
	name := "somebody"
	if u, err := user.Current(); err == nil {
		name = u.Username
	}
	host, _ := os.Hostname()
	return name + "@" + host
}
