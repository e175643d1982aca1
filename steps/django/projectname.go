package django

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"djship/steps/server"
)

// ProjectPattern is what the name of a project looks like. It is at once a Unix account (useradd: 32 bytes), a
// PostgreSQL role and database, a Python package, a program of supervisor and part of file names; plain words fit
// all of them unquoted.
var ProjectPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

func checkProject(name string, python int) error {
	bad := func(why string) error {
		return &NameError{fmt.Sprintf("project %q %s", name, why),
			"a project is one word of lower-case letters, digits and _ that begins with a letter, 32 bytes at most: example, my_shop"}
	}
	switch {
	case name == "":
		return bad("is empty")
	case len(name) > 32:
		return bad(fmt.Sprintf("has %d bytes", len(name)))
	case strings.ToLower(name) != name:
		return bad("has upper-case letters")
	case name[0] >= '0' && name[0] <= '9':
		return bad("begins with a digit")
	case name[0] == '_':
		return bad("begins with _")
	case !ProjectPattern.MatchString(name):
		wrong := strings.IndexFunc(name, func(r rune) bool { return !ProjectPattern.MatchString("a" + string(r)) })
		r, _ := utf8.DecodeRuneInString(name[wrong:])
		return bad(fmt.Sprintf("has a %q in it", string(r)))
	case slices.Contains(server.SystemAccounts, name):
		return bad("is the name of a system account")
	case strings.HasPrefix(name, "pg_") || slices.Contains(keptNames, name):
		return bad("is a name that PostgreSQL or supervisor keeps for itself")
	case slices.Contains(pythonNames, name) || python == 2 && slices.Contains(python2Names, name):
		return bad("is a name that Python or Django needs itself")
	case slices.Contains(homeFolders, name):
		return bad("is the name of a folder of every site")
	}
	return nil
}

// keptNames are PostgreSQL's own roles and databases, and what supervisorctl takes for every program.
var keptNames = strings.Fields(`public template0 template1 all`)

// homeFolders are the names beside the project's folder in its home; the last five are kept for releases.
var homeFolders = []string{"bin", "lib", "lib64", "include", "share", "logs", "run", "static", "media",
	"releases", "venvs", "pythons", "current", "shared"}
