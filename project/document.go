package project

import (
	"errors"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// A document is a TOML file, with the line of each of its keys.
type document struct {
	name  string
	tree  map[string]any
	lines map[string]int    // by keyPath
	raw   map[string]string // how plain values are written, by keyPath
}

// keyPath is one string for the parts of a key.
func keyPath(parts ...string) string { return strings.Join(parts, "\x00") }

// parseDocument reads TOML. Its error is a *Problem with the line.
func parseDocument(name, text string) (*document, error) {
	d := &document{name: name, lines: map[string]int{}, raw: map[string]string{}}
	if err := toml.Unmarshal([]byte(text), &d.tree); err != nil {
		problem := &Problem{File: name, What: "is no TOML: " + strings.TrimPrefix(err.Error(), "toml: "), Advice: "text stands between quotes, a list between brackets: name = \"text\", names = [\"a\", \"b\"]"}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			problem.Line, _ = at.Position()
		}
		return nil, problem
	}
	var p unstable.Parser
	p.Reset([]byte(text))
	var table []string
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = d.key(&p, nil, e)
		case unstable.KeyValue:
			d.keyValue(&p, table, e)
		}
	}
	return d, nil
}

// key notes the line of a key and returns its parts, behind those of its table.
func (d *document) key(p *unstable.Parser, table []string, n *unstable.Node) []string {
	parts := slices.Clone(table)
	for it := n.Key(); it.Next(); {
		parts = append(parts, string(it.Node().Data))
		if at := keyPath(parts...); d.lines[at] == 0 {
			d.lines[at] = p.Shape(it.Node().Raw).Start.Line
		}
	}
	return parts
}

func (d *document) keyValue(p *unstable.Parser, table []string, n *unstable.Node) {
	parts := d.key(p, table, n)
	switch value := n.Value(); value.Kind {
	case unstable.InlineTable:
		for it := value.Children(); it.Next(); {
			d.keyValue(p, parts, it.Node())
		}
	case unstable.Integer, unstable.Float, unstable.Bool:
		d.raw[keyPath(parts...)] = string(value.Data)
	}
}

// at is what stands at a key, nil where nothing does.
func (d *document) at(parts ...string) any {
	var value any = d.tree
	for _, part := range parts {
		table, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = table[part]
	}
	return value
}

// text is the text at a key, "" where there is none.
func (d *document) text(parts ...string) string {
	text, _ := d.at(parts...).(string)
	return text
}

// place names the line of a key.
func (d *document) place(parts ...string) string { return place(d.name, d.lines[keyPath(parts...)]) }
