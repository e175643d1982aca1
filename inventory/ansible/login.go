package ansible

import (
	"fmt"
	"strconv"
	"strings"

	"djship/inventory/python"
	"djship/inventory/source"
	"djship/secret"
)

// A loginName is what people write where ssh would take it: [ssh://]user@host[:port].
type loginName struct {
	user, hostPort string // rest is host[:port], with ranges as they stand
	password       string // the password of user:password@host
}

// parseLogin takes a login apart; ok is false for what is none.
func parseLogin(s string) (l loginName, ok bool) {
	bare, url := strings.CutPrefix(s, "ssh://")
	if url {
		bare = strings.TrimSuffix(bare, "/")
	}
	at := strings.LastIndexByte(bare, '@')
	if at < 0 {
		return loginName{hostPort: bare}, url
	}
	l.user, l.hostPort = bare[:at], bare[at+1:]
	l.user, l.password, _ = strings.Cut(l.user, ":")
	return l, true
}

// problem says what is wrong with a login that cannot be meant, "" where nothing is.
func (l loginName) problem() string {
	switch {
	case l.hostPort == "":
		return "there is no host behind the @"
	case l.password != "":
		return "a password has no place before a host's name, give it with -k"
	}
	return ""
}

// line is the line of an INI inventory that means the login; after is what stands behind it.
func (l loginName) line(after string) string {
	text := l.hostPort
	if l.user != "" && !strings.Contains(after, "ansible_user=") && !strings.Contains(after, "ansible_ssh_user=") {
		text += " ansible_user=" + iniWord(l.user)
	}
	if after = strings.TrimSpace(after); after != "" {
		text += " " + source.MaskLine(after)
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
func (r *iniReader) login(words []python.Word, text []rune, l loginName) {
	what, after := l.problem(), ""
	if len(words) > 1 {
		after = string(text[words[1].Col:])
	}
	if what == "" {
		what = "a login is no host's name"
	}
	if l.hostPort != "" {
		what += ": expected " + l.line(after)
	}
	r.fail(words[0].Col, "%s", what)
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
	if l.hostPort != "" && l.user != "" {
		what += fmt.Sprintf(": expected the host %q with the variable ansible_user: %s", l.hostPort, l.user)
	}
	r.fail(p.at, "%s", what)
	return true
}

// listedHost reads one host of a list: host, host:port, user@host or user@host:port.
func (l *loader) listedHost(list, s string) {
	at := source.Pos{File: list}
	login, isLogin := parseLogin(s)
	if isLogin {
		if what := login.problem(); what != "" || login.user == "" && strings.Contains(s, "@") {
			if what == "" {
				what = "there is no user before the @"
			}
			if login.password != "" {
				list = strings.ReplaceAll(list, ":"+login.password+"@", ":"+secret.Mask+"@")
			}
			l.fail(&source.ParseError{Pos: source.Pos{File: list}, Msg: what + ": expected user@host or user@host:port"})
			return
		}
		s = login.hostPort
	}
	name, port, ok := SplitPort(s)
	if !ok || strings.Contains(name, "[") {
		name, port = s, 0
	}
	h := l.inv.addHost(name, port, l.inv.group[Ungrouped], at)
	if login.user == "" {
		return
	}
	if v, ok := h.Inline["ansible_user"]; ok && v.Pos == at && v.Raw != login.user {
		l.fail(&source.ParseError{Pos: at, Msg: fmt.Sprintf("%s is there with two logins, %s and %s: expected one", name, v.Raw, login.user)})
		return
	}
	h.Inline["ansible_user"] = Value{Any: login.user, Raw: login.user, Pos: at}
}

// CheckAddress refuses an address that has a login or a port in it; name is the variable that
// holds it.
func CheckAddress(name, text string) error {
	if l, ok := parseLogin(text); ok && l.hostPort != "" && l.password == "" {
		return fmt.Errorf("expected %s=%s ansible_user=%s", name, l.hostPort, l.user)
	}
	for _, m := range [][]string{bracketedPort.FindStringSubmatch(text), trailingPort.FindStringSubmatch(text)} {
		if m != nil {
			port, _ := strconv.Atoi(m[2])
			return fmt.Errorf("expected %s=%s ansible_port=%d", name, m[1], port)
		}
	}
	return nil
}
