package model

import (
	"path"
	"strings"
)

// A mount is what a file system is mounted with.
type mount struct {
	Kind    string // "ext4"
	Options []string
}

// MountOf is the file system on which a path lies, as far as the facts tell, and where that is mounted.
func (f Facts) MountOf(p string) (string, mount) {
	for ; p != "/"; p = path.Dir(p) {
		if m, ok := f.mounts[p]; ok {
			return p, m
		}
	}
	return p, f.mounts[p]
}

// parseMount reads the line "TYPE OPTIONS PATH" of the facts.
func parseMount(value string) (string, mount) {
	kind, rest, _ := strings.Cut(value, " ")
	options, at, _ := strings.Cut(rest, " ")
	return at, mount{kind, strings.Split(options, ",")}
}
