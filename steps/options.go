package steps

import (
	"slices"
	"strings"

	"djship/remote"
)

// Options are what a run was asked for beyond the site.
type Options struct {
	// Overwrite says which files that somebody has changed on the server are replaced: their paths, a line each;
	// "*" is all.
	Overwrite string
	// PipIndex is the package index that pip asks on the host; not set, pip's own configuration
	// there tells. It may hold a password.
	PipIndex remote.Secret
}

// overwrites tells whether the file at path is replaced though somebody has changed it.
func (o Options) overwrites(path string) bool {
	return o.Overwrite == "*" || slices.Contains(strings.Split(o.Overwrite, "\n"), path)
}
