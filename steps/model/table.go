package model

import "strings"

// A Table is one of a site's database, with its size as PostgreSQL has estimated it.
type Table struct {
	Name        string
	Rows, Bytes int64
}

// Sized is a migration of another database as it would be in those that have these tables: what it destroys and locks is as large as the largest there.
func (m Migration) Sized(databases ...[]Table) Migration {
	largest := func(name string) (most Table) {
		for _, tables := range databases {
			for _, t := range tables {
				if t.Name == name {
					most.Rows, most.Bytes = max(most.Rows, t.Rows), max(most.Bytes, t.Bytes)
				}
			}
		}
		return most
	}
	destroys, locks := m.Destroys, m.Locks
	m.Destroys, m.Locks = nil, nil
	for _, d := range destroys {
		t := largest(d.table())
		d.Rows, d.Bytes, d.About = t.Rows, t.Bytes, t.Bytes > 0
		m.Destroys = append(m.Destroys, d)
	}
	for _, l := range locks {
		t := largest(strings.Trim(l.Table, `"`))
		l.Rows, l.Bytes = t.Rows, t.Bytes
		m.Locks = append(m.Locks, l)
	}
	return m
}

// table is the name of the table that is destroyed, or a column of it.
func (d Destroyed) table() string {
	if name, ok := strings.CutPrefix(d.What, "table "); ok {
		return name
	}
	column, _, _ := strings.Cut(strings.TrimPrefix(d.What, "column "), " ")
	return column[:max(0, strings.LastIndex(column, "."))]
}
