package ansible

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"djship/inventory/python"
	"djship/inventory/source"
)

func newInventory() *Inventory {
	inv := &Inventory{host: map[string]*Host{}, group: map[string]*Group{}}
	all := inv.addGroup(All, source.Pos{})
	ungrouped := inv.addGroup(Ungrouped, source.Pos{})
	all.Children = append(all.Children, ungrouped)
	ungrouped.parents = append(ungrouped.parents, all)
	return inv
}

// addGroup returns the group of that name, made where there is none yet.
func (i *Inventory) addGroup(name string, at source.Pos) *Group {
	g := i.group[name]
	if g == nil {
		g = &Group{Name: name, Pos: at, priority: 1, listed: map[*Host]bool{}, Vars: Vars{}}
		i.group[name] = g
		i.groups = append(i.groups, g)
	}
	if g.Pos.File == "" {
		g.Pos = at
	}
	return g
}

// addHost returns the host of that name as a member of g, made where there is none yet. Only a new
// host takes the port, 0 being none.
func (i *Inventory) addHost(name string, port int, g *Group, at source.Pos) *Host {
	h := i.host[name]
	if h == nil {
		h = &Host{Name: name, Pos: at, Inline: Vars{}}
		if port > 0 {
			h.Inline["ansible_port"] = Value{Any: int64(port), Raw: strconv.Itoa(port), Pos: at}
		}
		i.host[name] = h
		i.hosts = append(i.hosts, h)
	}
	if !g.listed[h] {
		g.listed[h] = true
		g.Hosts = append(g.Hosts, h)
		h.direct = append(h.direct, g)
	}
	return h
}

// addChild puts child below g. A group cannot be below itself.
func (g *Group) addChild(child *Group) error {
	switch {
	case child.Name == All:
		return fmt.Errorf("group %q cannot be a child: it is above every group", All)
	case g == child:
		return fmt.Errorf("group %q cannot be its own child", g.Name)
	case slices.Contains(g.Children, child):
		return nil
	case slices.Contains(g.ancestors(), child):
		return fmt.Errorf("group %q as a child of %q closes a circle: %q is already below %q", child.Name, g.Name, g.Name, child.Name)
	}
	g.Children = append(g.Children, child)
	child.parents = append(child.parents, g)
	return nil
}

// setVar sets a group's variable; ansible_group_priority is the group's own and no variable.
func (g *Group) setVar(name string, v Value) error {
	if name != "ansible_group_priority" {
		g.Vars[name] = v
		return nil
	}
	n, ok := asInt(v.Any)
	if !ok {
		return fmt.Errorf("ansible_group_priority %q is not a whole number", v.Text())
	}
	g.priority = n
	return nil
}

// asInt returns a typed value as Python's int() does.
func asInt(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case bool:
		if v {
			return 1, true
		}
		return 0, true
	case python.Float:
		return int64(v), float64(v) > -1e18 && float64(v) < 1e18
	case string:
		n, err := strconv.ParseInt(strings.TrimSpace(v), 10, 64)
		return n, err == nil
	}
	return 0, false
}

// addDefaultGroups gives every group a place below all and every host a group, once all sources are read.
func (i *Inventory) addDefaultGroups() {
	all, ungrouped := i.group[All], i.group[Ungrouped]
	for _, g := range i.groups {
		if g != all && len(g.parents) == 0 {
			all.Children = append(all.Children, g)
			g.parents = append(g.parents, all)
		}
	}
	for _, h := range i.hosts {
		grouped := slices.ContainsFunc(h.direct, func(g *Group) bool { return g != all && g != ungrouped })
		switch {
		case grouped && ungrouped.listed[h]:
			ungrouped.removeHost(h)
		case !grouped && !ungrouped.listed[h]:
			ungrouped.listed[h] = true
			ungrouped.Hosts = append(ungrouped.Hosts, h)
			h.direct = append(h.direct, ungrouped)
		}
	}
	for _, g := range i.groups {
		g.setDepth()
	}
}

// removeHost takes a host out of those that the group lists.
func (g *Group) removeHost(h *Host) {
	g.Hosts = slices.DeleteFunc(g.Hosts, func(o *Host) bool { return o == h })
	h.direct = slices.DeleteFunc(h.direct, func(o *Group) bool { return o == g })
	delete(g.listed, h)
}

// setDepth returns the longest way from the group up to all, in groups, and keeps it.
func (g *Group) setDepth() int {
	if g.depth == 0 {
		for _, p := range g.parents {
			g.depth = max(g.depth, p.setDepth()+1)
		}
	}
	return g.depth
}
