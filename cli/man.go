package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"
)

func manCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "man", Usage: "print the manual page: djship man | man -l -",
		Action: func(c *urfave.Context) error {
			return sayText(env.Stdout, manPage(c.App))
		}}
}

// manPage is the manual in the man macros of roff, made of the same words as the help.
func manPage(app *urfave.App) string {
	var b strings.Builder
	line := func(macro, text string) { fmt.Fprintf(&b, "%s\n%s\n", macro, roff(text)) }
	fmt.Fprintf(&b, ".TH DJSHIP 1 \"\" \"djship %s\"\n.SH NAME\ndjship \\- %s\n", roff(Version), roff(app.Usage))
	line(".SH SYNOPSIS", "djship [flags] command [arguments]")
	line(".SH COMMANDS", "Flags may stand anywhere in the line.")
	for _, c := range app.Commands {
		if c.Hidden {
			continue
		}
		line(".TP", `\fB`+strings.TrimSpace(c.Name+`\fR `+c.ArgsUsage))
		fmt.Fprintln(&b, roff(c.Usage))
		for _, r := range flagRows(c.Flags) {
			line(".br", strings.TrimSpace(r[0])+": "+r[1])
		}
	}
	b.WriteString(".SH OPTIONS\nEach can be set by the environment too: \\-\\-private\\-key by DJSHIP_PRIVATE_KEY.\n")
	for _, r := range flagRows(app.Flags) {
		line(".TP", `\fB`+strings.TrimSpace(r[0])+`\fR`)
		fmt.Fprintln(&b, roff(r[1]))
	}
	line(".SH VARIABLES", "Of djship's own, in the inventory. How a host is reached is said by Ansible's.")
	for _, r := range variableRows() {
		line(".TP", `\fB`+r[0]+`\fR`)
		fmt.Fprintln(&b, roff(r[1]))
	}
	b.WriteString(".SH EXIT STATUS\n")
	for _, s := range statuses {
		fmt.Fprintf(&b, ".TP\n%d\n%s\n", s.status, roff(s.means))
	}
	line(".SH FILES", "./hosts.ini is the inventory where none is named. $XDG_STATE_HOME/djship/runs has a folder for each run with the log of each host.")
	return b.String()
}

// roff escapes what would be an instruction.
func roff(text string) string {
	text = strings.ReplaceAll(text, "-", `\-`)
	if strings.HasPrefix(text, ".") || strings.HasPrefix(text, "'") {
		text = `\&` + text
	}
	return text
}
