package release

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"djship/assets"
	"djship/shell"
	"djship/steps/model"
)

// pendingProbe prints "done" where the database is as the release wants it, and the migrations that were pending when the release was made ready, a line
// "pending APP.NAME" for each.
func (r Release) pendingProbe() model.Script {
	return model.Script(shell.Set("migrated", Migrated{r}.done(), "report", r.Report()) + assets.Code("shell/pendingprobe.sh"))
}

// migrates tells by what pendingProbe has printed whether the release is to migrate the database.
func (r Release) migrates(seen string) bool {
	return r.Migrate && strings.Contains("\n"+seen, "\npending ") && !model.HasLine(seen, "done")
}

// pendingOf reads what a report says of migrations that the database lacks: a line "pending APP.NAME" for each, and behind it lines "plan KIND TEXT" with
// what djship_plan.py has found.
func pendingOf(report string) []model.Migration {
	var all []model.Migration
	for line := range strings.Lines(report) {
		line = strings.TrimRight(line, "\n")
		if name, ok := strings.CutPrefix(line, "pending "); ok {
			all = append(all, model.Migration{Name: model.Shown(name), Atomic: true})
		} else if told, ok := strings.CutPrefix(line, "plan "); ok && len(all) > 0 {
			kind, text, _ := strings.Cut(told, " ")
			planned(&all[len(all)-1], kind, text)
		}
	}
	return all
}

// tablesOf reads what tables.sh prints.
func tablesOf(text string) []model.Table {
	var all []model.Table
	for line := range strings.Lines(text) {
		var name string
		var t model.Table
		if n, _ := fmt.Sscanf(line, "table %s %d %d", &name, &t.Rows, &t.Bytes); n != 3 {
			continue
		}
		if raw, err := hex.DecodeString(name); err == nil {
			t.Name = model.Shown(string(raw))
			all = append(all, t)
		}
	}
	return all
}

// planned adds to a migration what one line says of it. What is not as it should be is left out.
func planned(m *model.Migration, kind, text string) {
	fields := strings.Split(text, "\t")
	number := func(i int) int64 {
		n, err := strconv.ParseInt(fields[i], 10, 64)
		if err != nil || n < 0 {
			return 0
		}
		return n
	}
	switch kind {
	case "sql":
		m.SQL = append(m.SQL, model.Shown(text))
	case "python":
		m.Python = true
	case "parts":
		m.Atomic = false
	case "irreversible":
		m.Irreversible = append(m.Irreversible, model.Shown(text))
	case "changes":
		m.Changes = append(m.Changes, model.Shown(text))
	case "unknown":
		m.Unknown = model.Shown(text)
	case "destroys":
		if len(fields) == 4 {
			m.Destroys = append(m.Destroys, model.Destroyed{What: model.Shown(fields[3]), Rows: number(0), Bytes: number(1), About: fields[2] != ""})
		}
	case "locks":
		if len(fields) >= 4 {
			l := model.Locked{Table: model.Shown(fields[3]), Mode: model.Shown(fields[2]), Rows: number(0), Bytes: number(1)}
			if len(fields) > 4 {
				l.Whole = model.Shown(fields[4])
			}
			m.Locks = append(m.Locks, l)
		}
	}
}
