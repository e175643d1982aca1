package python

import (
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// digits are decimal ones, with single underscores between them.
const digits = `(?:[0-9](?:_?[0-9])*)`

var (
	floatToken = regexp.MustCompile(strings.ReplaceAll(`^(?:(?:D\.D?|\.D)(?:[eE][-+]?D)?|D[eE][-+]?D)[jJ]?`, "D", digits))
	imagToken  = regexp.MustCompile(`^` + digits + `[jJ]`)
	intToken   = regexp.MustCompile(`^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|0(?:_?0)*|[1-9](?:_?[0-9])*)`)
)

// maxDigits is where Python stops to read a decimal number.
const maxDigits = 4300

func (p *literalReader) number() (any, error) {
	rest := p.s[p.i:]
	for _, re := range []*regexp.Regexp{floatToken, imagToken, intToken} {
		tok := re.FindString(rest)
		if tok == "" || tok == "." {
			continue
		}
		p.i += len(tok)
		if p.i < len(p.s) && (p.s[p.i] == '.' || wordRune(rune(p.s[p.i]))) {
			return nil, errNotLiteral
		}
		if re == intToken {
			return readInt(tok)
		}
		return readFloat(tok)
	}
	return nil, errNotLiteral
}

func readInt(tok string) (any, error) {
	digits := strings.ReplaceAll(tok, "_", "")
	base := 10
	if len(digits) > 1 && !strings.ContainsRune("0123456789", rune(digits[1])) {
		base = 0
	} else if len(digits) > maxDigits {
		return nil, errNotLiteral
	}
	n, ok := new(big.Int).SetString(digits, base)
	if !ok {
		return nil, errNotLiteral
	}
	return Int(n), nil
}

// readFloat reads a decimal or imaginary number; too large a one is infinite.
func readFloat(tok string) (any, error) {
	digits := strings.TrimRight(strings.ReplaceAll(tok, "_", ""), "jJ")
	f, _ := strconv.ParseFloat(digits, 64)
	if strings.ContainsAny(tok, "jJ") {
		return complex(0, f), nil
	}
	return Float(f), nil
}

// quoted reads one or more strings, which Python joins; bytes join only with bytes.
func (p *literalReader) quoted() (any, error) {
	var text strings.Builder
	for n, bytes := 0, false; ; n++ {
		prefix := p.s[p.i:]
		q := strings.IndexAny(prefix, `'"`)
		if q < 0 || strings.TrimLeft(prefix[:q], "rRbBuU") != "" {
			if n == 0 {
				return nil, errNotLiteral
			}
			if bytes {
				return byteString(text.String()), nil
			}
			return text.String(), nil
		}
		kind := strings.ToLower(prefix[:q])
		switch kind {
		case "", "r", "u", "b", "br", "rb":
		default:
			return nil, errNotLiteral
		}
		isBytes := strings.Contains(kind, "b")
		if n > 0 && isBytes != bytes {
			return nil, errNotLiteral
		}
		bytes = isBytes
		p.i += q
		if err := p.oneString(&text, strings.Contains(kind, "r"), bytes); err != nil {
			return nil, err
		}
		p.space()
	}
}

func (p *literalReader) oneString(text *strings.Builder, raw, bytes bool) error {
	quote := p.s[p.i : p.i+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(p.s[p.i:], triple) {
		quote = triple
	}
	p.i += len(quote)
	for p.i < len(p.s) {
		if strings.HasPrefix(p.s[p.i:], quote) {
			p.i += len(quote)
			return nil
		}
		c := p.s[p.i]
		switch {
		case c == '\\' && p.i+1 < len(p.s) && raw:
			_, n := utf8.DecodeRuneInString(p.s[p.i+1:])
			text.WriteString(p.s[p.i : p.i+1+n])
			p.i += 1 + n
		case c == '\\' && p.i+1 < len(p.s):
			if err := p.escape(text, bytes); err != nil {
				return err
			}
		case bytes && c >= utf8.RuneSelf, c == 0:
			return errNotLiteral
		default:
			text.WriteByte(c)
			p.i++
		}
	}
	return errNotLiteral
}

// simpleEscapes are those of one letter.
const simpleEscapes = "\\\\''\"\"a\ab\bf\fn\nr\rt\tv\v"

// escape reads a backslash and what it means; an unknown one stands for itself.
func (p *literalReader) escape(text *strings.Builder, bytes bool) error {
	c := p.s[p.i+1]
	for i := 0; i < len(simpleEscapes); i += 2 {
		if simpleEscapes[i] == c {
			text.WriteByte(simpleEscapes[i+1])
			p.i += 2
			return nil
		}
	}
	digits, base := 0, 16
	switch {
	case c == 'x':
		digits = 2
	case c == 'u' && !bytes:
		digits = 4
	case c == 'U' && !bytes:
		digits = 8
	case c == 'N' && !bytes:
		return errNotLiteral
	case c >= '0' && c <= '7':
		p.i-- // the digits follow the backslash at once
		base = 8
		for digits < 3 && p.i+2+digits < len(p.s) && p.s[p.i+2+digits] >= '0' && p.s[p.i+2+digits] <= '7' {
			digits++
		}
	default:
		text.WriteByte('\\')
		p.i++
		return nil
	}
	if p.i+2+digits > len(p.s) {
		return errNotLiteral
	}
	n, err := strconv.ParseUint(p.s[p.i+2:p.i+2+digits], base, 32)
	if err != nil || n > utf8.MaxRune || bytes && n >= utf8.RuneSelf {
		return errNotLiteral
	}
	text.WriteRune(rune(n))
	p.i += 2 + digits
	return nil
}
