package cli

import (
	"io"

	"djship/report"
)

// table prints rows in columns. Rows may be shorter than others.
func table(w io.Writer, rows [][]string) {
	for _, line := range report.Table(rows) {
		sayText(w, line+"\n")
	}
}
