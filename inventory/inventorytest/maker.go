package inventorytest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A Maker makes up inventories and patterns of the parts that the grammar is made of, now and then
// of a wrong one. The same seed makes the same.
type Maker struct{ *rand.Rand }

func (m Maker) one(of ...string) string { return of[m.IntN(len(of))] }

func (m Maker) rarely() bool { return m.IntN(120) == 0 }

// ValueParts are what values are made of.
var ValueParts = []string{
	"1", "0", "42", "007", "1_0", "0x1f", "1.5", ".5", "1e3", "-3", "+2", "2j", "True", "None", "yes", "no", "a", "b c",
	"'q'", `"d"`, `'a b'`, `"it's"`, "[1, 2]", "(1,)", "{'k': 1}", "{1}", "[", "]", "(", ")", "{", "}", ",", "#", " # c", ":",
	"=", `\`, `\n`, "r'x'", "...", "-", "+", "*", "é", "{{ x }}", "ab#cd", ";", "''", "1,2", "0b1", "1__0", "'''", "|",
}

// Value is a value as it stands in a :vars section.
func (m Maker) Value() string {
	var b strings.Builder
	for range 1 + m.IntN(3)*m.IntN(2) {
		b.WriteString(m.one(ValueParts...))
	}
	return b.String()
}

func (m Maker) hostValue() string {
	v := m.Value()
	if strings.ContainsAny(v, " '\"\\") && !m.rarely() {
		return "'" + strings.ReplaceAll(v, "'", `'\''`) + "'"
	}
	switch m.IntN(4) {
	case 0:
		return `"` + v + `"`
	case 1:
		return `'` + v + `'`
	}
	return v
}

// Host is the first word of a host line.
func (m Maker) Host() string {
	name := m.one("h1", "h2", "h3", "h4", "h[1:4]", "h[01:03]", "h[a:c]", "h[1:9:3]", "x.example.com", "h-[1:2].example.com",
		"192.0.2.1", "192.0.2.[1:3]", "2001:db8::1", "h_1", "h[a:b][1:2]")
	if m.IntN(6) == 0 {
		name += m.one(":22", ":2222", ":0022")
	}
	if m.rarely() {
		name += m.one("[", "]", "[1:", "[3:1]", "[a:1]", ":", "@", "'", `"`, `\`, "#", "[c:a]", "[01:2]")
	}
	return name
}

func (m Maker) group() string { return m.one("g1", "g2", "g3", "g4", "g-5", "all", "ungrouped") }

// Inventory is an INI inventory.
func (m Maker) Inventory() string {
	var b strings.Builder
	for _, g := range []string{"g1", "g2", "g3", "g4", "g-5"} {
		if m.IntN(20) > 0 {
			fmt.Fprintf(&b, "[%s]\n%s\n", g, m.Host())
		}
	}
	kind := ""
	for range 3 + m.IntN(15) {
		switch m.IntN(5) {
		case 0:
			kind = m.one("", "", ":vars", ":children", ":hosts")
			group := m.group()
			if kind == ":children" && !m.rarely() {
				group = m.one("g1", "g2", "all")
			}
			fmt.Fprintf(&b, "%s[%s%s]%s\n", m.one("", " "), group, kind, m.one("", "", " # c", "  "))
			continue
		case 1:
			b.WriteString(m.one("\n", "# c\n", "; c\n", "  \n"))
		}
		switch kind {
		case ":vars":
			fmt.Fprintf(&b, "%s%s=%s%s\n", m.one("v1", "v2", "v3", "ansible_group_priority"), m.one("", " "), m.one("", " "), m.varValue(b.String()))
		case ":children":
			child := m.one("g3", "g4", "g-5", "g3", "g4", "g-5", "g2")
			if m.rarely() {
				child = m.one("g1", "all", "g2")
			}
			fmt.Fprintf(&b, "%s\n", child)
		default:
			b.WriteString(m.Host())
			for range m.IntN(3) {
				fmt.Fprintf(&b, " %s=%s", m.one("v1", "v2", "v4"), m.hostValue())
			}
			b.WriteString("\n")
		}
		if m.rarely() {
			b.WriteString(m.one("[", "]", "[x", "x]", "[g1:x]\n", "=", "a b\n", "\u00a0", "[g9:vars]\n", "\v", "\u2028"))
		}
	}
	return b.String()
}

// varValue keeps a priority mostly a number.
func (m Maker) varValue(before string) string {
	if strings.HasSuffix(strings.TrimRight(before[strings.LastIndexByte(before, '\n')+1:], " ="), "priority") && !m.rarely() {
		return m.one("1", "2", "10", "'3'", "-1")
	}
	return m.Value()
}

// Pattern is a limit.
func (m Maker) Pattern() string {
	var b strings.Builder
	sep := m.one(",", ":", ", ")
	for i := range 1 + m.IntN(4) {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(m.one("", "", "", "&", "!"))
		b.WriteString(m.one("g1", "g2", "g3", "g4", "g-5", "all", "h1", "h2", "h*", "g*", "*", "g?", "g[12]", "h[!1]", "~g[12]", "~h", "*.example.com", "192.0.2.*", "h0*", "[gh]1"))
		b.WriteString(m.one("", "", "", "", "[0]", "[-1]", "[1]", "[0:1]", "[1:]", "[0:9]"))
	}
	return b.String()
}
