package secret

import (
	"regexp"
	"strings"
)

// Masked is a text without the secrets that somebody has written into it, or that a program has
// printed. It has as many lines as before. When in doubt it masks.
func Masked(text string) string {
	var m Masker
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		lines[i] = m.Line(line)
	}
	return strings.Join(lines, "\n")
}

// A Masker masks the secrets in the lines of one text, one after another, as a secret may go on on
// the next line. The zero value is ready.
type Masker struct {
	pem    bool   // in a private key
	quote  string // that ends the string which is open
	depth  int    // of the brackets that are open behind a name
	lookup bool   // they are of a call that looks something up, and only its texts count
	key    bool   // what is looked up is still to come
	secret bool   // what is looked up is a secret, or is assigned to a secret's name
	next   bool   // the value is on the next line
	glue   bool   // another text may go on with the value
	deeper int    // lines further in than this one less than it go on with the value; 0 for none
	pair   int    // so many lines more may have the value of a name that stands before it
}

// Line returns the next line of the text, which is without its end, masked.
func (m *Masker) Line(line string) string {
	if out, ok := m.inKey(line); ok {
		return out
	}
	if out, ok := m.goesOn(line); ok {
		return out
	}
	if m.pair > 0 {
		m.pair--
		if v := pairValue.FindStringSubmatch(line); v != nil {
			m.pair = 0
			return v[1] + Mask
		}
	}
	lower := strings.ToLower(line)
	if hasAny(lower, nameWords) {
		if name := pairName.FindStringSubmatch(line); name != nil && isSecretName(name[1]) {
			m.pair = 4
			return line
		}
	}
	for _, p := range patterns {
		if hasAny(lower, p.words) {
			line = p.ReplaceAllString(line, "${1}"+Mask+"${2}")
		}
	}
	if !hasAny(lower, nameWords) {
		return line
	}
	return m.assignments(line, 0)
}

// indentOf is the blanks that a line begins with.
func indentOf(line string) string { return line[:len(line)-len(strings.TrimLeft(line, " \t"))] }

// hidden is a line of which only the room at its beginning is shown.
func hidden(line string) string {
	if strings.TrimSpace(line) == "" {
		return line
	}
	return indentOf(line) + Mask
}

var (
	beginKey = regexp.MustCompile(`(?i)-----BEGIN [^-]*(?:PRIVATE|SECRET|STATIC)[^-]*-----`)
	endKey   = regexp.MustCompile(`(?i)-----END [^-]*-----`)
)

// inKey masks private keys in PEM, on one line or over many.
func (m *Masker) inKey(line string) (string, bool) {
	head, rest := "", line
	if !m.pem {
		if !strings.Contains(line, "-----") {
			return "", false
		}
		begin := beginKey.FindStringIndex(line)
		if begin == nil {
			return "", false
		}
		m.pem, head, rest = true, line[:begin[1]], line[begin[1]:]
		if strings.TrimSpace(rest) == "" {
			return line, true
		}
	}
	end := endKey.FindStringIndex(rest)
	if end == nil {
		if head == "" {
			return hidden(line), true
		}
		return head + Mask, true
	}
	m.pem = false
	if strings.TrimSpace(rest[:end[0]]) == "" {
		return line, true
	}
	return head + indentOf(rest) + Mask + rest[end[0]:], true
}

var (
	beginsText = regexp.MustCompile(`^[+ \t]*(?:[rbfuRBFU]{0,2}["'])`)
	beginsName = regexp.MustCompile(`^[A-Za-z_]\w*(?:\[[^\]]*\])*[ \t]*=[^=]|^\[[\w:. -]+\]$`)
)

// goesOn masks a line on which the value of an earlier one goes on. ok is false where none does.
func (m *Masker) goesOn(line string) (out string, ok bool) {
	bare := strings.TrimSpace(line)
	if m.quote != "" {
		at := strings.Index(line, m.quote)
		if at < 0 {
			return hidden(line), true
		}
		end := at + len(m.quote)
		m.quote = ""
		return m.behind(indentOf(line)+Mask, line, end), true
	}
	if m.depth > 0 {
		if !beginsName.MatchString(line) {
			return m.inBrackets(line), true
		}
		m.depth, m.lookup = 0, false // a bracket that was none
	}
	if bare == "" {
		return line, m.next || m.deeper > 0
	}
	room := len(indentOf(line))
	switch {
	case m.next:
		m.next = false
		if m.deeper == 0 || room >= m.deeper || beginsText.MatchString(line) || strings.ContainsAny(bare[:1], "([{") {
			return m.value(indentOf(line), line, room, room), true
		}
		m.deeper = 0
	case m.glue && beginsText.MatchString(line):
		at := room + strings.IndexAny(line[room:], `"'`)
		if t, found := textAt(line, at); found && !assigned.MatchString(line[t.end:]) {
			return m.value(indentOf(line), line, room+len(line[room:])-len(strings.TrimLeft(line[room:], "+ \t")), room), true
		}
	case m.deeper > 0 && room >= m.deeper:
		return hidden(line), true
	}
	m.deeper, m.glue = 0, false
	return "", false
}

// inBrackets masks what stands on a line in brackets that an earlier one has opened.
func (m *Masker) inBrackets(line string) string {
	if m.lookup {
		out, end := m.texts(line, 0)
		return m.assignments(out, end)
	}
	end := m.close(line, 0)
	if m.depth > 0 {
		if strings.Trim(line, " \t()[]{},") == "" {
			return line
		}
		return hidden(line)
	}
	if strings.Trim(line[:end], " \t()[]{},") == "" {
		return m.behind(line[:end], line, end)
	}
	return m.behind(indentOf(line)+Mask+line[end-1:end], line, end)
}

// close follows brackets from a place on and returns where the last open one is closed, or the end
// of the line.
func (m *Masker) close(line string, from int) int {
	for i := from; i < len(line); i++ {
		switch c := line[i]; c {
		case '(', '[', '{':
			m.depth++
		case ')', ']', '}':
			if m.depth--; m.depth <= 0 {
				m.depth = 0
				return i + 1
			}
		case '"', '\'':
			if t, ok := textAt(line, i); ok {
				i = t.end - 1
			}
		case '#':
			if i > 0 && (line[i-1] == ' ' || line[i-1] == '\t') {
				return len(line)
			}
		}
	}
	return len(line)
}

// A literal is a text in quotes.
type literal struct {
	inner  string
	quote  string
	end    int // behind the closing quote
	closed bool
}

// textAt reads the text in quotes that begins at a place; ok is false where it does not end on the line.
func textAt(line string, at int) (t literal, ok bool) {
	if at >= len(line) || line[at] != '"' && line[at] != '\'' && line[at] != '`' {
		return literal{}, false
	}
	t.quote = line[at : at+1]
	if triple := strings.Repeat(t.quote, 3); strings.HasPrefix(line[at:], triple) {
		t.quote = triple
	}
	begin := at + len(t.quote)
	for i := begin; i < len(line); i++ {
		if line[i] == '\\' {
			i++
			continue
		}
		if strings.HasPrefix(line[i:], t.quote) {
			t.inner, t.end, t.closed = line[begin:i], i+len(t.quote), true
			return t, true
		}
	}
	t.inner, t.end = line[begin:], len(line)
	return t, false
}
