package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"djship/project"
	"djship/report"
)

// sayNotes says what people should know, and tells whether something has to be decided.
func sayNotes(w io.Writer, notes []project.Note, width int, onlyStops bool) bool {
	decide, some := false, false
	for _, n := range notes {
		decide = decide || n.Stops
		if onlyStops && !n.Stops {
			continue
		}
		some = true
		text := n.Text
		if n.Place != "" {
			text = n.Place + ": " + text
		}
		sayFolded(w, "! ", "  ", text, width)
		if n.Advice != "" {
			sayFolded(w, "  hint: ", "        ", n.Advice, width)
		}
	}
	if some {
		say(w, "\n")
	}
	return decide
}

// Of the columns of choices none takes more than its share of a terminal.
const (
	widestValue  = 36
	leastReason  = 28
	choiceIndent = "  "
)

// sayChoices prints what was chosen, those keys that are in a table below its name.
func sayChoices(w io.Writer, choices []project.Choice, width int) {
	of := func(c project.Choice) string {
		table, _, deep := strings.Cut(c.Key, ".")
		if !deep {
			return ""
		}
		return table
	}
	for len(choices) > 0 {
		table, n := of(choices[0]), 1
		for n < len(choices) && of(choices[n]) == table {
			n++
		}
		rows := slices.Clone(choices[:n])
		if table != "" {
			say(w, "\n"+choiceIndent+"[%s]\n", table)
			for i := range rows {
				if rows[i].State != project.Open {
					rows[i].Value = rows[i].Text() // which the whole key tells how to show
				}
				rows[i].Key = strings.TrimPrefix(rows[i].Key, table+".")
			}
		}
		sayRows(w, rows, width)
		choices = choices[n:]
	}
}

// sayRows prints choices in columns, with reasons that are folded where a line is full. width is 0 where lines
// have no end.
func sayRows(w io.Writer, choices []project.Choice, width int) {
	key, value := 0, 0
	for _, c := range choices {
		key = max(key, letters(c.Key))
		if n := letters(c.Text()); n <= widestValue || width == 0 {
			value = max(value, n)
		}
	}
	before := len(choiceIndent) + key + 2
	for _, c := range choices {
		head := choiceIndent + padded(report.Spell(c.Key), key) + "  "
		reasonAt := before + value + 2
		text := report.Spell(c.Text())
		switch {
		case width > 0 && width-reasonAt < leastReason: // the reason has lines of its own
			sayFolded(w, head, strings.Repeat(" ", before), text, width)
			sayFolded(w, strings.Repeat(" ", before), strings.Repeat(" ", before), c.Reason(), width)
		case letters(text) > value:
			sayFolded(w, head, strings.Repeat(" ", before), text, width)
			sayFolded(w, strings.Repeat(" ", reasonAt), strings.Repeat(" ", reasonAt), c.Reason(), width)
		default:
			sayFolded(w, head+padded(text, value)+"  ", strings.Repeat(" ", reasonAt), c.Reason(), width)
		}
	}
}

func letters(s string) int { return utf8.RuneCountInString(report.Spell(s)) }

func padded(s string, to int) string {
	return s + strings.Repeat(" ", max(0, to-utf8.RuneCountInString(s)))
}

// sayFolded prints a text behind first, and goes on behind rest where a line is as wide as width; 0 is no width.
func sayFolded(w io.Writer, first, rest, text string, width int) {
	line, empty := first, true
	for _, word := range strings.Fields(report.Spell(text)) {
		if !empty && width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			sayText(w, strings.TrimRight(line, " ")+"\n")
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	sayText(w, fmt.Sprintf("%s\n", strings.TrimRight(line, " ")))
}
