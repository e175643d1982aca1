package sshconfig

import (
	"path/filepath"
	"strings"
)

// Absolute returns path as an absolute one: a ~ at its head is home, a relative one begins in the
// working folder.
func Absolute(path, home string) string {
	if path == "~" || strings.HasPrefix(path, "~/") {
		path = filepath.Join(home, path[1:])
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
