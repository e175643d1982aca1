package ansible

import (
	"bytes"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// looksLikeYAML tells whether a file that may be either is YAML: whether it is a map. INI that is
// valid YAML is a list or a line of text there.
func looksLikeYAML(data []byte) bool {
	for line := range bytes.Lines(data) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		if !bytes.HasPrefix(line, []byte("---")) && line[0] != '{' && line[0] != '%' && line[0] != '?' && !bytes.ContainsRune(line, ':') {
			return false
		}
		break
	}
	d := &document{}
	root := d.parse(data)
	return root != nil && root.Kind == yaml.MappingNode && len(root.Content) > 0
}

// yamlReader reads one YAML inventory.
type yamlReader struct {
	document
	inv *Inventory
}

// readYAML adds what data says to inv and returns everything that is wrong with it.
func readYAML(inv *Inventory, file string, data []byte) []error {
	r := &yamlReader{document{file: file}, inv}
	root := r.parse(data)
	if root == nil {
		return r.errs
	}
	for _, p := range r.pairs(root, "the inventory") {
		if p.key == "plugin" && follow(p.value).Kind == yaml.ScalarNode {
			r.fail(p.at, "the file configures inventory plugin %q, which djship has not: expected groups (ansible-inventory --list prints them as JSON)", follow(p.value).Value)
			return r.errs
		}
		r.group(p)
	}
	return r.errs
}

// group reads a group's hosts, vars and children; nil is an error in it.
func (r *yamlReader) group(p pair) *Group {
	if p.key == "" {
		r.fail(p.at, "the name of a group is empty")
		return nil
	}
	g := r.inv.addGroup(p.key, r.pos(p.at))
	if !r.count(p.at) || r.empty(p.value) {
		return g
	}
	for _, part := range r.pairs(p.value, fmt.Sprintf("group %q", p.key)) {
		switch part.key {
		case "hosts", "vars", "children":
			r.part(g, part)
		default:
			r.inv.warn(r.pos(part.at), "write hosts, vars or children", "group %q has an unknown entry %q, which is passed over", p.key, part.key)
		}
	}
	return g
}

func (r *yamlReader) part(g *Group, part pair) {
	if r.empty(part.value) {
		return
	}
	var entries []pair
	if v := follow(part.value); v.Kind == yaml.ScalarNode && !r.notText(v) {
		entries = []pair{{v.Value, v, &yaml.Node{Kind: yaml.ScalarNode, Line: v.Line, Column: v.Column}}}
	} else {
		entries = r.pairs(v, fmt.Sprintf("%q of group %q", part.key, g.Name))
	}
	for _, p := range entries {
		switch part.key {
		case "vars":
			if err := g.setVar(p.key, r.value(p.value, p.key)); err != nil {
				r.fail(p.value, "%v", err)
			}
		case "children":
			if child := r.group(p); child != nil {
				if err := g.addChild(child); err != nil {
					r.fail(p.at, "%v", err)
				}
			}
		case "hosts":
			r.host(g, p)
		}
	}
}

func (r *yamlReader) host(g *Group, p pair) {
	if r.login(p) {
		return
	}
	names, port, err := expandHosts(p.key)
	if err != nil {
		r.fail(p.at, "%v: expected a host, with a port or a range like web[1:3] if need be", err)
		return
	}
	var vars []pair
	if !r.empty(p.value) {
		vars = r.pairs(p.value, fmt.Sprintf("host %q", p.key))
	}
	values := Vars{}
	for _, v := range vars {
		values[v.key] = r.value(v.value, v.key)
	}
	for _, name := range names {
		h := r.inv.addHost(name, port, g, r.pos(p.at))
		for k, v := range values {
			h.Inline[k] = v
		}
	}
}

func (r *yamlReader) notText(n *yaml.Node) bool {
	_, text := r.scalar(n).(string)
	return !text
}

// empty tells whether nothing stands behind a key.
func (r *yamlReader) empty(n *yaml.Node) bool {
	n = follow(n)
	return n.Kind == yaml.ScalarNode && n.Style&^yaml.TaggedStyle == 0 && strings.Trim(n.Value, "~") == "" || n.ShortTag() == "!!null"
}
