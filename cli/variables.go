package cli

import (
	"runtime"
	"slices"
	"strings"
)

const variablePrefix = "DJSHIP_"

// ownVariables are the names in an environment that can only be meant for djship.
func ownVariables(environ []string) []string {
	var names []string
	for _, v := range environ {
		name, _, _ := strings.Cut(v, "=")
		if runtime.GOOS == "windows" { // where names are the same in letters of any case
			name = strings.ToUpper(name)
		}
		if strings.HasPrefix(name, variablePrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// refuseVariables refuses a variable that nothing reads: a misspelt DJSHIP_LIMIT would be a run on all hosts.
// Commands that read no flag from the environment, as those that shells call while a line is typed, pass over it.
func (l line) refuseVariables(set []string) error {
	if !slices.ContainsFunc(globalFlags(), func(f flag) bool { return l.command.takes(f.name) }) {
		return nil
	}
	var known []string
	for _, row := range slices.Concat(allVariables(), flagVariables()) {
		known = append(known, row[0])
	}
	for _, name := range set {
		if slices.Contains(known, name) {
			continue
		}
		advice := "unset it; `djship help environment` lists those that are read"
		if near := suggest(name, known); near != "" {
			advice = "did you mean " + near + "?"
		}
		return &usageError{"there is no variable " + name, advice}
	}
	return nil
}
