package inventory

import (
	"strings"

	"djship/inventory/ansible"
)

// Graph returns the inventory as a tree, groups with an @ before them, like ansible-inventory
// --graph. Of hosts it shows only those given.
func (i *Inventory) Graph(hosts []*Host) string {
	t := tree{shown: map[*Host]bool{}}
	for _, h := range hosts {
		t.shown[h] = true
	}
	t.group(i.Group(ansible.All), 0)
	return t.String()
}

// tree is a graph that is being drawn.
type tree struct {
	strings.Builder
	shown map[*Host]bool
}

func (t *tree) line(depth int, name string) {
	if depth > 0 {
		t.WriteString(strings.Repeat("  |", depth) + "--")
	}
	t.WriteString(strings.ReplaceAll(name, "\n", "<U+000A>") + "\n") // a name is one line
}

func (t *tree) group(g *Group, depth int) {
	t.line(depth, "@"+g.Name+":")
	for _, c := range g.Children {
		t.group(c, depth+1)
	}
	if g.Name == ansible.All {
		return
	}
	for _, h := range g.Hosts {
		if t.shown[h] {
			t.line(depth+1, h.Name)
		}
	}
}
