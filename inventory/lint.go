package inventory

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/source"
	"djship/inventory/sshconfig"
	"djship/nearest"
)

// linter looks for what is odd in an inventory.
type linter struct {
	*ansible.Inventory
	warnings []Warning
	names    map[string]nameFinding // what there is to say of names, worked out once each
}

// lint returns what is odd in an inventory, what its readers saw included, sorted by place.
func lint(read *ansible.Inventory) []Warning {
	l := &linter{Inventory: read, warnings: read.Warnings(), names: map[string]nameFinding{}}
	l.groups()
	l.addresses()
	l.stages()
	l.files()
	for _, g := range read.Groups() {
		l.vars(g.Vars, true, g.Vars.Has)
	}
	for _, h := range read.HostsInOrder() {
		l.vars(h.Inline, false, func(name string) bool { _, ok := h.Var(name); return ok })
	}
	for _, vars := range read.FileVars() {
		l.vars(vars, true, vars.Has)
	}
	slices.SortStableFunc(l.warnings, func(a, b Warning) int {
		return cmp.Or(strings.Compare(a.Pos.File, b.Pos.File), a.Pos.Line-b.Pos.Line, a.Pos.Col-b.Pos.Col)
	})
	return withoutRepeats(slices.Compact(l.warnings))
}

func (l *linter) warn(at source.Pos, hint, format string, args ...any) {
	l.warnings = append(l.warnings, Warning{Pos: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// withoutRepeats says what is the same of several places once, at the first, with their number.
func withoutRepeats(warnings []Warning) []Warning {
	type saying struct{ text, hint string }
	var all []Warning
	first, times := map[saying]int{}, map[int]int{}
	for _, w := range warnings {
		key := saying{w.Text, w.Hint}
		at, again := first[key]
		if !again {
			at = len(all)
			first[key] = at
			all = append(all, w)
		}
		times[at]++
	}
	for at, n := range times {
		switch {
		case n == 2:
			all[at].Text += " (and at another place)"
		case n > 2:
			all[at].Text += fmt.Sprintf(" (and at %d other places)", n-1)
		}
	}
	return all
}

// groups looks for groups without hosts.
func (l *linter) groups() {
	var unused []string
	at := source.Pos{}
	for _, g := range l.Groups() {
		if g.Name != ansible.All && g.Name != ansible.Ungrouped && !hasHosts(g) {
			if len(unused) == 0 {
				at = g.Pos
			}
			unused = append(unused, g.Name)
		}
	}
	switch len(unused) {
	case 0:
	case 1:
		l.warn(at, "give it hosts, or take it out", "group %q is never used: no host is in it", unused[0])
	default:
		l.warn(at, "give them hosts, or take them out", "%d groups are never used, no host is in them: %s", len(unused), listed(unused))
	}
}

// hasHosts tells whether a group, or one below it, lists a host.
func hasHosts(g *Group) bool {
	return slices.ContainsFunc(g.Family(), func(g *Group) bool { return len(g.Hosts) > 0 })
}

// addresses looks for hosts that are one machine under several names.
func (l *linter) addresses() {
	type place struct{ address, port string }
	hosts := l.HostsInOrder()
	first, others := make(map[place]*Host, len(hosts)), map[place][]*Host{}
	for _, h := range hosts {
		at := place{h.Name, "22"}
		if _, v, ok := h.ConnectionVar("address"); ok {
			at.address = v.Text()
		}
		if _, v, ok := h.ConnectionVar("port"); ok {
			at.port, _ = sshconfig.ParsePort(v.Number())
		}
		at.address = strings.ToLower(at.address)
		if first[at] == nil {
			first[at] = h
			continue
		}
		others[at] = append(others[at], h)
	}
	var shared []string
	byAddress := map[string][]*Host{}
	for at, hosts := range others {
		key := net.JoinHostPort(at.address, at.port)
		shared = append(shared, key)
		byAddress[key] = append([]*Host{first[at]}, hosts...)
	}
	const hint = "keep one name, in as many groups as you like"
	if len(shared) > 3 {
		slices.Sort(shared)
		l.warn(byAddress[shared[0]][1].Pos, hint, "%d addresses are those of several hosts each: %s", len(shared), listed(shared))
		return
	}
	for _, key := range shared {
		hosts := byAddress[key]
		l.warn(hosts[1].Pos, hint, "%s are one address, %s", listed(namesOf(hosts)), key)
	}
}

// listed lists names in a sentence, of many only the first.
func listed(names []string) string {
	const most = 5
	if n := len(names) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), n)
	}
	if n := len(names); n > 1 {
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
	return strings.Join(names, "")
}

// DefaultStages are the groups that are taken for stages where an inventory has them all.
var DefaultStages = []string{"staging", "production"}

// stages looks for hosts in no stage, where there are the default ones.
func (l *linter) stages() {
	staged := map[*Host]bool{}
	for _, stage := range DefaultStages {
		g := l.Group(stage)
		if g == nil {
			return
		}
		for _, h := range g.AllHosts() {
			staged[h] = true
		}
	}
	none := slices.DeleteFunc(l.HostsInOrder(), func(h *Host) bool { return staged[h] })
	if len(none) > 0 {
		l.warn(none[0].Pos, "put them into one of the groups, or name the stages with --stages", "in no stage, neither %s: %s", strings.Join(DefaultStages, " nor "), listed(namesOf(none)))
	}
}

// files looks for files of variables that are nobody's, folder by folder.
func (l *linter) files() {
	for _, u := range l.UnusedFiles() {
		if len(u.Names) > 3 {
			l.warn(source.Pos{File: u.Dir}, "correct their names, or take them out", "%d files are never used, no %s is called like them: %s", len(u.Names), u.Of, listed(u.Names))
			continue
		}
		for _, entry := range u.Names {
			name := strings.TrimSuffix(entry, filepath.Ext(entry))
			l.warn(source.Pos{File: filepath.Join(u.Dir, entry)}, cmp.Or(nearest.Question(similarNames(l.Inventory, name)), "correct the name "+name), "the file is never used: no %s is called %s", u.Of, name)
		}
	}
}
