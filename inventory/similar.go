package inventory

import (
	"strings"

	"djship/inventory/ansible"
	"djship/nearest"
)

// similarNames returns up to three names of groups and hosts that are closest to a term of a pattern.
func similarNames(inv *ansible.Inventory, term string) []string {
	var names []string
	for _, g := range inv.Groups() {
		names = append(names, g.Name)
	}
	names = append(names, namesOf(inv.HostsInOrder())...)
	return nearest.Names(strings.Trim(term, "*?~^$"), names, 3)
}

func namesOf(hosts []*Host) []string {
	names := make([]string, len(hosts))
	for i, h := range hosts {
		names[i] = h.Name
	}
	return names
}
