package report

import (
	"slices"
	"strings"
)

// Table are rows as lines, with columns as wide as their widest cell on a screen and two apart. Each cell stands on
// its line, and shows as what it is.
func Table(rows [][]string) []string {
	return table(rows, func(_, _ int, filled string) string { return filled })
}

// table is Table with cells as paint makes them of what fills them: the gap behind a cell is part of it, and paint
// adds nothing that takes a column.
func table(rows [][]string, paint func(row, column int, filled string) string) []string {
	rows = spelled(rows)
	wide := widths(rows)
	lines := make([]string, len(rows))
	for i, row := range rows {
		var b strings.Builder
		for column, cell := range row {
			b.WriteString(paint(i, column, pad(cell, wide[column])+"  "))
		}
		lines[i] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// leastCell is how far Fit shortens the cells of a column.
const leastCell = 6

// Fit makes rows, of which the first has the headings, so narrow that their Table is as wide as a screen of so many
// columns, if that is not 0 and as far as can be: columns are left out in the order of spare, then the widest of
// those in long are shortened, each with an ellipsis.
func Fit(rows [][]string, screen int, spare, long []string) [][]string {
	if screen <= 0 {
		return rows
	}
	rows = spelled(rows)
	for _, name := range spare {
		if at := slices.Index(rows[0], name); at >= 0 && sum(widths(rows)) > screen {
			for i, row := range rows {
				if at < len(row) {
					rows[i] = slices.Delete(row, at, at+1)
				}
			}
		}
	}
	headings := slices.Clone(rows[0])
	for wide := widths(rows); sum(wide) > screen; wide = widths(rows) {
		widest := -1
		for i, name := range headings {
			if slices.Contains(long, name) && wide[i] > leastCell && (widest < 0 || wide[i] > wide[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		for _, row := range rows {
			if widest < len(row) {
				row[widest] = cut(row[widest], wide[widest]-1)
			}
		}
	}
	return rows
}

// spelled are rows with cells that show.
func spelled(rows [][]string) [][]string {
	all := make([][]string, len(rows))
	for i, row := range rows {
		for _, cell := range row {
			all[i] = append(all[i], Spell(cell))
		}
	}
	return all
}

// widths are the columns of a screen that those of rows take.
func widths(rows [][]string) []int {
	var all []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(all) {
				all = append(all, 0)
			}
			all[i] = max(all[i], width(cell))
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
