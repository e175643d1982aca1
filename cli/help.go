package cli

import (
	"fmt"
	"strings"

	urfave "github.com/urfave/cli/v2"
)

// appHelp is what `djship help` prints.
func appHelp(app *urfave.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "djship %s: %s\n\n  djship [flags] command [arguments]    flags may stand anywhere\n\n", Version, app.Usage)
	b.WriteString("  djship -i hosts.ini prereq\n  djship -i hosts.ini deploy example example.com\n\ncommands\n")
	var rows [][2]string
	for _, c := range app.Commands {
		if c.Hidden {
			continue
		}
		rows = append(rows, [2]string{strings.TrimSpace(c.Name + " " + c.ArgsUsage), c.Usage})
	}
	columns(&b, append(rows, [2]string{"help [COMMAND]", "this, or what a command does"},
		[2]string{"help variables", "what the inventory can say to djship"}))
	flagHelp(&b, app.Flags)
	return b.String()
}

// commandHelp is what `djship help COMMAND` prints.
func commandHelp(c *urfave.Command, global []urfave.Flag) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", strings.TrimSpace("djship "+c.Name+" "+c.ArgsUsage), c.Usage)
	if c.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimSpace(c.Description))
	}
	if len(c.Flags) > 0 {
		b.WriteString("\nits flags\n")
		columns(&b, flagRows(c.Flags))
	}
	flagHelp(&b, global)
	return b.String()
}

// flagHelp prints the flags under their categories, in the order of the list.
func flagHelp(b *strings.Builder, flags []urfave.Flag) {
	var names []string
	of := map[string][]urfave.Flag{}
	for _, f := range flags {
		category := ""
		if in, ok := f.(urfave.CategorizableFlag); ok {
			category = in.GetCategory()
		}
		if of[category] == nil {
			names = append(names, category)
		}
		of[category] = append(of[category], f)
	}
	for _, name := range names {
		fmt.Fprintf(b, "\n%s\n", name)
		columns(b, flagRows(of[name]))
	}
	b.WriteString("\nEach flag can be set by the environment too: --private-key by DJSHIP_PRIVATE_KEY.\n\nexit status\n")
	var rows [][2]string
	for _, s := range statuses {
		rows = append(rows, [2]string{fmt.Sprintf("%3d", s.status), s.means})
	}
	columns(b, rows)
}

func flagRows(flags []urfave.Flag) [][2]string {
	var rows [][2]string
	for _, f := range flags {
		long, short := "", ""
		for _, n := range f.Names() {
			if len(n) > 1 {
				long = "--" + n
			} else {
				short = "-" + n + ", "
			}
		}
		usage := ""
		if d, ok := f.(urfave.DocGenerationFlag); ok {
			usage = d.GetUsage()
		}
		value := ""
		if _, rest, ok := strings.Cut(usage, "`"); ok {
			value, _, _ = strings.Cut(rest, "`")
			value = " " + value
		}
		rows = append(rows, [2]string{fmt.Sprintf("%4s%s%s", short, long, value), strings.ReplaceAll(usage, "`", "")})
	}
	return rows
}

func columns(b *strings.Builder, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		fmt.Fprintf(b, "  %-*s  %s\n", width, r[0], r[1])
	}
}
