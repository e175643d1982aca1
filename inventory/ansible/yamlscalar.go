package ansible

import (
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"

	"djship/inventory/python"

	"go.yaml.in/yaml/v3"
)

// Ansible reads YAML 1.1, where yes is true, 010 is eight and 1:30 is ninety; the library's own
// idea of a plain scalar is YAML 1.2's.
var (
	yamlBool  = regexp.MustCompile(`^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$`)
	yamlNull  = regexp.MustCompile(`^(?:~|null|Null|NULL|)$`)
	yamlInt   = regexp.MustCompile(`^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$`)
	yamlFloat = regexp.MustCompile(`^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$`)
)

func (d *document) isNull(n *yaml.Node) bool { return n.Style == 0 && yamlNull.MatchString(n.Value) }

// scalar returns what a single value is: nil, bool, int64, *big.Int, Float or string.
func (d *document) scalar(n *yaml.Node) any {
	s := n.Value
	if n.Style&yaml.TaggedStyle != 0 {
		return d.tagged(n)
	}
	switch {
	case n.Style != 0:
		return s
	case yamlNull.MatchString(s):
		return nil
	case yamlBool.MatchString(s):
		return yamlTrue(s)
	case yamlInt.MatchString(s):
		return yamlInteger(s)
	case yamlFloat.MatchString(s):
		return yamlNumber(s)
	}
	return s
}

// tagged returns a value whose type is written before it.
func (d *document) tagged(n *yaml.Node) any {
	s := n.Value
	switch n.ShortTag() {
	case "!!str", "!unsafe", "!":
		return s
	case "!!null":
		return nil
	case "!!bool":
		if yamlBool.MatchString(s) {
			return yamlTrue(s)
		}
	case "!!int":
		if yamlInt.MatchString(s) {
			return yamlInteger(s)
		}
	case "!!float":
		if f, err := strconv.ParseFloat(s, 64); err == nil {
			return python.Float(f)
		}
		if yamlFloat.MatchString(s) || yamlInt.MatchString(s) {
			return yamlNumber(s)
		}
	}
	d.fail(n, "tag %s is not known or does not fit: expected one of !!str, !!int, !!float, !!bool, !!null, !unsafe", n.Tag)
	return nil
}

func yamlTrue(s string) bool {
	switch strings.ToLower(s) {
	case "yes", "true", "on":
		return true
	}
	return false
}

func yamlInteger(s string) any {
	s = strings.ReplaceAll(s, "_", "")
	digits := strings.TrimLeft(s, "+-")
	n := new(big.Int)
	switch {
	case strings.Contains(digits, ":"):
		for _, part := range strings.Split(digits, ":") {
			v, _ := strconv.ParseInt(part, 10, 64)
			n.Add(n.Mul(n, big.NewInt(60)), big.NewInt(v))
		}
	case digits == "0" || digits == "":
	case strings.HasPrefix(digits, "0b"):
		n.SetString(digits[2:], 2)
	case strings.HasPrefix(digits, "0x"):
		n.SetString(digits[2:], 16)
	case digits[0] == '0':
		n.SetString(digits, 8)
	default:
		n.SetString(digits, 10)
	}
	if strings.HasPrefix(s, "-") {
		n.Neg(n)
	}
	return python.Int(n)
}

func yamlNumber(s string) any {
	s = strings.ToLower(strings.ReplaceAll(s, "_", ""))
	sign := 1.0
	if strings.HasPrefix(s, "-") {
		sign = -1
	}
	s = strings.TrimLeft(s, "+-")
	f := 0.0
	switch {
	case s == ".inf":
		f = math.Inf(1)
	case s == ".nan":
		f = math.NaN()
	default:
		for _, part := range strings.Split(s, ":") {
			v, _ := strconv.ParseFloat(part, 64)
			f = f*60 + v
		}
	}
	return python.Float(sign * f)
}
