// Package server holds the steps about what any server has: packages, services, accounts, files, folders, links; and
// those that refuse a host which could not be worked with.
package server

import (
	"slices"
	"strings"

	"djship/secret"
)

// Options are what a run was asked for beyond the site.
type Options struct {
	// Overwrite says which files that somebody has changed on the server are replaced: their paths, a line each;
	// "*" is all.
	Overwrite string
	// PipIndex is the package index that pip asks on the host; not set, pip's own configuration
	// there tells. It may hold a password.
	PipIndex secret.Value
	// Nightly is how many backups of a site the host keeps, of which it makes one each night: 0 where nobody says, -1 where there are to be none.
	Nightly int
	// TakesOver is that of a run which makes djship's of a site that the bash scripts made.
	TakesOver bool
	// Roles are the host's.
	Roles Roles
}

// Overwrites tells whether the file at path is replaced though somebody has changed it.
func (o Options) Overwrites(path string) bool {
	return o.Overwrite == "*" || slices.Contains(strings.Split(o.Overwrite, "\n"), path)
}
