package cli

import (
	"io"
	"path/filepath"
	"slices"
	"strings"

	"djship/report"
	"djship/rollout"
	"djship/shell"
)

// notDone is the file in a run's log folder that names the hosts which are left to do.
const notDone = "not-done"

// sayHowToResume writes down which hosts are left to do and names the command that does them.
func sayHowToResume(w io.Writer, typed typedLine, logDir string, hosts []string) error {
	dir, err := filepath.Abs(logDir)
	if err != nil {
		return err
	}
	path := filepath.Join(dir, notDone)
	if err := report.WriteOwn(path, func(w io.Writer) error { return sayText(w, strings.Join(hosts, "\n")+"\n") }); err != nil {
		return err
	}
	if err := say(w, "%s left to do; to go on:\n  %s\n", rollout.Plural(len(hosts), "host"), typed.limitedTo("@"+path)); err != nil {
		return err
	}
	if typed.command == configSet && len(typed.args) > 1 {
		return say(w, "it asks for %s, which may be a secret\n", valuesOfVariables(typed.args[1:]))
	}
	return nil
}

// valuesOfVariables are what variables of these names are set to.
func valuesOfVariables(names []string) string {
	if len(names) == 1 {
		return "the value of " + names[0]
	}
	return "the values of " + enumerated(names)
}

// limitedTo is the line as it is typed for those hosts that a pattern picks.
func (l typedLine) limitedTo(pattern string) string {
	return shell.QuoteAll(slices.Concat([]string{"djship"}, strings.Fields(l.command), l.args, l.flags, []string{"--limit", pattern})...)
}
