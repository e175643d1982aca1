package ansible

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"djship/inventory/python"
	"djship/inventory/source"
)

const (
	spaces = `[\s\v\x1c-\x1f\x{85}\pZ]`
	nameRE = `([^:\]\s\v\x1c-\x1f\x{85}\pZ]+)`
	// What may follow a section header or a child's name.
	remark = spaces + `*(?:#.*)?$`
)

var (
	sectionLine = regexp.MustCompile(`^\[` + nameRE + `(?::([\pL\pN_]+))?\]` + remark)
	childLine   = regexp.MustCompile(`^` + nameRE + remark)
)

// iniReader reads one INI file into an inventory.
type iniReader struct {
	inv  *Inventory
	file string
	errs []*source.ParseError

	line   int
	text   string        // the line as written
	indent int           // blanks before it, in characters
	words  []python.Word // room for a line's

	group   *Group
	kind    string                 // of the section: hosts, children or vars
	pending []*undeclared          // groups that are used and not declared so far
	waiting map[string]*undeclared // the same by name
}

// undeclared is a group that was named as a child, or given variables, before it was declared.
type undeclared struct {
	err     *source.ParseError
	parents []*Group
	at      []*source.ParseError // where each parent named it
	found   bool
}

// readINI adds what data says to inv and returns everything that is wrong with it.
func readINI(inv *Inventory, file string, data []byte) []error {
	r := &iniReader{inv: inv, file: file, kind: "hosts", waiting: map[string]*undeclared{}}
	r.group = inv.group[Ungrouped]
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for _, text := range python.Lines(string(data)) {
		r.line++
		r.text = text
		body := strings.TrimFunc(text, python.IsSpace)
		if body == "" || body[0] == '#' || body[0] == ';' {
			continue
		}
		r.indent = utf8.RuneCountInString(text[:strings.Index(text, body)])
		if !utf8.ValidString(text) {
			r.fail(0, "the line is not UTF-8")
			continue
		}
		r.read(body)
	}
	for _, u := range r.pending {
		if !u.found {
			r.errs = append(r.errs, u.err)
		}
	}
	slices.SortStableFunc(r.errs, func(a, b *source.ParseError) int { return a.Pos.Line - b.Pos.Line })
	errs := make([]error, len(r.errs))
	for i, err := range r.errs {
		errs[i] = err
	}
	return errs
}

func (r *iniReader) fail(col int, format string, args ...any) {
	r.errs = append(r.errs, r.problem(col, format, args...))
}

// problem is what is wrong at a column, counted from 0 behind the indent.
func (r *iniReader) problem(col int, format string, args ...any) *source.ParseError {
	return &source.ParseError{Pos: r.pos(col), Text: strings.ToValidUTF8(r.text, "\ufffd"), Msg: fmt.Sprintf(format, args...)}
}

// quote is a part of the line for a message, unless the line holds a password.
func (r *iniReader) quote(part string) string {
	if source.MaskLine(r.text) != r.text {
		return "this"
	}
	return strconv.Quote(part)
}

func (r *iniReader) pos(col int) source.Pos {
	return source.Pos{File: r.file, Line: r.line, Col: r.indent + col + 1}
}

func (r *iniReader) read(body string) {
	if body[0] == '[' {
		if m := sectionLine.FindStringSubmatch(body); m != nil {
			r.section(m[1], m[2])
			return
		}
	}
	if body[0] == '[' && strings.HasSuffix(body, "]") {
		r.fail(0, "%s is no section: expected [GROUP], [GROUP:children] or [GROUP:vars], without blanks", r.quote(body))
		return
	}
	switch r.kind {
	case "vars":
		r.variable(body)
	case "children":
		r.child(body)
	case "hosts":
		r.host(body)
	}
}

// section begins a section; the lines of one that makes no sense are passed over.
func (r *iniReader) section(name, kind string) {
	r.kind = kind
	switch kind {
	case "":
		r.kind = "hosts"
	case "hosts", "children", "vars":
	default:
		r.kind = "unknown"
		r.fail(utf8.RuneCountInString(name)+2, "section [%s:%s] is of no known kind: expected :children, :vars or :hosts", name, kind)
		return
	}
	known := r.inv.group[name] != nil
	r.group = r.inv.addGroup(name, r.pos(1))
	u := r.waiting[name]
	switch {
	case r.kind != "vars" && u != nil:
		r.declare(name, u)
	case r.kind == "vars" && u == nil && !known:
		r.await(name, r.problem(1, "group %q has variables and is declared nowhere: expected a section [%s] or [%s:children]", name, name, name))
	}
}

func (r *iniReader) await(name string, err *source.ParseError) *undeclared {
	u := &undeclared{err: err}
	r.waiting[name] = u
	r.pending = append(r.pending, u)
	return u
}

// declare puts the group below those that named it as their child.
func (r *iniReader) declare(name string, u *undeclared) {
	u.found = true
	delete(r.waiting, name)
	for i, parent := range u.parents {
		if err := parent.addChild(r.group); err != nil {
			u.at[i].Msg = err.Error()
			r.errs = append(r.errs, u.at[i])
		}
	}
}

func (r *iniReader) child(body string) {
	m := childLine.FindStringSubmatch(body)
	if m == nil {
		r.fail(0, "%s is not a group's name: expected one name a line, without blanks and colons", r.quote(body))
		return
	}
	name := m[1]
	if child := r.inv.group[name]; child != nil {
		if err := r.group.addChild(child); err != nil {
			r.fail(0, "%v", err)
		}
		return
	}
	u := r.waiting[name]
	at := r.problem(0, "group %q is declared nowhere: expected a section [%s] or [%s:children]", name, name, name)
	if u == nil {
		u = r.await(name, at)
	}
	again := *at
	u.parents = append(u.parents, r.group)
	u.at = append(u.at, &again)
}

func (r *iniReader) variable(body string) {
	name, value, found := strings.Cut(body, "=")
	if !found {
		r.fail(0, "no variable: expected NAME=VALUE in section [%s:vars]", r.group.Name)
		return
	}
	col := utf8.RuneCountInString(body[:len(body)-len(strings.TrimLeftFunc(value, python.IsSpace))])
	name, value = strings.TrimFunc(name, python.IsSpace), strings.TrimFunc(value, python.IsSpace)
	if text, ok := python.Literal(value).(string); ok && strings.Contains(text, " #") {
		r.inv.warn(r.pos(col), "put the remark on a line of its own", "a remark behind a value in a :vars section is part of the value of %q", name)
	}
	if name == "" {
		r.fail(0, "no name before the =: expected NAME=VALUE")
		return
	}
	if err := r.group.setVar(name, Value{python.Literal(value), value, r.pos(0)}); err != nil {
		r.fail(col, "%v", err)
	}
}

func (r *iniReader) host(body string) {
	words, ok := python.SplitPlainWords(r.words[:0], body)
	r.words = words
	if !ok {
		text := []rune(body)
		all, end, bad := python.SplitWords(text)
		if bad != nil {
			r.fail(bad.Col, "%s", bad.What)
			return
		}
		if end < len(text) && !python.IsSpace(text[end-1]) {
			r.inv.warn(r.pos(end), "put the value into quotes", "a # within a word begins a comment: the rest of the line is passed over")
		}
		words = all
	}
	if l, ok := parseLogin(words[0].Text); ok {
		r.login(words, []rune(body), l)
		return
	}
	names, port, err := expandHosts(words[0].Text)
	if err != nil && body[0] == '[' {
		r.fail(0, "%s is no section: expected [GROUP], [GROUP:children] or [GROUP:vars], and nothing behind it but a # remark", r.quote(body))
		return
	}
	if err != nil {
		r.fail(words[0].Col, "%v: expected a host, with a port or a range like web[1:3] if need be", err)
		return
	}
	vars := make(Vars, len(words)-1)
	for _, w := range words[1:] {
		name, value, found := strings.Cut(w.Text, "=")
		if !found || name == "" {
			r.fail(w.Col, "%s is no variable: expected NAME=VALUE, in quotes where VALUE has blanks", r.quote(w.Text))
			continue
		}
		vars[name] = Value{python.Literal(value), value, r.pos(w.Col)}
	}
	if len(names) == 0 {
		r.inv.warn(r.pos(words[0].Col), "write the smaller number first", "range %q is empty: it stands for no host", words[0].Text)
	}
	for _, name := range names {
		h := r.inv.addHost(name, port, r.group, r.pos(words[0].Col))
		if len(names) == 1 && len(h.Inline) == 0 {
			h.Inline = vars
			continue
		}
		for k, v := range vars {
			h.Inline[k] = v
		}
	}
}
