package cli

import (
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// surroundings are the variables of the environment that djship reads besides those that stand for flags.
var surroundings = [][2]string{
	{connection.variable, "the SSH password; no child of djship sees it"},
	{become.variable, "the password that sudo wants; no child of djship sees it"},
	{"XDG_STATE_HOME", "logs of runs are in its folder djship/runs; ~/.local/state where it is not set"},
	{"HOME", "what ~ is"},
	{"NO_COLOR", "no colour, where it is not empty"},
	{"TERM", "dumb, or not set: nothing is drawn and nothing has a colour"},
	{"PAGER", "what shows a plan between two stages; less -R where it is not set"},
	{"LESS", "what less is told; FR where it is not set"},
	{"SSH_AUTH_SOCK", "the socket of the SSH agent"},
	{"SUDO_USER", "who is noted as having begun a run, under sudo"},
}

func environmentPage(app *urfave.App) string {
	var b strings.Builder
	b.WriteString("environment\n\n")
	columns(&b, surroundings)
	b.WriteString("\nEach flag has a variable, and beats it. A command passes over those of flags\nthat do nothing for it.\n\n")
	columns(&b, flagVariables(app))
	return b.String()
}

// flagVariables are the variables that stand for flags.
func flagVariables(app *urfave.App) [][2]string {
	var rows [][2]string
	for _, f := range app.Flags {
		_, long, value := flagWords(f)
		rows = append(rows, [2]string{envVar(long)[0], strings.TrimSpace("--" + long + " " + value)})
	}
	return rows
}
