package inventory

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// A Pos is a place in a source, counted from 1; Col counts characters. A zero Line is the source
// as a whole, as for a list given on the command line.
type Pos struct {
	File string
	Line int
	Col  int
}

func (p Pos) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Col == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Col)
}

// A Value is a variable's value: what Ansible would take it for, and the text as it was written.
type Value struct {
	Any any    // nil, bool, int64, *big.Int, Float, string, []any or map[string]any
	Raw string // as written, without the quotes of a host line; empty for lists and maps of YAML
	Pos Pos
}

// Vars are variables by name.
type Vars map[string]Value

func (v Vars) has(name string) bool {
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

// number returns the value for a setting that is a number: one that Ansible takes for a number in
// plain digits, so that 0x16 is 22, and any other as it was written.
func (v Value) number() string {
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

// A Float is a floating point number that prints as in Python, so that 1.0 does not turn into 1.
type Float float64

func (f Float) String() string {
	s := strconv.FormatFloat(float64(f), 'g', -1, 64)
	_, exp, _ := strings.Cut(strconv.FormatFloat(float64(f), 'e', -1, 64), "e")
	if e, err := strconv.Atoi(exp); err == nil && e >= -4 && e < 16 {
		s = strconv.FormatFloat(float64(f), 'f', -1, 64)
	}
	switch s {
	case "+Inf":
		return "Infinity"
	case "-Inf":
		return "-Infinity"
	}
	if !strings.ContainsAny(s, ".eN") {
		s += ".0"
	}
	return s
}

// MarshalJSON gives the number; JSON has none for the infinities and NaN, which become strings.
func (f Float) MarshalJSON() ([]byte, error) {
	s := f.String()
	if strings.ContainsAny(s, "IN") {
		return json.Marshal(s)
	}
	return []byte(s), nil
}

// integer returns n as the smallest type that holds it.
func integer(n *big.Int) any {
	if n.IsInt64() {
		return n.Int64()
	}
	return n
}
