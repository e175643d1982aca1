package python

import "strings"

// Literal returns what Ansible makes of the text of an INI value: a Python literal where it is one,
// else the text itself. Its types are nil, bool, int64, *big.Int, Float, string, []any (tuples and sets,
// too) and map[string]any, whose keys are as in JSON.
func Literal(s string) any {
	if isSurelyText(s) {
		return s
	}
	if n, ok := plainNumber(s); ok {
		return n
	}
	return parseLiteral(s)
}

// isSurelyText tells of most texts that are no literal that they are none: words that are no constant
// and open no quotes and brackets, and addresses. It may say no of others.
func isSurelyText(s string) bool {
	if s == "" {
		return true
	}
	switch c := s[0]; {
	case strings.HasPrefix(s, "True") || strings.HasPrefix(s, "False") || strings.HasPrefix(s, "None") || strings.HasPrefix(s, "set"): // set()
		return false
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '/' || c == '~':
		return !strings.ContainsAny(s, `'"`) // b'' is a literal
	case c >= '0' && c <= '9':
		return strings.Count(s, ".") > 1 && strings.Trim(s, "0123456789.") == ""
	}
	return false
}

// parseLiteral is Literal by the whole grammar.
func parseLiteral(s string) any {
	p := literalReader{s: strings.TrimLeft(s, " \t")}
	v, err := p.read()
	if err != nil {
		return s
	}
	return plain(v)
}

// plainNumber reads a short run of digits without a zero before it.
func plainNumber(s string) (any, bool) {
	if s == "" || len(s) > 18 || s[0] == '0' {
		return nil, false
	}
	n := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return nil, false
		}
		n = n*10 + int64(s[i]-'0')
	}
	return n, true
}
