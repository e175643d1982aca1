package project

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"djship/plain"
)

// File is djship.toml for a project that has no settings yet: what should be said as lines, what is taken
// anyhow as comments, each below its reason.
func (p *Project) File() string {
	return "# What djship knows of this project: made by `djship init`, yours to edit.\n" +
		"# A line that begins with # is what is taken without it.\n" + written(p.Choices, &p.Settings)
}

// Missing are the lines that the project's settings lack, "" where there are none.
func (p *Project) Missing() string {
	all := slices.DeleteFunc(slices.Clone(p.Choices), func(c Choice) bool { return c.State == Said || c.State == Taken })
	return strings.TrimPrefix(written(all, &p.Settings), "\n")
}

// written are choices as TOML, for settings as they are now.
func written(choices []Choice, now *Settings) string {
	var b strings.Builder
	for _, c := range choices {
		if !strings.Contains(c.Key, ".") {
			writeChoice(&b, c.Key, c)
		}
	}
	for _, table := range []string{"env", "processes", "cron"} {
		var in []Choice
		for _, c := range choices {
			if strings.HasPrefix(c.Key, table+".") && c.Key != "processes.web" {
				in = append(in, c)
			}
		}
		if in == nil {
			continue
		}
		head := "[" + strings.Join(append(slices.Clone(now.prefix), table), ".") + "]"
		if now.Says(table) {
			head = "# in " + head + ", which is there"
		} else if !slices.ContainsFunc(in, func(c Choice) bool { return c.State == Proposed }) {
			head = "# " + head
		}
		fmt.Fprintf(&b, "\n%s\n", head)
		for _, c := range in {
			name := strings.TrimPrefix(c.Key, table+".")
			if !bareKey.MatchString(name) {
				name = tomlText(name)
			}
			writeChoice(&b, name, c)
		}
	}
	return b.String()
}

// writeChoice writes a key below its reason.
func writeChoice(b *strings.Builder, key string, c Choice) {
	value, reason := c.Value, c.Reason()
	if text, is := value.(string); key == "python" && is && !minorPattern.MatchString(text) {
		value, reason = "3.12", c.Text()+": "+reason // a range is no version
	}
	b.WriteString("\n")
	comment(b, reason)
	mark := ""
	if c.State == Taken || c.State == Open {
		mark = "# "
	}
	fmt.Fprintf(b, "%s%s = %s\n", mark, key, tomlValue(value))
}

// Reason is why a choice is as it is, and where that is seen, in a line that is fit to be shown.
func (c *Choice) Reason() string {
	switch {
	case c.From == "":
		return plain.Line(c.Why)
	case c.Why == "":
		return plain.Line(c.From)
	}
	return plain.Line(c.Why) + " (" + plain.Line(c.From) + ")"
}

const commentWidth = 76 // so that it fits a terminal, indented, too

// comment writes a text as lines of comment.
func comment(b *strings.Builder, text string) {
	line := "#"
	for _, word := range strings.Fields(plain.Line(text)) {
		if len(line) > 1 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > commentWidth {
			fmt.Fprintln(b, line)
			line = "#"
		}
		line += " " + word
	}
	if line != "#" {
		fmt.Fprintln(b, line)
	}
}

func tomlValue(value any) string {
	switch value := value.(type) {
	case []string:
		var all []string
		for _, text := range value {
			all = append(all, tomlText(text))
		}
		return "[" + strings.Join(all, ", ") + "]"
	case string:
		return tomlText(value)
	case nil:
		return `""`
	}
	return fmt.Sprint(value)
}

// tomlText is a text between TOML's quotes, in one line, in which everything shows.
func tomlText(text string) string {
	var b strings.Builder
	for _, r := range strings.ToValidUTF8(text, "?") {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case plain.Line(string(r)) != string(r):
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return `"` + b.String() + `"`
}
