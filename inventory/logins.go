package inventory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"djship/secret"
)

// A loginName is what people write where ssh would take it: [ssh://]user@host[:port].
type loginName struct {
	user, rest string // rest is host[:port], with ranges as they stand
	secret     string // the password of user:password@host
}

// parseLogin takes a login apart; ok is false for what is none.
func parseLogin(s string) (l loginName, ok bool) {
	bare, url := strings.CutPrefix(s, "ssh://")
	if url {
		bare = strings.TrimSuffix(bare, "/")
	}
	at := strings.LastIndexByte(bare, '@')
	if at < 0 {
		return loginName{rest: bare}, url
	}
	l.user, l.rest = bare[:at], bare[at+1:]
	l.user, l.secret, _ = strings.Cut(l.user, ":")
	return l, true
}

// problem says what is wrong with a login that cannot be meant, "" where nothing is.
func (l loginName) problem() string {
	switch {
	case l.rest == "":
		return "there is no host behind the @"
	case l.secret != "":
		return "a password has no place before a host's name, give it with -k"
	}
	return ""
}

// line is the line of an INI inventory that means the login; after is what stands behind it.
func (l loginName) line(after string) string {
	text := l.rest
	if l.user != "" && !strings.Contains(after, "ansible_user=") && !strings.Contains(after, "ansible_ssh_user=") {
		text += " ansible_user=" + iniWord(l.user)
	}
	if after = strings.TrimSpace(after); after != "" {
		text += " " + maskLine(after)
	}
	return text
}

// iniWord is a value as a host line takes it.
func iniWord(s string) string {
	if strings.ContainsAny(s, " \t'\"\\#") {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return s
}

// login refuses a login in place of a host, and shows the line to write.
func (r *iniReader) login(words []word, text []rune, l loginName) {
	what, after := l.problem(), ""
	if len(words) > 1 {
		after = string(text[words[1].col:])
	}
	if what == "" {
		what = "a login is no host's name"
	}
	if l.rest != "" {
		what += ": expected " + l.line(after)
	}
	r.fail(words[0].col, "%s", what)
}

// login tells whether a name of YAML or JSON is a login, and refuses it with what to write.
func (r *yamlReader) login(p pair) bool {
	l, ok := parseLogin(p.key)
	if !ok {
		return false
	}
	what := l.problem()
	if what == "" {
		what = "a login is no host's name"
	}
	if l.rest != "" && l.user != "" {
		what += fmt.Sprintf(": expected the host %q with the variable ansible_user: %s", l.rest, l.user)
	}
	r.fail(p.at, "%s", what)
	return true
}

// listed reads one host of a list: host, host:port, user@host or user@host:port.
func (l *loader) listed(list, s string) {
	at := Pos{File: list}
	login, isLogin := parseLogin(s)
	if isLogin {
		if what := login.problem(); what != "" || login.user == "" && strings.Contains(s, "@") {
			if what == "" {
				what = "there is no user before the @"
			}
			if login.secret != "" {
				list = strings.ReplaceAll(list, ":"+login.secret+"@", ":"+secret.Mask+"@")
			}
			l.fail(&ParseError{Pos: Pos{File: list}, Msg: what + ": expected user@host or user@host:port"})
			return
		}
		s = login.rest
	}
	name, port, ok := splitPort(s)
	if !ok || strings.Contains(name, "[") {
		name, port = s, 0
	}
	h := l.inv.addHost(name, port, l.inv.group[ungroupedGroup], at)
	if login.user == "" {
		return
	}
	if v, ok := h.inline["ansible_user"]; ok && v.Pos == at && v.Raw != login.user {
		l.fail(&ParseError{Pos: at, Msg: fmt.Sprintf("%s is there with two logins, %s and %s: expected one", name, v.Raw, login.user)})
		return
	}
	h.inline["ansible_user"] = Value{Any: login.user, Raw: login.user, Pos: at}
}

// plainAddress refuses an address that has a login or a port in it.
func plainAddress(name, text string) error {
	if l, ok := parseLogin(text); ok && l.rest != "" && l.secret == "" {
		return fmt.Errorf("expected %s=%s ansible_user=%s", name, l.rest, l.user)
	}
	for _, m := range [][]string{bracketedPort.FindStringSubmatch(text), trailingPort.FindStringSubmatch(text)} {
		if m != nil {
			port, _ := strconv.Atoi(m[2])
			return fmt.Errorf("expected %s=%s ansible_port=%d", name, m[1], port)
		}
	}
	return nil
}

// A shortName is a variable that people write for one that says how to log in.
type shortName struct {
	means string
	plain bool // hardly anything else, so that it is told of groups' variables, too
}

var shortNames = func() map[string]shortName {
	names := map[string]shortName{}
	for means, lists := range map[string][2]string{ // what is plain, and what may be an application's own
		"ansible_user":             {"user ssh_user remote_user login_user ssh_username", "username login"},
		"ansible_port":             {"ssh_port", "port"},
		"ansible_host":             {"ssh_host ssh_hostname", "host hostname ip ip_address address addr"},
		"ansible_private_key_file": {"ssh_key ssh_key_file ssh_private_key ssh_private_key_file private_key_file identity_file identityfile", "key keyfile key_file private_key"},
		"ansible_password":         {"ssh_pass ssh_password", "pass password"},
		"ansible_become":           {"become sudo", ""},
		"ansible_become_user":      {"become_user sudo_user", ""},
		"ansible_become_method":    {"become_method", ""},
		"ansible_become_password":  {"become_pass become_password sudo_pass sudo_password", ""},
		"ansible_connection":       {"", "connection"},
		"ansible_ssh_common_args":  {"ssh_args ssh_common_args", ""},
	} {
		for i, list := range lists {
			for _, name := range strings.Fields(list) {
				names[name] = shortName{means, i == 0}
			}
		}
	}
	return names
}()

// namesLike are all names of the variable that name is one of.
func namesLike(name string) []string {
	for _, names := range connVars {
		if slices.Contains(names, name) {
			return names
		}
	}
	return []string{name}
}
