package backup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"djship/plain"
)

// A told is a line about a database: of it as a whole, of an extension, or of a table.
type told struct {
	Version   string `json:"version"` // server_version_num, or an extension's
	Encoding  string `json:"encoding"`
	Collate   string `json:"collate"`
	Ctype     string `json:"ctype"`
	Extension string `json:"extension"`
	Table     string `json:"table"`
	Rows      int64  `json:"rows"`
}

var errNotUnderstood = errors.New("what the host says of the database is not understood")

// counted reads the lines about a database: its tables with their rows, which the dump must have. kept are the lines to keep.
func counted(text string) (tables int, rows int64, kept string, err error) {
	want, has := map[string]int64{}, map[string]int64{}
	var lines strings.Builder
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "copied "); ok {
			n, table, _ := strings.Cut(rest, " ")
			has[table], _ = strconv.ParseInt(n, 10, 64)
			continue
		}
		if line == "" {
			continue
		}
		var row told
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			return 0, 0, "", errNotUnderstood
		}
		lines.WriteString(line + "\n")
		if row.Table != "" {
			want[row.Table] = row.Rows
			rows += row.Rows
		}
	}
	for table, n := range want {
		if dumped, ok := has[table]; dumped != n || !ok && n > 0 {
			return 0, 0, "", fmt.Errorf("the dump has %d rows of %s, the database %d", dumped, plain.Line(table), n)
		}
	}
	return len(want), rows, lines.String(), nil
}
