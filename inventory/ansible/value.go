package ansible

import (
	"strconv"
	"strings"

	"djship/inventory/source"
)

// A Value is a variable's value: what Ansible would take it for, and the text as it was written.
type Value struct {
	Any any    // nil, bool, int64, *big.Int, python.Float, string, []any or map[string]any
	Raw string // as written, without the quotes of a host line; empty for lists and maps of YAML
	Pos source.Pos
}

// Vars are variables by name.
type Vars map[string]Value

// Has tells whether a variable is set, be it to null.
func (v Vars) Has(name string) bool {
	_, ok := v[name]
	return ok
}

// Text returns the value for a setting that is text by nature, such as a password: of a string the
// string, of anything else what was written, so that 1e5, 0x10 or None stay what they look like.
func (v Value) Text() string {
	if s, ok := v.Any.(string); ok {
		return s
	}
	for i := 1; i < len(v.Raw); i++ {
		if v.Raw[i] == '#' && (v.Raw[i-1] == ' ' || v.Raw[i-1] == '\t') {
			return strings.TrimRight(v.Raw[:i], " \t")
		}
	}
	return v.Raw
}

// Number returns the value for a setting that is a number: one that Ansible takes for a number in
// plain digits, so that 0x16 is 22, and any other as it was written.
func (v Value) Number() string {
	if n, ok := v.Any.(int64); ok {
		return strconv.FormatInt(n, 10)
	}
	return strings.TrimSpace(v.Text())
}

// Bool returns the value of a switch, spelt in any of the ways that Ansible knows.
func (v Value) Bool() (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(v.Text())) {
	case "yes", "on", "1", "true", "t", "y", "1.0":
		return true, true
	case "no", "off", "0", "false", "f", "n", "0.0":
		return false, true
	}
	return false, false
}
