package ansible

import (
	"slices"
)

// layerVars works out, for every host, its groups and where its variables stand, the weakest first:
// those of all, those of its groups, group_vars/all, the group_vars of its groups, its own, its
// host_vars. Hosts of the same groups share the work.
func (i *Inventory) layerVars(files *varFiles) {
	all := i.group[All]
	type membership struct {
		names  []string
		layers []Vars
	}
	known := map[string]membership{}
	var key []byte
	for _, h := range i.hosts {
		key = key[:0]
		for _, g := range h.direct {
			key = append(append(key, g.Name...), '\n')
		}
		m, ok := known[string(key)]
		if !ok {
			groups := h.allGroups()
			for _, g := range groups {
				m.names = append(m.names, g.Name)
			}
			slices.Sort(m.names)
			slices.SortFunc(groups, byPrecedence)
			m.layers = append(m.layers, all.Vars)
			for _, g := range groups {
				m.layers = append(m.layers, g.Vars)
			}
			m.layers = append(m.layers, files.group(all)...)
			m.layers = append(m.layers, files.groups(groups)...)
			known[string(key)] = m
		}
		h.groups = m.names
		h.layers = append(slices.Clip(m.layers), h.Inline)
		h.layers = append(h.layers, files.host(h)...)
	}
}

// allGroups returns the groups that the host is in, all excepted.
func (h *Host) allGroups() []*Group {
	seen := map[*Group]bool{}
	var groups []*Group
	for _, d := range h.direct {
		for _, g := range d.ancestors() {
			if g.Name != All && !seen[g] {
				seen[g] = true
				groups = append(groups, g)
			}
		}
	}
	return groups
}
