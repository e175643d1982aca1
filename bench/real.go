//go:build linux

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// A step is what the gate says of one migration of a real project, as integration/migrations/step.py has it.
type step struct {
	Project, Module, Kind, Failed string
	Waits                         bool
	Breaks                        [][]string // kind, table, column, why
}

func (s step) refused() bool { return len(s.Breaks) > 0 }

// realOnes asks the gate of each migration of real projects, which are migrated from nothing one by one. One that several projects have counts once.
func realOnes(ctx context.Context, b *bench) error {
	var all []step
	var failed []string
	err := migrations(ctx, "real.py", nil, func(line []byte) error {
		var s step
		if err := json.Unmarshal(line, &s); err != nil {
			return err
		}
		if s.Failed != "" {
			failed = append(failed, s.Project+": "+s.Failed)
			return nil
		}
		all = append(all, s)
		if s.refused() {
			fmt.Fprintf(os.Stderr, "%s: %s\n", s.Module, strings.Join(s.Breaks[0], " "))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("projects that could not be migrated: %s", strings.Join(failed, "; "))
	}
	roll := 100 * (1 - float64(len(refused(all)))/float64(max(1, len(all))))
	b.report.target(fmt.Sprintf("of %d real migrations that roll", len(all)), fmt.Sprintf("%.1f %%", roll), "94 %", roll >= 93.5)
	realBy(b, "By project", all, func(s step) string { return s.Project })
	realBy(b, "By kind", all, func(s step) string { return s.Kind })
	why := b.report.table("What is refused, by the first of its reasons", "", "migrations")
	for _, r := range groups(refused(all), func(s step) string { return s.Breaks[0][0] }) {
		why.add(r[0].Breaks[0][0], fmt.Sprint(len(r)))
	}
	return nil
}

// realBy adds a table of how many roll of each group.
func realBy(b *bench, title string, all []step, key func(step) string) {
	t := b.report.table(title, "", "migrations", "wait for the switch", "refused", "roll")
	for _, group := range append(groups(all, key), all) {
		name := key(group[0])
		if len(group) == len(all) {
			name = "all"
		}
		waits := slices.DeleteFunc(slices.Clone(group), func(s step) bool { return !s.Waits })
		t.add(name, fmt.Sprint(len(group)), fmt.Sprint(len(waits)), fmt.Sprint(len(refused(group))), fmt.Sprintf("%.1f %%", 100*(1-float64(len(refused(group)))/float64(len(group)))))
	}
}

func refused(all []step) []step {
	return slices.DeleteFunc(slices.Clone(all), func(s step) bool { return !s.refused() })
}

// groups are steps by what a key has of them, the largest first.
func groups(all []step, key func(step) string) [][]step {
	by := map[string][]step{}
	for _, s := range all {
		by[key(s)] = append(by[key(s)], s)
	}
	var sorted [][]step
	for _, group := range by {
		sorted = append(sorted, group)
	}
	slices.SortFunc(sorted, func(a, b []step) int {
		if len(a) != len(b) {
			return len(b) - len(a)
		}
		return strings.Compare(key(a[0]), key(b[0]))
	})
	return sorted
}
