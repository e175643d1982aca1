package server

import (
	"path"
	"strings"
)

// inPattern tells whether a path is one of those that a pattern of nginx's or sshd's include stands for, as glob(7) has
// it; a pattern that is not absolute is below dir. Links on the way are not followed.
func inPattern(pattern, dir, file string) bool {
	if !path.IsAbs(pattern) {
		pattern = dir + "/" + pattern
	}
	ok, err := path.Match(asGo.Replace(path.Clean(pattern)), file)
	return ok && err == nil || pattern == file
}

// asGo puts into Go's words what glob(7) has others for.
var asGo = strings.NewReplacer("[!", "[^", "[:alnum:]", "a-zA-Z0-9", "[:alpha:]", "a-zA-Z", "[:digit:]", "0-9", "[:lower:]", "a-z", "[:upper:]", "A-Z")
