package remote

import (
	"os"
	"slices"
	"strings"
)

// ChildEnv is the environment for programs that djship runs on the workstation: its own, without the
// variables that stand for its flags, which are nobody else's to read.
func ChildEnv() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(strings.ToUpper(v), "DJSHIP_") })
}
