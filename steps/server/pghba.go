package server

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"djship/steps/model"
)

// hbaRule is a line of pg_hba.conf, as pg_hba_file_rules has it.
type hbaRule struct {
	Type     string
	Database []string
	User     []string `json:"user_name"`
	Address  string
	Netmask  string
	Method   string `json:"auth_method"`
	Map      string `json:"-"` // of peer
	Line     int    `json:"line_number"`
	File     string `json:"file_name"` // since PostgreSQL 16
	Error    string
}

// String is the rule as it is written, without options, which may hold secrets.
func (r hbaRule) String() string {
	if r.Type != "local" && r.Method == "" {
		return model.Shown(r.Type + " " + r.Address)
	}
	words := []string{r.Type, strings.Join(r.Database, ","), strings.Join(r.User, ","), r.Address, r.Method}
	if r.Netmask != "" {
		words[3] = r.Address + " " + r.Netmask
		if p, ok := r.prefix(); ok {
			words[3] = p.String()
		}
	}
	if r.Map != "" {
		words = append(words, "map="+r.Map)
	}
	return model.Shown(strings.Join(slices.DeleteFunc(words, func(w string) bool { return w == "" }), " "))
}

// passwordMethods are those by which a role gets in with its password, or with anything.
var passwordMethods = []string{"scram-sha-256", "md5", "password", "trust"}

// firstRule is the rule that PostgreSQL goes by when role comes to the database of its name: by TLS where the
// server has it, and where that is refused without.
func (t *pgTold) firstRule(role string, from netip.Addr, tls bool) (first hbaRule, found bool) {
	ways := []string{"hostnossl"}
	if tls {
		ways = []string{"hostssl", "hostnossl"}
	}
	for _, way := range ways {
		at := slices.IndexFunc(t.rules, func(r hbaRule) bool {
			return (r.Type == "host" || r.Type == way || r.Type == "hostnogssenc") && r.databaseIs(role, role) && r.userIs(role, t.groups) && r.from(from)
		})
		if at < 0 {
			continue
		}
		if r := t.rules[at]; !found || slices.Contains(passwordMethods, r.Method) {
			first, found = r, true
		}
		if slices.Contains(passwordMethods, first.Method) {
			break
		}
	}
	return first, found
}

func (r hbaRule) databaseIs(name, role string) bool {
	return slices.ContainsFunc(r.Database, func(d string) bool {
		switch d {
		case "all":
			return true
		case "sameuser", "samerole", "samegroup":
			return name == role
		case "replication":
			return false
		}
		return d == name || isPattern(d, name)
	})
}

func (r hbaRule) userIs(name string, groups []string) bool {
	return slices.ContainsFunc(r.User, func(u string) bool {
		if group, ok := strings.CutPrefix(u, "+"); ok {
			return group == name || slices.Contains(groups, group)
		}
		return u == "all" || u == name || isPattern(u, name)
	})
}

// isPattern tells whether word is a regular expression, as there are since PostgreSQL 16, that matches name.
func isPattern(word, name string) bool {
	text, ok := strings.CutPrefix(word, "/")
	if !ok {
		return false
	}
	pattern, err := regexp.Compile(text)
	return err == nil && pattern.MatchString(name)
}

// from tells whether the rule is for who comes from an address of the host itself.
func (r hbaRule) from(address netip.Addr) bool {
	switch r.Address {
	case "all", "samehost", "samenet", "localhost":
		return true
	}
	p, ok := r.prefix()
	return ok && p.Contains(address)
}

// prefix is the rule's range of addresses.
func (r hbaRule) prefix() (netip.Prefix, bool) {
	address, err := netip.ParseAddr(r.Address)
	mask, err2 := netip.ParseAddr(r.Netmask)
	if err != nil || err2 != nil || address.BitLen() != mask.BitLen() {
		return netip.Prefix{}, false
	}
	bits := 0
	for _, b := range mask.AsSlice() {
		for ; b&0x80 != 0; b <<= 1 {
			bits++
		}
	}
	return netip.PrefixFrom(address, bits), true
}

// localRule reads a line "local DATABASE USER METHOD" of pg_hba.conf. A line that includes a file counts as one
// for everybody.
func localRule(line string) (hbaRule, bool) {
	fields := hbaFields(line)
	switch {
	case len(fields) == 0:
		return hbaRule{}, false
	case strings.HasPrefix(fields[0][0], "include") && len(fields) == 2:
		return hbaRule{Type: fields[0][0], Database: []string{"all"}, User: []string{"all"}, Address: fields[1][0]}, true
	case fields[0][0] != "local" || len(fields) < 4:
		return hbaRule{}, false
	}
	r := hbaRule{Type: "local", Database: fields[1], User: fields[2], Method: fields[3][0]}
	for _, option := range fields[4:] {
		if name, ok := strings.CutPrefix(option[0], "map="); ok {
			r.Map = name
		}
	}
	return r, true
}

// forSuperuser tells whether the rule is for the role postgres in the database postgres.
func (r hbaRule) forSuperuser() bool {
	return r.databaseIs("postgres", "postgres") && r.userIs("postgres", nil)
}

// hbaFields are the fields of a line of pg_hba.conf, each a list with commas; quotes are taken off.
func hbaFields(line string) [][]string {
	var fields [][]string
	var word strings.Builder
	inWord, quoted, more := false, false, false
	end := func() {
		if !inWord {
			return
		}
		if more {
			fields[len(fields)-1] = append(fields[len(fields)-1], word.String())
		} else {
			fields = append(fields, []string{word.String()})
		}
		word.Reset()
		inWord, more = false, false
	}
	for _, c := range strings.TrimRight(line, "\r\n") {
		switch {
		case c == '"':
			quoted, inWord = !quoted, true
		case quoted:
			word.WriteRune(c)
		case c == '#':
			end()
			return fields
		case c == ' ' || c == '\t':
			end()
		case c == ',':
			end()
			more = len(fields) > 0
		default:
			word.WriteRune(c)
			inWord = true
		}
	}
	end()
	return fields
}
