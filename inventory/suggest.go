package inventory

import (
	"strings"

	"djship/nearest"
)

// near returns up to three names of hosts and groups that are closest to a term.
func (i *Inventory) near(term string) []string {
	var names []string
	for _, g := range i.Groups() {
		names = append(names, g.Name)
	}
	for _, h := range i.HostsInOrder() {
		names = append(names, h.Name)
	}
	return nearest.Names(strings.Trim(term, "*?~^$"), names, 3)
}
