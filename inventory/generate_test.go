package inventory

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	generate = flag.Int("generate", 300, "with DJSHIP_SLOW=1: how many inventories to make up, each with patterns")
	seed     = flag.Uint64("seed", 1, "what to make them up from")
)

// maker makes up inventories and patterns of the parts that the grammar is made of, now and then
// of a wrong one.
type maker struct{ *rand.Rand }

func (m maker) one(of ...string) string { return of[m.IntN(len(of))] }

func (m maker) seldom() bool { return m.IntN(120) == 0 }

var valueParts = []string{
	"1", "0", "42", "007", "1_0", "0x1f", "1.5", ".5", "1e3", "-3", "+2", "2j", "True", "None", "yes", "no", "a", "b c",
	"'q'", `"d"`, `'a b'`, `"it's"`, "[1, 2]", "(1,)", "{'k': 1}", "{1}", "[", "]", "(", ")", "{", "}", ",", "#", " # c", ":",
	"=", `\`, `\n`, "r'x'", "...", "-", "+", "*", "é", "{{ x }}", "ab#cd", ";", "''", "1,2", "0b1", "1__0", "'''", "|",
}

func (m maker) value() string {
	var b strings.Builder
	for range 1 + m.IntN(3)*m.IntN(2) {
		b.WriteString(m.one(valueParts...))
	}
	return b.String()
}

func (m maker) hostValue() string {
	v := m.value()
	if strings.ContainsAny(v, " '\"\\") && !m.seldom() {
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

func (m maker) host() string {
	name := m.one("h1", "h2", "h3", "h4", "h[1:4]", "h[01:03]", "h[a:c]", "h[1:9:3]", "x.example.com", "h-[1:2].example.com",
		"192.0.2.1", "192.0.2.[1:3]", "2001:db8::1", "h_1", "h[a:b][1:2]")
	if m.IntN(6) == 0 {
		name += m.one(":22", ":2222", ":0022")
	}
	if m.seldom() {
		name += m.one("[", "]", "[1:", "[3:1]", "[a:1]", ":", "@", "'", `"`, `\`, "#", "[c:a]", "[01:2]")
	}
	return name
}

func (m maker) group() string { return m.one("g1", "g2", "g3", "g4", "g-5", "all", "ungrouped") }

func (m maker) inventory() string {
	var b strings.Builder
	for _, g := range []string{"g1", "g2", "g3", "g4", "g-5"} {
		if m.IntN(20) > 0 {
			fmt.Fprintf(&b, "[%s]\n%s\n", g, m.host())
		}
	}
	kind := ""
	for range 3 + m.IntN(15) {
		switch m.IntN(5) {
		case 0:
			kind = m.one("", "", ":vars", ":children", ":hosts")
			group := m.group()
			if kind == ":children" && !m.seldom() {
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
			if m.seldom() {
				child = m.one("g1", "all", "g2")
			}
			fmt.Fprintf(&b, "%s\n", child)
		default:
			b.WriteString(m.host())
			for range m.IntN(3) {
				fmt.Fprintf(&b, " %s=%s", m.one("v1", "v2", "v4"), m.hostValue())
			}
			b.WriteString("\n")
		}
		if m.seldom() {
			b.WriteString(m.one("[", "]", "[x", "x]", "[g1:x]\n", "=", "a b\n", "\u00a0", "[g9:vars]\n", "\v", "\u2028"))
		}
	}
	return b.String()
}

// varValue keeps a priority mostly a number.
func (m maker) varValue(before string) string {
	if strings.HasSuffix(strings.TrimRight(before[strings.LastIndexByte(before, '\n')+1:], " ="), "priority") && !m.seldom() {
		return m.one("1", "2", "10", "'3'", "-1")
	}
	return m.value()
}

func (m maker) pattern() string {
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

// TestGeneratedAgainstAnsible compares made-up inventories with what ansible-core says now.
func TestGeneratedAgainstAnsible(t *testing.T) {
	oracle := startOracle(t)
	m := maker{rand.New(rand.NewPCG(*seed, 0))}
	read, failed := 0, 0
	for n := range *generate {
		q := &question{name: fmt.Sprint(n), files: map[string]string{"hosts.ini": m.inventory()}, Sources: []string{"hosts.ini"}}
		for range 4 {
			q.Patterns = append(q.Patterns, m.pattern())
		}
		t.Run(q.name, func(t *testing.T) {
			q.lay(t)
			want := oracle.ask(t, q)
			got, inv, err := q.ask(t)
			if err != nil {
				failed++
			} else {
				read++
			}
			for p, diff := range differences(inv, want, got) {
				if !q.known(inv, p, want) && !knownError(err) {
					t.Errorf("%q (-ansible +djship):\n%s\ndjship's error: %v\n%s", p, diff, err, q.files["hosts.ini"])
				}
			}
		})
	}
	t.Logf("%d inventories read, %d refused", read, failed)
}

// known tells whether a pattern's difference is one of the table's: djship refuses a term that
// matches nothing or is beyond the end, and a selection of nothing.
func (q *question) known(inv *Inventory, p string, want answer) bool {
	if inv == nil || p == "" {
		return false
	}
	_, err := inv.Select(p)
	if err == nil {
		return false
	}
	if hosts := want.Patterns[p]; hosts == nil || len(*hosts) == 0 {
		return true
	}
	text := err.Error()
	return strings.Contains(text, "matches no host") || strings.Contains(text, "is beyond")
}

// knownError tells whether an inventory is refused for one of the table's reasons.
func knownError(err error) bool {
	var p *ParseError
	return errors.As(err, &p) && (strings.Contains(err.Error(), "no variable: expected") && strings.Contains(p.Text, " =") ||
		strings.Contains(err.Error(), "there is no host behind the @"))
}

// The maker makes both what can be read and what cannot.
func TestMaker(t *testing.T) {
	m := maker{rand.New(rand.NewPCG(1, 0))}
	read := 0
	for range 200 {
		if _, err := Load([]string{"-"}, strings.NewReader(m.inventory())); err == nil {
			read++
		}
	}
	if diff := cmp.Diff(true, read > 20 && read < 190); diff != "" {
		t.Errorf("of 200 inventories %d can be read", read)
	}
}
