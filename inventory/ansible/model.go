package ansible

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"djship/inventory/source"
)

// The groups that every inventory has: that of all hosts, and that of those in no other group.
const (
	All       = "all"
	Ungrouped = "ungrouped"
)

// An Inventory is hosts in groups, with variables, as sources say. Read makes it; after that it does
// not change and is safe for concurrent use.
type Inventory struct {
	hosts    []*Host // in the order they were first named
	groups   []*Group
	host     map[string]*Host
	group    map[string]*Group
	warnings []source.Warning // of what readers saw
	fileVars []Vars           // see FileVars
	unused   []UnusedFiles    // see UnusedFiles
}

// A Host is one machine of the inventory.
type Host struct {
	Name   string
	Pos    source.Pos // where it was first named
	Inline Vars       // set beside its name, not for groups and not in files of variables

	direct []*Group // groups that list it
	groups []string // see Groups
	layers []Vars   // where its variables are looked up, the weakest first
}

// A Group is hosts and other groups under one name.
type Group struct {
	Name     string
	Pos      source.Pos // where it was first named
	Hosts    []*Host
	Children []*Group
	Vars     Vars // set for it where it is named, not in files of variables

	parents  []*Group
	listed   map[*Host]bool
	priority int64
	depth    int // longest way up to all
}

// Hosts returns all hosts: those listed under all, then ungrouped ones, then those of the other
// groups in the order of the file, groups of groups after groups, each host once.
func (i *Inventory) Hosts() []*Host { return i.group[All].AllHosts() }

// HostsInOrder returns all hosts in the order they were first named, which is that of globs in patterns.
func (i *Inventory) HostsInOrder() []*Host { return slices.Clone(i.hosts) }

// Host returns the host of that name, or nil.
func (i *Inventory) Host(name string) *Host { return i.host[name] }

// Group returns the group of that name, or nil.
func (i *Inventory) Group(name string) *Group { return i.group[name] }

// Groups returns all groups in the order they were first named; all and ungrouped come first.
func (i *Inventory) Groups() []*Group { return slices.Clone(i.groups) }

// Groups returns the names of the groups that the host is in, directly or through a child group,
// sorted; all is not among them.
func (h *Host) Groups() []string { return slices.Clone(h.groups) }

// Var returns a variable as the host sees it.
func (h *Host) Var(name string) (Value, bool) {
	for _, layer := range slices.Backward(h.layers) {
		if v, ok := layer[name]; ok {
			return v, true
		}
	}
	return Value{}, false
}

// Vars returns all variables as the host sees them.
func (h *Host) Vars() Vars {
	all := Vars{}
	for _, layer := range h.layers {
		for name, v := range layer {
			all[name] = v
		}
	}
	return all
}

// AllHosts returns the hosts of the group and of all groups below it, each once, level by level.
func (g *Group) AllHosts() []*Host {
	var hosts []*Host
	seen := map[*Host]bool{}
	for _, sub := range g.Family() {
		for _, h := range sub.Hosts {
			if !seen[h] {
				seen[h] = true
				hosts = append(hosts, h)
			}
		}
	}
	return hosts
}

// Family returns the group and those below it, level by level, each once.
func (g *Group) Family() []*Group {
	return walk(g, func(g *Group) []*Group { return g.Children })
}

// ancestors returns the group and those above it.
func (g *Group) ancestors() []*Group {
	return walk(g, func(g *Group) []*Group { return g.parents })
}

func walk(from *Group, next func(*Group) []*Group) []*Group {
	found := []*Group{from}
	seen := map[*Group]bool{from: true}
	for i := 0; i < len(found); i++ {
		for _, g := range next(found[i]) {
			if !seen[g] {
				seen[g] = true
				found = append(found, g)
			}
		}
	}
	return found
}

// byPrecedence sorts groups so that the variables of a later one win: deeper, of higher priority,
// later in the alphabet.
func byPrecedence(a, b *Group) int {
	return cmp.Or(cmp.Compare(a.depth, b.depth), cmp.Compare(a.priority, b.priority), strings.Compare(a.Name, b.Name))
}

// Warnings returns what readers found odd, in the order that they saw it.
func (i *Inventory) Warnings() []source.Warning { return slices.Clone(i.warnings) }

func (i *Inventory) warn(at source.Pos, hint, format string, args ...any) {
	i.warnings = append(i.warnings, source.Warning{Pos: at, Text: fmt.Sprintf(format, args...), Hint: hint})
}

// FileVars returns the variables of each file of group_vars and host_vars that was read.
func (i *Inventory) FileVars() []Vars { return slices.Clone(i.fileVars) }

// UnusedFiles returns the files in group_vars and host_vars that are nobody's, folder by folder.
func (i *Inventory) UnusedFiles() []UnusedFiles { return slices.Clone(i.unused) }
