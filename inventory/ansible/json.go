package ansible

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// jsonNode returns valid JSON as the YAML that means the same, with the lines where it stood.
func jsonNode(data []byte) *yaml.Node {
	r := jsonReader{dec: json.NewDecoder(bytes.NewReader(data)), data: data, line: 1}
	r.dec.UseNumber()
	n := r.value()
	if n.Tag == "!!null" {
		return nil
	}
	return n
}

type jsonReader struct {
	dec   *json.Decoder
	data  []byte
	line  int
	start int // of the line
	read  int // how much of data has been searched for newlines
}

func (r *jsonReader) value() *yaml.Node {
	tok, err := r.dec.Token()
	if err != nil {
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Style: yaml.TaggedStyle}
	}
	for end := int(r.dec.InputOffset()); r.read < end; r.read++ {
		if r.data[r.read] == '\n' {
			r.line++
			r.start = r.read + 1
		}
	}
	n := &yaml.Node{Kind: yaml.ScalarNode, Style: yaml.TaggedStyle, Line: r.line, Column: r.read - r.start}
	switch v := tok.(type) {
	case json.Delim:
		n.Kind, n.Style = yaml.MappingNode, 0
		if v == '[' {
			n.Kind = yaml.SequenceNode
		}
		for r.dec.More() {
			n.Content = append(n.Content, r.value())
		}
		_, _ = r.dec.Token() // the closing bracket; the text is known to be valid
	case string:
		n.Value, n.Style = v, yaml.DoubleQuotedStyle
		n.Column = max(1, n.Column-len(v)-1)
	case json.Number:
		n.Value, n.Tag = v.String(), "!!int"
		if strings.ContainsAny(n.Value, ".eE") {
			n.Tag = "!!float"
		}
	case bool:
		n.Value, n.Tag = strconv.FormatBool(v), "!!bool"
	case nil:
		n.Value, n.Tag = "null", "!!null"
	}
	return n
}
