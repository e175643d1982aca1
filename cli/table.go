package cli

import (
	"io"
	"slices"
	"strings"

	"djship/report"
)

// table prints rows in columns. Rows may be shorter than others.
func table(w io.Writer, rows [][]string) {
	for _, line := range aligned(rows, "  ") {
		sayText(w, line+"\n")
	}
}

// aligned are rows as lines, in columns that are as wide as they must be, with gap between them.
func aligned(rows [][]string, gap string) []string {
	rows = spelled(rows)
	all := widths(rows)
	var lines []string
	for _, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell + strings.Repeat(" ", all[i]-len([]rune(cell))) + gap)
		}
		lines = append(lines, strings.TrimRight(b.String(), " "))
	}
	return lines
}

// spelled are rows in whose cells everything shows.
func spelled(rows [][]string) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			all[i] = append(all[i], report.Spell(cell))
		}
	}
	return all
}

// leastCell is how far fit shortens the cells of a column.
const leastCell = 6

// fit makes rows, of which the first has the headings, as narrow as width, if that is not 0: columns are left
// out in the order of dispensable, then the widest of those in shortenable are shortened, each with an ellipsis.
func fit(rows [][]string, width int, dispensable, shortenable []string) [][]string {
	if width <= 0 {
		return rows
	}
	rows = spelled(rows)
	for _, name := range dispensable {
		if at := slices.Index(rows[0], name); sum(widths(rows)) > width && at >= 0 {
			for i, row := range rows {
				if at < len(row) {
					rows[i] = slices.Delete(row, at, at+1)
				}
			}
		}
	}
	headings := slices.Clone(rows[0])
	for over := sum(widths(rows)) - width; over > 0; over-- {
		all, widest := widths(rows), -1
		for i, name := range headings {
			if slices.Contains(shortenable, name) && all[i] > leastCell && (widest < 0 || all[i] > all[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		for _, row := range rows {
			if widest < len(row) {
				row[widest] = shorten(row[widest], all[widest]-1)
			}
		}
	}
	return rows
}

// shorten cuts s to so many characters, with an ellipsis where something is gone.
func shorten(s string, to int) string {
	letters := []rune(s)
	if len(letters) <= to {
		return s
	}
	return string(letters[:to-1]) + "…"
}

// widths are those of the columns of rows.
func widths(rows [][]string) []int {
	var all []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(all) {
				all = append(all, 0)
			}
			all[i] = max(all[i], len([]rune(cell)))
		}
	}
	return all
}

// sum is how wide a table is with columns of such widths.
func sum(widths []int) int {
	all := 2 * (len(widths) - 1)
	for _, w := range widths {
		all += w
	}
	return all
}
