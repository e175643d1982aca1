package ansible

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/inventory/python"
	"djship/inventory/source"

	"go.yaml.in/yaml/v3"
)

// document is a YAML or JSON file while it is read.
type document struct {
	file  string
	lines []string
	errs  []error
	nodes int
}

// maxNodes is how much a document may hold once its aliases are followed.
const maxNodes = 500_000

// parse reads data as JSON where it is that, else as YAML, and returns its one value; nil where it
// is empty or wrong.
func (d *document) parse(data []byte) *yaml.Node {
	d.lines = strings.Split(string(data), "\n")
	if json.Valid(data) {
		return jsonNode(data)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		d.syntax(err)
		return nil
	}
	if err := dec.Decode(&second); err == nil {
		d.fail(&second, "a second document begins: expected one in a file")
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.syntax(err)
		return nil
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind == yaml.ScalarNode && d.isNull(doc.Content[0]) {
		return nil
	}
	if d.hasCycle(doc.Content[0], map[*yaml.Node]bool{}) {
		return nil
	}
	return doc.Content[0]
}

// hasCycle reports an alias that stands within what it repeats.
func (d *document) hasCycle(n *yaml.Node, open map[*yaml.Node]bool) bool {
	if n.Kind == yaml.AliasNode && open[n.Alias] {
		d.fail(n, "*%s stands within what it repeats", n.Value)
		return true
	}
	open[n] = true
	defer delete(open, n)
	return slices.ContainsFunc(n.Content, func(c *yaml.Node) bool { return d.hasCycle(c, open) })
}

var yamlErrorLine = regexp.MustCompile(`^yaml: (?:line ([0-9]+): )?`)

// syntax reports what the YAML parser says, at the line that it names.
func (d *document) syntax(err error) {
	m := yamlErrorLine.FindStringSubmatch(err.Error())
	at := source.Pos{File: d.file}
	if len(m) > 1 {
		at.Line, _ = strconv.Atoi(m[1])
	}
	d.errs = append(d.errs, &source.ParseError{Pos: at, Text: d.line(at.Line), Msg: "not valid YAML: " + strings.TrimPrefix(err.Error(), strings.Join(m[:1], ""))})
}

func (d *document) line(n int) string {
	if n < 1 || n > len(d.lines) {
		return ""
	}
	return strings.TrimRight(d.lines[n-1], "\r")
}

func (d *document) pos(n *yaml.Node) source.Pos {
	return source.Pos{File: d.file, Line: n.Line, Col: n.Column}
}

func (d *document) fail(n *yaml.Node, format string, args ...any) {
	d.errs = append(d.errs, &source.ParseError{Pos: d.pos(n), Text: d.line(n.Line), Msg: fmt.Sprintf(format, args...)})
}

// pair is a key with its value.
type pair struct {
	key   string
	at    *yaml.Node
	value *yaml.Node
}

// pairs returns the entries of a map in order, merged maps (<<) first and each key once, the last
// of it. What names the map in errors.
func (d *document) pairs(n *yaml.Node, what string) []pair {
	n = follow(n)
	if n.Kind != yaml.MappingNode {
		d.fail(n, "%s is %s: expected a map", what, kindName(n))
		return nil
	}
	var pairs []pair
	index := map[string]int{}
	add := func(p pair) {
		if i, ok := index[p.key]; ok {
			pairs[i].value = p.value
			return
		}
		index[p.key] = len(pairs)
		pairs = append(pairs, p)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if isMerge(n.Content[i]) {
			for _, p := range d.merged(n.Content[i+1]) {
				add(p)
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if k := n.Content[i]; !isMerge(k) {
			if name, ok := d.key(k, what); ok {
				add(pair{name, k, n.Content[i+1]})
			}
		}
	}
	return pairs
}

func isMerge(k *yaml.Node) bool { return k.Value == "<<" && k.Style == 0 && k.Kind == yaml.ScalarNode }

// merged returns the entries of the map behind a <<, or of several, the first of which wins.
func (d *document) merged(n *yaml.Node) []pair {
	n = follow(n)
	if !d.count(n) {
		return nil
	}
	if n.Kind != yaml.SequenceNode {
		return d.pairs(n, "what << merges")
	}
	var pairs []pair
	for i := len(n.Content) - 1; i >= 0; i-- {
		pairs = append(pairs, d.merged(n.Content[i])...)
	}
	return pairs
}

// key returns a map's key, which must be text.
func (d *document) key(n *yaml.Node, what string) (string, bool) {
	n = follow(n)
	if n.Kind == yaml.ScalarNode {
		if s, ok := d.scalar(n).(string); ok {
			return s, true
		}
	}
	d.fail(n, "a key of %s is %s: expected text, in quotes where it looks like a number", what, kindName(n))
	return "", false
}

func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "a list"
	case yaml.MappingNode:
		return "a map"
	}
	return strconv.Quote(n.Value)
}

// count tells whether there is room for one more value.
func (d *document) count(n *yaml.Node) bool {
	if d.nodes++; d.nodes == maxNodes {
		d.fail(n, "the document holds too much: expected at most %d values", maxNodes)
	}
	return d.nodes < maxNodes
}

// value returns n as a variable's value; name is the variable's.
func (d *document) value(n *yaml.Node, name string) Value {
	v := Value{Any: d.any(n, name), Pos: d.pos(n)}
	if s := follow(n); s.Kind == yaml.ScalarNode {
		v.Raw = s.Value
	}
	return v
}

func (d *document) any(n *yaml.Node, name string) any {
	if n.Kind == yaml.AliasNode {
		return d.any(n.Alias, name)
	}
	if !d.count(n) {
		return nil
	}
	switch {
	case n.Tag == "!vault" || n.Tag == "!vault-encrypted":
		d.errs = append(d.errs, &VaultError{d.pos(n), name})
		return nil
	case n.Kind == yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, e := range n.Content {
			list = append(list, d.any(e, name))
		}
		return list
	case n.Kind == yaml.MappingNode:
		m := map[string]any{}
		for _, p := range d.anyPairs(n, name) {
			m[p.key] = d.any(p.value, name)
		}
		return m
	}
	return d.scalar(n)
}

// anyPairs is pairs for a map within a value, whose keys need not be text.
func (d *document) anyPairs(n *yaml.Node, name string) []pair {
	plainKeys := *n
	plainKeys.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := follow(n.Content[i])
		if k.Kind == yaml.ScalarNode && !isMerge(k) {
			if key, err := python.JSONKey(d.scalar(k)); err == nil {
				k = &yaml.Node{Kind: yaml.ScalarNode, Value: key, Style: yaml.DoubleQuotedStyle, Line: k.Line, Column: k.Column}
			}
		}
		plainKeys.Content = append(plainKeys.Content, k, n.Content[i+1])
	}
	return d.pairs(&plainKeys, name)
}
