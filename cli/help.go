package cli

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	urfave "github.com/urfave/cli/v2"
)

// A page of help fits a terminal of 80 columns; what people see first fits 24 lines, with the prompt.
const pageWidth = 80

func helpCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "help", ArgsUsage: "[COMMAND]", Usage: "what there is, or what a command does",
		Action: func(c *urfave.Context) error {
			page, err := helpPage(c.App, c.Args().First())
			if err != nil {
				return err
			}
			return sayText(env.Stdout, page)
		}}
}

// helpPage is what `djship help NAME` prints: about a command, a topic or, for "", all of them.
func helpPage(app *urfave.App, name string) (string, error) {
	if name == "" {
		return frontPage(app), nil
	}
	if c := app.Command(name); c != nil && !c.Hidden {
		return commandPage(app, c), nil
	}
	for _, t := range topics {
		if t.name == name || slices.Contains(t.aliases, name) {
			return t.page(app), nil
		}
	}
	if slices.Contains(variableNames(), name) {
		return variablesPage(app), nil
	}
	problem := fmt.Sprintf("there is no help on %q", name)
	if advice, ok := commandElsewhere(name); ok {
		return "", &usageError{problem, advice}
	}
	if near := nearest(name, slices.Concat(commandNames(app), topicNames(), variableNames())); near != "" {
		return "", &usageError{problem, "did you mean: djship help " + near}
	}
	return "", &usageError{problem, "`djship help` lists the commands"}
}

// frontPage is what `djship` alone prints.
func frontPage(app *urfave.App) string {
	var b strings.Builder
	fmt.Fprintf(&b, "djship: %s\n\n", app.Usage)
	b.WriteString("  djship -i hosts.ini prereq                       once a host\n" +
		"  djship -i hosts.ini deploy example example.com   once a site, or at any time\n" +
		"  djship -i hosts.ini deploy example example.com --check    what would change\n\n")
	var rows [][2]string
	width := 0
	for _, c := range app.Commands {
		if c.Hidden || c.Name == "help" {
			continue
		}
		call := strings.TrimSpace(c.Name + " " + c.ArgsUsage)
		rows = append(rows, [2]string{call, c.Usage})
		width = max(width, len(call))
	}
	for i, r := range rows {
		rows[i][1] = gist(r[1], pageWidth-width-4)
	}
	columns(&b, rows)
	fmt.Fprintf(&b, "\nmore: djship help COMMAND, or %s\n%s", strings.Join(topicNames(), ", "), briefStatuses())
	return b.String()
}

// gist is a text without what follows its first part, where all of it is too long.
func gist(text string, most int) string {
	if at := strings.IndexAny(text, ",;:"); len(text) > most && at > 0 {
		return text[:at]
	}
	return text
}

func briefStatuses() string {
	var all []string
	for _, s := range statuses {
		if s.brief != "" {
			all = append(all, fmt.Sprintf("%d %s", s.status, s.brief))
		}
	}
	return "exit status: " + strings.Join(all, ", ") + "\n"
}

// commandPage is what `djship help COMMAND` prints: how it is called, what it alone can do, and in one
// line the flags that most commands have.
func commandPage(app *urfave.App, c *urfave.Command) string {
	var b strings.Builder
	m := manners[c.Name]
	fmt.Fprintf(&b, "%s\n", strings.TrimSpace("djship "+c.Name+" "+c.ArgsUsage))
	wrap(&b, "  ", c.Usage)
	b.WriteString("\n")
	for _, e := range m.examples {
		fmt.Fprintf(&b, "  %s\n", e)
	}
	if c.Description != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(c.Description, "\n"))
	}
	if rows := append(flagRows(c.Flags), m.firstRows(app)...); len(rows) > 0 {
		b.WriteString("\n")
		columns(&b, rows)
	}
	if len(m.also) > 0 {
		b.WriteString("\n" + m.alsoLine(app))
	}
	if slices.Contains(m.first, "check") {
		b.WriteString(briefStatuses())
	}
	return b.String()
}

// firstRows are the rows of the global flags that matter most to a command.
func (m manner) firstRows(app *urfave.App) [][2]string {
	var rows [][2]string
	for _, f := range app.Flags {
		if slices.Contains(m.first, f.Names()[0]) {
			row := flagRow(f)
			if says := m.says[f.Names()[0]]; says != "" {
				row[1] = says
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// alsoLine names the other flags that a command has a use for, as shortly as they can be typed, as
// far as the line goes.
func (m manner) alsoLine(app *urfave.App) string {
	line, rest := "also:", []string{}
	for _, f := range app.Flags {
		switch short, long, _ := flagWords(f); {
		case !slices.Contains(m.also, long):
		case short != "":
			line += " -" + short
		default:
			rest = append(rest, "--"+long)
		}
	}
	const end = "; see `djship help flags`"
	if all := strings.Join(append([]string{line}, rest...), " "); len(all+end) <= pageWidth {
		return all + end + "\n"
	}
	return line + fmt.Sprintf(" and %d more", len(rest)) + end + "\n"
}

// A topic is a page of help that is not about one command.
type topic struct {
	name    string
	aliases []string
	page    func(*urfave.App) string
}

var topics = []topic{
	{"flags", []string{"options"}, flagsPage},
	{"variables", []string{"vars"}, variablesPage},
	{"environment", []string{"env"}, environmentPage},
	{"exit-status", []string{"statuses", "status-codes", "exit-codes", "exit"}, statusPage},
}

func topicNames() []string {
	var names []string
	for _, t := range topics {
		names = append(names, t.name)
	}
	return names
}

// flagsPage has the flags under their categories, in the order of the list.
func flagsPage(app *urfave.App) string {
	var b strings.Builder
	b.WriteString("Flags stand anywhere in a line. A command refuses those that do nothing for it.\n")
	var names []string
	of := map[string][]urfave.Flag{}
	for _, f := range app.Flags {
		category := f.(urfave.CategorizableFlag).GetCategory()
		if of[category] == nil {
			names = append(names, category)
		}
		of[category] = append(of[category], f)
	}
	for _, name := range names {
		fmt.Fprintf(&b, "\n%s\n", name)
		columns(&b, flagRows(of[name]))
	}
	b.WriteString("\nEach can be set by the environment too: --private-key by DJSHIP_PRIVATE_KEY.\n")
	return b.String()
}

func variablesPage(*urfave.App) string {
	var b strings.Builder
	b.WriteString("variables of djship's own in the inventory\n\n")
	columns(&b, variableRows())
	b.WriteString("\nHow a host is reached is said by Ansible's: ansible_host, ansible_user,\nansible_port and so on. A template, {{ … }}, is filled in nowhere, and refused.\n")
	return b.String()
}

func statusPage(*urfave.App) string {
	var b strings.Builder
	b.WriteString("exit status\n\n")
	columns(&b, statusRows())
	return b.String()
}

func statusRows() [][2]string {
	var rows [][2]string
	for _, s := range statuses {
		rows = append(rows, [2]string{fmt.Sprintf("%3d", s.status), s.means})
	}
	return rows
}

// flagWords are a flag's short and long name and what its value is called.
func flagWords(f urfave.Flag) (short, long, value string) {
	for _, n := range f.Names() {
		if len(n) > 1 {
			long = n
		} else {
			short = n
		}
	}
	if d, ok := f.(urfave.DocGenerationFlag); ok {
		if _, rest, ok := strings.Cut(d.GetUsage(), "`"); ok {
			value, _, _ = strings.Cut(rest, "`")
		}
	}
	return short, long, value
}

func flagRow(f urfave.Flag) [2]string {
	short, long, value := flagWords(f)
	if short != "" {
		short = "-" + short + ", "
	}
	usage := f.(urfave.DocGenerationFlag).GetUsage()
	return [2]string{strings.TrimRight(fmt.Sprintf("%4s--%s %s", short, long, value), " "), strings.ReplaceAll(usage, "`", "")}
}

func flagRows(flags []urfave.Flag) [][2]string {
	var rows [][2]string
	for _, f := range flags {
		rows = append(rows, flagRow(f))
	}
	return rows
}

// columns prints rows whose second part begins in one column, and goes on there.
func columns(b *strings.Builder, rows [][2]string) {
	width := 0
	for _, r := range rows {
		width = max(width, len(r[0]))
	}
	for _, r := range rows {
		var text strings.Builder
		wrap(&text, strings.Repeat(" ", width+4), r[1])
		fmt.Fprintf(b, "  %-*s  %s", width, r[0], strings.TrimLeft(text.String(), " "))
	}
}

// wrap prints a text in lines that begin with indent and end where a page does.
func wrap(b *strings.Builder, indent, text string) {
	line := indent
	for i, word := range strings.Fields(text) {
		if i > 0 {
			if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > pageWidth {
				fmt.Fprintf(b, "%s\n", line)
				line = indent + word
				continue
			}
			line += " "
		}
		line += word
	}
	fmt.Fprintf(b, "%s\n", line)
}
