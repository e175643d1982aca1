package inventory

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"djship/inventory/glob"
	"djship/nearest"
)

// ErrEmptyPattern is a limit that was given and says nothing; Ansible would take all hosts.
var ErrEmptyPattern error = emptyPatternError{}

type emptyPatternError struct{}

func (emptyPatternError) Error() string { return "the limit is empty" }

// Hint says what to do next.
func (emptyPatternError) Hint() string { return "leave -l out to take all hosts, or write -l all" }

// A PatternError is a limit that cannot be meant.
type PatternError struct {
	Pattern string   // as given
	Term    string   // the part of it that is wrong; may be all of it
	Msg     string   // what is wrong
	Near    []string // names that are close to the term
}

func (e *PatternError) Error() string {
	if e.Term == e.Pattern {
		return fmt.Sprintf("limit %q: %s", e.Pattern, e.Msg)
	}
	return fmt.Sprintf("limit %q: %q %s", e.Pattern, e.Term, e.Msg)
}

// Hint says what to do next.
func (e *PatternError) Hint() string {
	return cmp.Or(nearest.Question(e.Near), "djship inventory --graph shows all hosts and groups")
}

// Select returns the hosts that a pattern names, in its order, each once. Terms are separated by
// commas, or by colons where there is no comma; hosts must be in every term with & before it and
// in none with ! before it. A term is a name, a glob, a regular expression behind ~, or @FILE with
// a term a line, and may end in a subscript such as [0], [-1] or [1:3]. A pattern that is @ and the name of
// a file that is there is that one term, whatever the name holds. An empty pattern is
// ErrEmptyPattern; a term that matches nothing, and a pattern that leaves no host, are a
// *PatternError.
func (i *Inventory) Select(pattern string) ([]*Host, error) {
	terms, err := readTerms(pattern)
	if err != nil {
		return nil, err
	}
	if len(terms) == 0 {
		return nil, ErrEmptyPattern
	}
	var hosts []*Host
	if rank(terms[0]) > 0 {
		hosts = i.Hosts()
	}
	var errs []error
	for _, t := range terms {
		found, err := i.match(t)
		if err != nil {
			err.Pattern = pattern
			errs = append(errs, err)
			continue
		}
		in := map[*Host]bool{}
		for _, h := range found {
			in[h] = true
		}
		switch rank(t) {
		case 0:
			hosts = append(hosts, found...)
		case 1:
			hosts = slices.DeleteFunc(hosts, func(h *Host) bool { return !in[h] })
		case 2:
			hosts = slices.DeleteFunc(hosts, func(h *Host) bool { return in[h] })
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if hosts = unique(hosts); len(hosts) == 0 {
		return nil, &PatternError{Pattern: pattern, Term: pattern, Msg: "no host is left"}
	}
	return hosts, nil
}

var subscripted = regexp.MustCompile(`^(.+)\[(?:(-?[0-9]+)|([0-9]+)[:-]([0-9]*))\]$`)

// match returns the hosts of one term, whatever stands before it.
func (i *Inventory) match(term string) ([]*Host, *PatternError) {
	if h := i.Host(term); h != nil {
		return []*Host{h}, nil
	}
	expr := term
	if rank(term) > 0 {
		expr = term[1:]
	}
	if expr == "" {
		return nil, &PatternError{Term: term, Msg: "has no name behind it"}
	}
	var sub []string
	if expr[0] != '~' {
		if sub = subscripted.FindStringSubmatch(expr); sub != nil {
			expr = sub[1]
		}
	}
	hosts, known, err := i.enumerate(expr)
	switch {
	case err != nil:
		return nil, &PatternError{Term: term, Msg: err.Error()}
	case !known:
		return nil, &PatternError{Term: term, Msg: "matches no host and no group", Near: similarNames(i.Inventory, expr[strings.LastIndexByte(expr, '@')+1:])}
	case sub == nil || len(hosts) == 0:
		return hosts, nil
	}
	picked, ok := subscript(hosts, sub[2], sub[3], sub[4])
	if !ok {
		return nil, &PatternError{Term: term, Msg: fmt.Sprintf("is beyond the %d hosts of %s", len(hosts), expr)}
	}
	return picked, nil
}

// subscript picks one host, counted from the end where index is negative, or those from first to
// last; a last beyond the end, or none, is the end.
func subscript(hosts []*Host, index, first, last string) ([]*Host, bool) {
	if index != "" {
		n, err := strconv.Atoi(index)
		if n < 0 {
			n += len(hosts)
		}
		if err != nil || n < 0 || n >= len(hosts) {
			return nil, false
		}
		return hosts[n : n+1], true
	}
	a, err := strconv.Atoi(first)
	b, endErr := strconv.Atoi(last)
	if endErr != nil || b >= len(hosts) {
		b = len(hosts) - 1
	}
	if err != nil || a > b {
		return nil, false
	}
	return hosts[a : b+1], true
}

// enumerate returns the hosts of the groups whose names match and, where none does or the
// expression is no plain word, the hosts whose names match. It tells whether any name did.
func (i *Inventory) enumerate(expr string) (hosts []*Host, known bool, err error) {
	matches, err := matcher(expr)
	if err != nil {
		return nil, false, err
	}
	for _, g := range i.Groups() {
		if matches(g.Name) {
			known = true
			hosts = append(hosts, g.AllHosts()...)
		}
	}
	if known && expr[0] != '~' && !strings.ContainsAny(expr, ".?*[") {
		return hosts, true, nil
	}
	for _, h := range i.HostsInOrder() {
		if matches(h.Name) {
			known = true
			hosts = append(hosts, h)
		}
	}
	return hosts, known, nil
}

// matcher returns a test for names: a regular expression that must match at the beginning, or a
// glob that must match the whole.
func matcher(expr string) (func(string) bool, error) {
	if expr[0] != '~' {
		g := glob.Parse(expr)
		return func(name string) bool { return g.Match(name) }, nil
	}
	re, err := regexp.Compile(`^(?:` + expr[1:] + `)`)
	if err != nil {
		return nil, fmt.Errorf("is no regular expression that djship reads (RE2): %w", err)
	}
	return re.MatchString, nil
}

func unique(hosts []*Host) []*Host {
	seen := map[*Host]bool{}
	return slices.DeleteFunc(hosts, func(h *Host) bool {
		again := seen[h]
		seen[h] = true
		return again
	})
}
