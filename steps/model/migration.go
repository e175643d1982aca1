package model

import (
	"fmt"
	"strings"
)

// A Migration is one that a release would apply to its site's database, and what is known of what it does there. All of it is the word of the site's account.
type Migration struct {
	Name         string      `json:"name"`         // "shop.0002_price"
	SQL          []string    `json:"sql"`          // as sqlmigrate gives it; lines that begin with -- are remarks
	Python       bool        `json:"python"`       // a part of it is code, which can't be shown
	Atomic       bool        `json:"atomic"`       // it is applied as a whole, or not at all
	Irreversible []string    `json:"irreversible"` // operations that can't be taken back
	Destroys     []Destroyed `json:"destroys"`
	Changes      []string    `json:"changes"` // other ways in which rows are changed
	Locks        []Locked    `json:"locks"`
	Unknown      string      `json:"unknown,omitempty"` // why nothing is known of it
	Breaks       []Break     `json:"breaks,omitempty"`  // once it is rehearsed
}

// A Break is what the live release could not go on with behind a migration.
type Break struct {
	Table  string `json:"table"`
	Column string `json:"column"` // "" for the table itself
	Why    string `json:"why"`
	Split  string `json:"split"` // how to have the same without it
}

// Destroyed is data that is gone behind a migration.
type Destroyed struct {
	What  string `json:"what"` // "table shop_old", "column shop_thing.price is removed"
	Rows  int64  `json:"rows"`
	Bytes int64  `json:"bytes"`
	About bool   `json:"about"` // estimated, not counted
}

// Locked is a table that a migration locks.
type Locked struct {
	Table string `json:"table"`
	Mode  string `json:"mode"` // PostgreSQL's name: "ACCESS EXCLUSIVE"
	Rows  int64  `json:"rows"` // as estimated
	Bytes int64  `json:"bytes"`
	Whole string `json:"whole,omitempty"` // "read whole", "written anew, perhaps", where all of it is gone through meanwhile
}

// Told are what a person should know of the migration beside its SQL, the worst first.
func (m Migration) Told() []string {
	var told []string
	add := func(format string, values ...any) { told = append(told, fmt.Sprintf(format, values...)) }
	for _, b := range m.Breaks {
		add("breaks the live release: %s", strings.TrimSpace(strings.TrimSuffix(b.Table+"."+b.Column, ".")+" "+b.Why))
	}
	for _, d := range m.Destroys {
		if about := map[bool]string{true: "about "}[d.About]; d.Rows > 0 || d.About {
			add("destroys data: %s, %s%s, %s", d.What, about, count(d.Rows, "row"), Size(d.Bytes))
		}
	}
	for _, text := range m.Changes {
		add("%s", text)
	}
	if len(m.Irreversible) > 0 {
		add("can't be taken back: %s", strings.Join(m.Irreversible, ", "))
	}
	if m.Unknown != "" {
		add("%s", m.Unknown)
	}
	for _, l := range m.Locks {
		if who := map[string]string{"ACCESS EXCLUSIVE": "nobody reads or writes it", "SHARE": "nobody writes it", "SHARE ROW EXCLUSIVE": "nobody writes it"}[l.Mode]; who != "" {
			whole := ""
			if l.Whole != "" {
				whole = ", while it is " + l.Whole
			}
			add("locks %s, about %s, %s: %s%s", l.Table, count(l.Rows, "row"), Size(l.Bytes), who, whole)
		}
	}
	if m.Python {
		add("Python code, which can't be shown")
	}
	if !m.Atomic && m.Unknown == "" {
		add("not atomic: where it fails a part of it stays")
	}
	return told
}

// Worst is what of several migrations a person should know first, with the migration's name; "" for nothing.
func Worst(all []Migration) string {
	best, worst := 0, ""
	for _, m := range all {
		for _, text := range m.Told() {
			rank := 1
			for i, word := range []string{"locks ", "can't be taken back", "SQL of its own", "destroys data"} {
				if strings.HasPrefix(text, word) {
					rank = i + 2
				}
			}
			if rank > best {
				best, worst = rank, m.Name+" "+text
			}
		}
	}
	return worst
}

// count is a number of things, as people read it: "1,204 rows".
func count(n int64, what string) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	if n != 1 {
		what += "s"
	}
	return s + " " + what
}

// Size is a number of bytes as people read it.
func Size(n int64) string {
	const unit = 1024
	switch {
	case n < unit:
		return count(n, "byte")
	case n < unit*unit:
		return fmt.Sprintf("%d KiB", n/unit)
	case n < unit*unit*unit:
		return fmt.Sprintf("%d MiB", n/unit/unit)
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/unit/unit/unit)
}
