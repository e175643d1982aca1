package cli

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// A page of help fits a terminal of 80 columns; what people see first fits 24 lines, with the prompt.
const pageWidth = 80

func flagRows(flags []flag) [][2]string {
	var rows [][2]string
	for _, f := range flags {
		rows = append(rows, flagRow(&f))
	}
	return rows
}

func flagRow(f *flag) [2]string {
	short := ""
	if f.short != "" {
		short = "-" + f.short + ", "
	}
	return [2]string{fmt.Sprintf("%4s%s", short, f.withValue()), strings.ReplaceAll(f.usage, "`", "")}
}

// firstPart is a text without what follows its first part, where all of it is too long.
func firstPart(text string, most int) string {
	if at := strings.IndexAny(text, ",;:"); len(text) > most && at > 0 {
		return text[:at]
	}
	return text
}

// definitions prints rows whose second part begins in one column, and goes on there.
func definitions(b *strings.Builder, rows [][2]string) {
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
