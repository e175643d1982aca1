//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

// A report is what was measured, as tables.
type report struct {
	tables  []*table
	targets table
}

type table struct {
	title string
	head  []string
	rows  [][]string
	note  string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// table begins a table.
func (r *report) table(title string, head ...string) *table {
	t := &table{title: title, head: head}
	r.tables = append(r.tables, t)
	return t
}

// target notes a promise, what was measured, and whether it is kept.
func (r *report) target(what, measured, target string, kept bool) {
	r.targets.add(what, measured, target, map[bool]string{true: "yes", false: "no"}[kept])
}

// sides adds a table with a row for each side; the first is djship's, with which the others are compared.
func (r *report) sides(title string, sides []side, all [][]sample) {
	t := r.table(title, "", "median", "fastest to slowest", "djship takes", "memory")
	for i, s := range sides {
		times := seconds(all[i])
		compared := ""
		if i > 0 {
			compared = fmt.Sprintf("%.2f times", ratio(all[0], all[i]))
		}
		fast, slow := times[0], times[0]
		for _, x := range times {
			fast, slow = min(fast, x), max(slow, x)
		}
		t.add(s.name, secs(median(times)), secs(fast)+" to "+secs(slow), compared, fmt.Sprintf("%d MiB", peak(all[i])>>10))
	}
}

func secs(s float64) string {
	switch {
	case s < 0.1:
		return fmt.Sprintf("%.1f ms", 1000*s)
	case s < 10:
		return fmt.Sprintf("%.2f s", s)
	}
	return fmt.Sprintf("%.1f s", s)
}

// all are the tables in the order to print them.
func (r *report) all() []*table {
	tables := r.tables
	if len(r.targets.rows) > 0 {
		r.targets.title, r.targets.head = "Promises", []string{"", "measured", "promised", "kept"}
		tables = append([]*table{&r.targets}, tables...)
	}
	return tables
}

func (r *report) text(w io.Writer) {
	fmt.Fprintln(w, setting())
	for _, t := range r.all() {
		fmt.Fprintf(w, "\n%s\n", t.title)
		tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range append([][]string{t.head}, t.rows...) {
			fmt.Fprintln(tw, "  "+strings.Join(row, "\t"))
		}
		tw.Flush()
		if t.note != "" {
			fmt.Fprintln(w, "  "+t.note)
		}
	}
}

// write writes the tables as Markdown.
func (r *report) write(path string) error {
	var b strings.Builder
	fmt.Fprintln(&b, setting())
	for _, t := range r.all() {
		fmt.Fprintf(&b, "\n%s:\n\n", t.title)
		fmt.Fprintf(&b, "| %s |\n|%s\n", strings.Join(t.head, " | "), strings.Repeat("---|", len(t.head)))
		for _, row := range t.rows {
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		}
		if t.note != "" {
			fmt.Fprintf(&b, "\n%s\n", t.note)
		}
	}
	return os.WriteFile(path, []byte(b.String()), 0o644)
}

// setting says when and on what this was measured.
func setting() string {
	var u unix.Utsname
	_ = unix.Uname(&u) // an empty release says enough
	release := strings.SplitN(unix.ByteSliceToString(u.Release[:]), ".", 3)
	return fmt.Sprintf("Measured on %s by `make bench`: %d CPUs, Linux %s, %s; hosts are Debian 12 on the same machine.",
		time.Now().UTC().Format("2 January 2006"), runtime.NumCPU(), strings.Join(release[:min(2, len(release))], "."), runtime.Version())
}
