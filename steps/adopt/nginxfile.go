package adopt

import (
	"fmt"
	"strings"
	"unicode"
)

// A directive is one of an nginx file, as it was written: "listen 80" or, with a block, "location / { ... }".
type directive struct {
	words []string // with their quotes
	block []directive
	opens bool // it has a block, which may be empty
}

func (d directive) name() string { return d.words[0] }

// text is the directive in one line, without its block.
func (d directive) text() string { return strings.Join(d.words, " ") }

// write writes the directive as nginx reads it, indented by so many tabs.
func (d directive) write(b *strings.Builder, tabs int) {
	indent := strings.Repeat("\t", tabs)
	if !d.opens {
		fmt.Fprintf(b, "%s%s;\n", indent, d.text())
		return
	}
	fmt.Fprintf(b, "%s%s {\n", indent, d.text())
	for _, inner := range d.block {
		inner.write(b, tabs+1)
	}
	fmt.Fprintf(b, "%s}\n", indent)
}

// readNginx reads the text of an nginx file. What nginx would understand in another way is an error.
func readNginx(text string) ([]directive, error) {
	tokens, err := nginxTokens(text)
	if err != nil {
		return nil, err
	}
	all, rest, err := directives(tokens, 0)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("a } too many")
	}
	return all, err
}

// deepest is how deep blocks may be within others: server, location, if, and one more.
const deepest = 5

func directives(tokens []string, depth int) (all []directive, rest []string, err error) {
	var d directive
	for len(tokens) > 0 {
		token := tokens[0]
		tokens = tokens[1:]
		switch {
		case token == ";" && d.words != nil:
			all, d = append(all, d), directive{}
		case token == "{" && d.words != nil && depth < deepest:
			d.opens = true
			if d.block, tokens, err = directives(tokens, depth+1); err != nil {
				return nil, nil, err
			}
			if len(tokens) == 0 {
				return nil, nil, fmt.Errorf("%s has no end", d.text())
			}
			tokens = tokens[1:]
			all, d = append(all, d), directive{}
		case token == "}" && d.words == nil:
			return all, append([]string{token}, tokens...), nil
		case token == ";" || token == "{" || token == "}":
			return nil, nil, fmt.Errorf("a %s where none can be", token)
		default:
			d.words = append(d.words, token)
		}
	}
	if d.words != nil {
		return nil, nil, fmt.Errorf("%s has no end", d.text())
	}
	return all, nil, nil
}

// nginxTokens are the words of an nginx file and the signs ; { } between them, without remarks.
func nginxTokens(text string) ([]string, error) {
	var tokens []string
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case c == ';' || c == '{' || c == '}':
			tokens = append(tokens, string(c))
			i++
		default:
			n := wordEnd(text[i:])
			word := text[i : i+n]
			if n == 0 || strings.ContainsFunc(word, unicode.IsControl) || strings.ContainsRune(word, unicode.ReplacementChar) {
				return nil, fmt.Errorf("a word that begins with %.20q has no end, or a character that can not be shown", text[i:])
			}
			tokens = append(tokens, word)
			i += n
		}
	}
	return tokens, nil
}

// wordEnd is how long the word is with which a text begins; 0 where it has no end.
func wordEnd(text string) int {
	if quote := text[0]; quote == '"' || quote == '\'' {
		for i := 1; i < len(text); i++ {
			switch text[i] {
			case '\\':
				i++
			case quote:
				if i+1 < len(text) && !strings.ContainsRune(" \t\r\n;{)", rune(text[i+1])) {
					return 0
				}
				return i + 1
			}
		}
		return 0
	}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '$':
			if strings.HasPrefix(text[i:], "${") {
				i++
			}
		case ' ', '\t', '\r', '\n', ';', '{':
			return i
		}
	}
	return len(text)
}
