package cli

import (
	"fmt"
	"slices"
	"strings"
)

// purpose is what djship is for.
const purpose = "put Django sites on your own Debian and Ubuntu servers"

func helpCommand() *command {
	return &command{
		name: "help", args: "[COMMAND]", brief: "what there is, or what a command does",
		examples: []string{"djship help deploy", "djship help flags"},
		tooMany:  "djship help COMMAND",
		offers:   offerFirst(func(completing) []string { return slices.Concat(commandNames(), topicNames(), variableNames()) }),
		run:      parseThenRun(readHelpOptions, printHelp),
	}
}

// helpOptions are what `djship help` is asked for.
type helpOptions struct{ about string } // a command or topic; "" for all of them

func readHelpOptions(in input) (helpOptions, error) { return helpOptions{in.arg(0)}, nil }

// printHelp prints a page.
func printHelp(env Env, o helpOptions) error {
	page, err := helpPage(o.about)
	if err != nil {
		return err
	}
	return sayText(env.Stdout, page)
}

// helpPage is the page about a command, a topic or, for "", all of them.
func helpPage(name string) (string, error) {
	if name == "" {
		return frontPage(), nil
	}
	if c := findCommand(name); c != nil && !c.hidden {
		return commandPage(c), nil
	}
	for _, t := range topics {
		if t.name == name || slices.Contains(t.aliases, name) {
			return t.page(), nil
		}
	}
	if slices.Contains(variableNames(), name) {
		return variablesPage(), nil
	}
	return "", unknownHelp(name)
}

// frontPage is what `djship` alone prints.
func frontPage() string {
	var b strings.Builder
	fmt.Fprintf(&b, "djship: %s\n\n", purpose)
	b.WriteString("  djship -i hosts.ini up example example.com     once a site, or at any time\n" +
		"  djship -i hosts.ini push example --check       what your code would change\n\n")
	var rows [][2]string
	width := 0
	for _, c := range commands() {
		if c.hidden || slices.Contains(known, c.name) {
			continue
		}
		rows = append(rows, [2]string{c.call(), c.brief})
		width = max(width, len(c.call()))
	}
	for i, r := range rows {
		rows[i][1] = firstPart(r[1], pageWidth-width-4)
	}
	definitions(&b, rows)
	fmt.Fprintf(&b, "\nmore: djship help COMMAND, or %s\n", strings.Join(topicNames(), ", "))
	return b.String()
}

// known are commands that people find without being told.
var known = []string{"help", "version", "completion", "man"}

// commandPage is what `djship help COMMAND` prints: how it is called, what it alone can do, and in one
// line the flags that most commands have.
func commandPage(c *command) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", c.usage())
	wrap(&b, "  ", c.brief)
	b.WriteString("\n")
	for _, e := range c.examples {
		fmt.Fprintf(&b, "  %s\n", e)
	}
	if c.more != "" {
		fmt.Fprintf(&b, "\n%s\n", strings.TrimRight(c.more, "\n"))
	}
	if rows := append(flagRows(c.flags), c.explainedRows()...); len(rows) > 0 {
		b.WriteString("\n")
		definitions(&b, rows)
	}
	if len(c.accepts) > 0 {
		b.WriteString("\n" + c.acceptedLine())
	}
	if slices.Contains(c.explains, "check") {
		b.WriteString(briefStatuses())
	}
	return b.String()
}

// explainedRows are the rows of the global flags that matter most to a command.
func (c *command) explainedRows() [][2]string {
	var rows [][2]string
	for _, f := range globalFlags() {
		if slices.Contains(c.explains, f.name) {
			row := flagRow(&f)
			if meaning := c.meanings[f.name]; meaning != "" {
				row[1] = meaning
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// acceptedLine names the other flags that a command has a use for, as shortly as they can be typed, as
// far as the line goes.
func (c *command) acceptedLine() string {
	line, rest := "also:", []string{}
	for _, f := range globalFlags() {
		switch {
		case !slices.Contains(c.accepts, f.name):
		case f.short != "":
			line += " -" + f.short
		default:
			rest = append(rest, "--"+f.name)
		}
	}
	const end = "; see `djship help flags`"
	if all := strings.Join(append([]string{line}, rest...), " "); len(all+end) <= pageWidth {
		return all + end + "\n"
	}
	line += fmt.Sprintf(" and %d more", len(rest))
	if len(line+end) > pageWidth {
		return line + "; `djship help flags`\n"
	}
	return line + end + "\n"
}
