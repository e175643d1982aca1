package secret

import (
	"regexp"
	"strings"
)

var (
	// assignment is a name and what says that a value follows.
	assignment = regexp.MustCompile(`([\w.$@-]+)(?:\\*["'\]])*(?:[ \t]*(?:===?|!==?|=>|=~|:=|[?+|]=|=|:)[ \t]*|\()`)
	assigned   = regexp.MustCompile(`^[ \t]*[:=]`)
	// lookups are calls whose first argument tells what is looked up, and whose others may be what it
	// is where there is none.
	lookups = regexp.MustCompile(`(?:^|\.)(?:environ\.(?:get|setdefault|pop)|getenv|get_?env\w*|env(?:\.[a-z_]+)?|config(?:\.get)?|fetch|getattr)$`)
	// elsewhere is a value that only tells where the secret is, or that there is none.
	elsewhere = regexp.MustCompile(`^(?:\$\w+|\$\{\w+\}|\$\(cat [\w./-]+\)|\$?\{\{[\w. ]*\}\}|%\(\w+\)s|%\w+%|)$`)
	noValue   = regexp.MustCompile(`^(?:None|[Tt]rue|[Ff]alse|null|~|0|1|yes|no|on|off)[ \t]*[,;)]*$`)
	fallback  = regexp.MustCompile(`^(\$\{\w+:?[-=])[^{}]*(\})$`)
	// asks is code that asks the environment, and goes on with anything.
	asks      = regexp.MustCompile(`^[\w.]*\b(?:environ|getenv|get_?env\w*|env|config|fetch|getattr)(?:\.\w+)*[(\[][ \t]*(?:[rbfuRBFU]{0,2}["']|$)|^(?:open|Path|read\w*)\(["']`)
	scheme    = regexp.MustCompile(`(?i)^(?:basic|bearer|token|digest|negotiate|apikey)[ \t]+`)
	block     = regexp.MustCompile(`^[|>][-+0-9]*(?:[ \t]+#.*)?$`)
	statement = regexp.MustCompile(`^[ \t]*(?:async[ \t]+)?(?:class|def|if|elif|else|for|while|with|try|except|finally|lambda|case|match)\b`)
	method    = regexp.MustCompile(`^\.\w+\(`)
	notAValue = regexp.MustCompile(`(?:^|[_-])(?:file|path|dir)$|(?i:file|path|dir)$`)
)

// assignments masks the values of secrets' names on a line from a place on.
func (m *Masker) assignments(line string, from int) string {
	for from < len(line) {
		at := assignment.FindStringSubmatchIndex(line[from:])
		if at == nil {
			break
		}
		name, begin := line[from+at[2]:from+at[3]], from+at[1]
		call := line[begin-1] == '('
		switch {
		case call && lookups.MatchString(name):
			m.depth, m.lookup, m.key, m.secret = 1, true, true, false
			line, from = m.texts(line, begin)
			if !m.key && !m.secret { // of no secret, and what stands in it is as everywhere
				m.depth, m.lookup, from = 0, false, begin
			}
		case !isSecretName(name), call && statement.MatchString(line), notAValue.MatchString(name) && pathAt(line[begin:]):
			from = begin
		case call:
			m.depth = 1
			line, from = m.bracketed(line, begin)
		default:
			return m.value(line[:begin], line, begin, from+at[2]) // which goes on behind it
		}
	}
	return line
}

// pathAt tells whether a value is a path.
func pathAt(value string) bool {
	value = strings.TrimLeft(value, `"'`)
	return strings.HasPrefix(value, "/") || strings.HasPrefix(value, "~/") || strings.HasPrefix(value, "./")
}

// bracketed masks what stands in the brackets that are open at a place.
func (m *Masker) bracketed(line string, begin int) (string, int) {
	end := m.close(line, begin)
	inner, rest := line[begin:end], line[end:]
	if m.depth == 0 && end > begin {
		inner, rest = line[begin:end-1], line[end-1:]
	}
	if strings.Trim(inner, " \t()[]{},\\") != "" {
		inner = Mask
	}
	line = line[:begin] + inner + rest
	return line, len(line) - len(rest)
}

// value masks the value that begins at a place of a line and returns the whole of it, with out for what is
// before. name is where its name begins.
func (m *Masker) value(out, line string, at, name int) string {
	v := strings.TrimRight(line[at:], " \t\r")
	room := len(indentOf(line))
	switch {
	case v == "" || v == `\` || strings.HasPrefix(v, "#") && at > name:
		m.next = !statement.MatchString(line) || v == `\`
		if m.deeper = room + 1; v == `\` {
			m.deeper = 0
		}
		return out + line[at:]
	case block.MatchString(v):
		m.deeper = room + 1
		return out + line[at:]
	case asks.MatchString(v):
		m.depth, m.lookup, m.key, m.secret = 0, true, true, true
		masked, end := m.texts(line, at)
		return out + masked[at:end] + m.assignments(masked[end:], 0)
	case strings.ContainsAny(v[:1], "([{") && !strings.HasPrefix(v, "{{"):
		m.depth = 1
		masked, end := m.bracketed(line, at+1)
		return m.behind(out+masked[at:end], masked, end)
	}
	if t := at + len(v) - len(strings.TrimLeft(v, "rbfuRBFU\\")); t-at <= 3 {
		if text, closed := textAt(line, t); text.quote != "" {
			return m.text(out, line, at, text, closed)
		}
	}
	return m.bare(out, line, at, name)
}

// text masks a value in quotes.
func (m *Masker) text(out, line string, at int, t literal, closed bool) string {
	kind := ""
	if isHeader(out) {
		kind = scheme.FindString(t.inner)
	}
	switch keep := fallback.FindStringSubmatch(t.inner); {
	case !closed:
		m.quote = t.quote
		return out + Mask
	case elsewhere.MatchString(t.inner):
		out += line[at:t.end]
	case keep != nil:
		out += t.quote + keep[1] + Mask + keep[2] + t.quote
	case kind != "":
		out += t.quote + kind + Mask + t.quote
	default:
		out += Mask
	}
	return m.behind(out, line, t.end)
}

// behind goes on behind a value: what belongs to it, too, is dropped, and there may be other names.
func (m *Masker) behind(out, line string, end int) string {
	for rest := line[end:]; rest != ""; rest = line[end:] {
		trimmed := strings.TrimLeft(rest, " \t+%")
		more := strings.TrimLeft(trimmed, "rbfuRBFU")
		switch {
		case strings.HasPrefix(trimmed, "#") && trimmed != rest:
			return out + rest[:len(rest)-len(trimmed)] + "# " + Mask
		case method.MatchString(rest):
			m.depth = 1
			masked, at := m.bracketed(line, end+len(method.FindString(rest)))
			out, line, end = out+masked[end:at], masked, at
		case strings.TrimRight(trimmed, " \t\r") == `\`:
			m.next, m.deeper = true, 0
			return out + rest
		case more != "" && len(trimmed)-len(more) <= 2 && strings.ContainsAny(more[:1], `"'`):
			t, closed := textAt(line, len(line)-len(more))
			if assigned.MatchString(line[t.end:]) && closed {
				return out + rest[:len(rest)-len(trimmed)] + m.assignments(trimmed, 0)
			}
			if !closed {
				m.quote = t.quote
				return out
			}
			if !strings.HasSuffix(out, Mask) {
				out += Mask
			}
			end = t.end
		case !strings.ContainsAny(rest[:1], " \t\r,;)]}#&|:.+-*/<>=\\"):
			word := strings.IndexAny(rest, " \t,;")
			if word < 0 {
				word = len(rest)
			}
			out, end = strings.TrimSuffix(out, Mask)+Mask, end+word
		default:
			return out + m.assignments(rest, 0)
		}
	}
	m.glue = true
	return out
}

// bare masks a value without quotes: to the end of the line, or of the text or URL that it is in.
func (m *Masker) bare(out, line string, at, name int) string {
	v := line[at:]
	end := len(v)
	if name > 0 && strings.ContainsAny(line[name-1:name], "?&") {
		if i := strings.IndexAny(v, "&\"' \t;<>"); i >= 0 {
			end = i
		}
	} else if q := around(line, name); q != 0 {
		if i := strings.IndexByte(v, q); i >= 0 && (i+1 == len(v) || !isWord(v[i+1])) {
			end = i
		}
	}
	rest := v[end:]
	v = v[:end]
	tail := ""
	if rest == "" {
		body := strings.TrimRight(v, " \t\r,;")
		if cut, ok := strings.CutSuffix(body, `\`); ok {
			m.next, m.deeper = true, 0
			body = strings.TrimRight(cut, " \t")
		} else if !statement.MatchString(line) {
			m.deeper = len(indentOf(line)) + 1
		}
		v, tail = body, v[len(body):]
	}
	kind := ""
	if isHeader(out) {
		kind = scheme.FindString(v)
	}
	switch keep := fallback.FindStringSubmatch(v); {
	case elsewhere.MatchString(v), noValue.MatchString(v):
		out += v
		m.deeper = 0
	case keep != nil:
		out += keep[1] + Mask + keep[2]
	default:
		out += kind + Mask
	}
	return out + tail + m.assignments(rest, 0)
}

// around is the quote of the text that a place of a line is in, 0 outside of texts.
func around(line string, at int) byte {
	var open byte
	for i := 0; i < at && i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\':
			i++
		case open == c:
			open = 0
		case open == 0 && (c == '"' || c == '\'' && (i == 0 || !isWord(line[i-1]))):
			open = c
		}
	}
	return open
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// texts masks the texts of a call that looks something up, from a place on: all but what is looked up, where that
// is a secret. It returns where the call ends.
func (m *Masker) texts(line string, from int) (string, int) {
	whole := m.secret && m.depth == 0 // an expression, to its end
	for i := from; i < len(line); i++ {
		switch c := line[i]; c {
		case '(', '[', '{':
			m.depth++
		case ')', ']', '}':
			if m.depth--; m.depth <= 0 {
				m.depth, m.lookup = 0, false
				if !whole {
					return line, i + 1
				}
			}
		case '"', '\'':
			t, closed := textAt(line, i)
			switch {
			case m.key:
				m.key = false
				m.secret = m.secret || isSecretName(t.inner)
			case m.secret && !closed:
				m.quote = t.quote
				return line[:i] + Mask, i + len(Mask)
			case m.secret && t.inner != "":
				line = line[:i] + Mask + line[t.end:]
				t.end = i + len(Mask)
			}
			i = t.end - 1
		case '\\':
			if m.secret && strings.TrimSpace(line[i:]) == `\` {
				m.next, m.deeper = true, 0
			}
		}
	}
	m.lookup = m.depth > 0
	return line, len(line)
}
