package python

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// errNotLiteral says that a text is no Python literal and so is a string.
var errNotLiteral = errors.New("not a literal")

// maxNesting is how deep brackets may go before a text is taken for a string.
const maxNesting = 90

// literalReader reads the part of Python's expressions that ast.literal_eval accepts.
type literalReader struct {
	s     string
	i     int
	depth int
}

// Told apart from lists and strings only while reading: what may be a set's member, a map's key or
// stand beside another string depends on it.
type (
	tuple      []any
	set        []any
	byteString string
	ellipsis   struct{}
)

// read reads an expression, or several with commas between, up to the end or a comment.
func (p *literalReader) read() (any, error) {
	items, comma, err := p.list(0)
	if err != nil || len(items) == 0 {
		return nil, errNotLiteral
	}
	return oneOrTuple(items, comma), nil
}

func oneOrTuple(items []any, comma bool) any {
	if len(items) == 1 && !comma {
		return items[0]
	}
	return tuple(items)
}

// list reads expressions separated by commas, and the end after them (0 is the end of the text).
// It tells whether there was any comma.
func (p *literalReader) list(end byte) (items []any, comma bool, err error) {
	sep := true
	for {
		p.space()
		if p.at(end) {
			p.i++
			return items, comma, nil
		}
		if !sep {
			return nil, false, errNotLiteral
		}
		v, err := p.expr()
		if err != nil {
			return nil, false, err
		}
		items = append(items, v)
		if sep = p.take(','); sep {
			comma = true
		}
	}
}

func (p *literalReader) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// at tells whether the next character is c, which may be 0 for the end.
func (p *literalReader) at(c byte) bool {
	return p.peek() == c && (p.i < len(p.s)) == (c != 0)
}

// take skips blanks and then c, and tells whether it was there.
func (p *literalReader) take(c byte) bool {
	p.space()
	if !p.at(c) {
		return false
	}
	p.i++
	return true
}

// space skips blanks and a comment: within brackets that swallows the closing one.
func (p *literalReader) space() {
	for p.i < len(p.s) && strings.IndexByte(" \t\f", p.s[p.i]) >= 0 {
		p.i++
	}
	if p.peek() == '#' {
		p.i = len(p.s)
	}
}

// expr reads a value with its sign, or the sum that makes a complex number.
func (p *literalReader) expr() (any, error) {
	if p.depth > maxNesting {
		return nil, errNotLiteral
	}
	sign := p.peek()
	signed := sign == '+' || sign == '-'
	if signed {
		p.i++
		p.space()
	}
	v, err := p.atom()
	if err != nil {
		return nil, err
	}
	if signed {
		if v, err = withSign(v, sign == '-'); err != nil {
			return nil, err
		}
	}
	p.space()
	op := p.peek()
	if op != '+' && op != '-' {
		return v, nil
	}
	p.i++
	p.space()
	im, err := p.atom()
	if err != nil {
		return nil, err
	}
	return sum(v, im, op == '-')
}

func (p *literalReader) atom() (any, error) {
	switch c := p.peek(); {
	case c == '[' || c == '(' || c == '{':
		return p.bracket(c)
	case strings.HasPrefix(p.s[p.i:], "..."):
		p.i += 3
		return ellipsis{}, nil
	case c >= '0' && c <= '9' || c == '.':
		return p.number()
	}
	word := p.s[p.i:]
	if n := strings.IndexFunc(word, func(r rune) bool { return !wordRune(r) }); n >= 0 {
		word = word[:n]
	}
	if rest := p.s[p.i+len(word):]; rest != "" && (rest[0] == '\'' || rest[0] == '"') {
		return p.quoted()
	}
	p.i += len(word)
	switch word {
	case "True":
		return true, nil
	case "False":
		return false, nil
	case "None":
		return nil, nil
	case "set":
		if p.take('(') && p.take(')') {
			return set{}, nil
		}
	}
	return nil, errNotLiteral
}

func wordRune(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' || r >= utf8.RuneSelf
}

func (p *literalReader) bracket(open byte) (any, error) {
	p.i++
	p.depth++
	defer func() { p.depth-- }()
	switch open {
	case '(':
		items, comma, err := p.list(')')
		if err != nil {
			return nil, err
		}
		return oneOrTuple(items, comma), nil
	case '[':
		items, _, err := p.list(']')
		if items == nil {
			items = []any{}
		}
		return items, err
	}
	return p.braces()
}

// braces reads a map or a set; which of them it is shows after the first value.
func (p *literalReader) braces() (any, error) {
	m, s := map[string]any{}, set(nil)
	for sep := true; ; sep = p.take(',') {
		if p.take('}') {
			if s != nil {
				return s, nil
			}
			return m, nil
		}
		if !sep {
			return nil, errNotLiteral
		}
		k, err := p.expr()
		if err != nil || !hashable(k) {
			return nil, errNotLiteral
		}
		switch colon := p.take(':'); {
		case colon && s == nil:
			p.space()
			v, err := p.expr()
			if err != nil {
				return nil, err
			}
			key, err := JSONKey(k)
			if err != nil {
				return nil, err
			}
			m[key] = v
		case !colon && len(m) == 0:
			s = append(s, k)
		default:
			return nil, errNotLiteral
		}
	}
}
