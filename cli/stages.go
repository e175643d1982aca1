package cli

import (
	"fmt"
	"slices"
	"strings"

	"djship/inventory"
)

// stagedHosts are the hosts of a run in the order of their stages.
type stagedHosts struct {
	stages []string // those that have hosts; empty where the run has no stages
	hosts  []*inventory.Host
	of     map[*inventory.Host]string // a host's stage
}

// isLater tells whether there is a stage before that of a host.
func (s stagedHosts) isLater(h *inventory.Host) bool {
	return len(s.stages) > 1 && s.of[h] != s.stages[0]
}

// sortIntoStages puts each host into the one stage that it is in; stages are groups of the inventory, nil
// for the default. A host in none, or in two, is refused: it would be left out, or its turn would be
// anybody's guess.
func sortIntoStages(inv *inventory.Inventory, hosts []*inventory.Host, stages []string) (stagedHosts, error) {
	names := stages
	if names == nil && !slices.ContainsFunc(inventory.DefaultStages, func(s string) bool { return inv.Group(s) == nil }) {
		names = inventory.DefaultStages
	}
	if names == nil {
		return stagedHosts{hosts: hosts}, nil
	}
	s := stagedHosts{of: map[*inventory.Host]string{}}
	var twice []string
	for i, name := range names {
		group := inv.Group(name)
		if group == nil || slices.Contains(names[:i], name) {
			return s, badStage(inv, name, group == nil)
		}
		for _, h := range group.AllHosts() {
			if first, ok := s.of[h]; ok && slices.Contains(hosts, h) {
				twice = append(twice, fmt.Sprintf("%s is in %s and in %s", h.Name, first, name))
			} else if !ok {
				s.of[h] = name
			}
		}
	}
	var none []string
	for _, name := range names {
		before := len(s.hosts)
		for _, h := range hosts {
			if s.of[h] == name {
				s.hosts = append(s.hosts, h)
			}
		}
		if len(s.hosts) > before {
			s.stages = append(s.stages, name)
		}
	}
	for _, h := range hosts {
		if _, ok := s.of[h]; !ok {
			none = append(none, h.Name)
		}
	}
	switch {
	case twice != nil:
		return s, &usageError{strings.Join(twice, "\n"), "a host has one stage: take it out of a group, or name other groups with --stages"}
	case none != nil:
		return s, &usageError{fmt.Sprintf("in none of the stages %s: %s", strings.Join(names, ", "), strings.Join(none, ", ")),
			"name all stages with --stages, pick hosts with -l, or roll all at once with --stages all"}
	}
	return s, nil
}

// stagesOf are the stages that hosts are in, of those that are in one: to look at a host it need not be.
func stagesOf(inv *inventory.Inventory, hosts []*inventory.Host) map[*inventory.Host]string {
	staged, _ := sortIntoStages(inv, hosts, nil)
	return staged.of
}

// firstOfStages are the hosts that come first in their stage by the inventory, whichever of them are selected: what may run once runs there.
func firstOfStages(inv *inventory.Inventory, staged stagedHosts) map[*inventory.Host]bool {
	firsts := map[*inventory.Host]bool{}
	if len(staged.stages) == 0 {
		if all := inv.Hosts(); len(all) > 0 {
			firsts[all[0]] = true
		}
	}
	for _, stage := range staged.stages {
		if all := inv.Group(stage).AllHosts(); len(all) > 0 {
			firsts[all[0]] = true
		}
	}
	return firsts
}

// isWhole tells whether the hosts of a run are all of its stages, or without stages all that the inventory has.
func isWhole(inv *inventory.Inventory, staged stagedHosts) bool {
	if len(staged.stages) == 0 {
		return len(staged.hosts) == len(inv.Hosts())
	}
	all := 0
	for _, stage := range staged.stages {
		all += len(inv.Group(stage).AllHosts())
	}
	return len(staged.hosts) == all
}

func badStage(inv *inventory.Inventory, name string, unknown bool) error {
	if !unknown {
		return &usageError{fmt.Sprintf("--stages: %s is named twice", name), "name each group once"}
	}
	var groups []string
	for _, g := range inv.Groups() {
		groups = append(groups, g.Name)
	}
	return &usageError{fmt.Sprintf("--stages: the inventory has no group %q", name), "its groups are " + strings.Join(groups, ", ")}
}
