package sshconfig

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/user"
	"strings"
)

// tokens are what ssh puts in the place of %h and its like.
type tokens struct {
	given, host, port, user string // the host as asked for, its HostName, port, login
	jump, alias             string // ProxyJump, HostKeyAlias
	me                      *user.User
}

// hostName are the tokens of HostName, where %h is the name as given.
func (t tokens) hostName(c byte) (string, bool) { return t.given, c == 'h' }

// proxy are the tokens of ProxyCommand.
func (t tokens) proxy(c byte) (string, bool) {
	switch c {
	case 'h', 'n', 'p', 'r':
		return t.file(c)
	}
	return "", false
}

// file are the tokens of files.
func (t tokens) file(c byte) (string, bool) {
	switch c {
	case 'h':
		return t.host, true
	case 'n':
		return t.given, true
	case 'p':
		return t.port, true
	case 'r':
		return t.user, true
	case 'u':
		return t.me.Username, true
	case 'd':
		return t.me.HomeDir, true
	case 'i':
		return t.me.Uid, true
	case 'j':
		return t.jump, true
	case 'k':
		if t.alias != "" {
			return t.alias, true
		}
		return t.given, true
	case 'l', 'L':
		name, err := os.Hostname()
		if c == 'L' {
			name, _, _ = strings.Cut(name, ".")
		}
		return name, err == nil
	case 'C':
		local, _ := t.file('l')
		sum := sha1.Sum([]byte(local + t.host + t.port + t.user + t.jump))
		return hex.EncodeToString(sum[:]), true
	}
	return "", false
}

// knownHosts are the tokens of KnownHostsCommand; those that only a running connection knows are
// not among them.
func (t tokens) knownHosts(c byte) (string, bool) {
	switch c {
	case 'H':
		name := t.host
		if t.alias != "" {
			name = t.alias
		} else if t.port != "22" {
			name = "[" + name + "]:" + t.port
		}
		return name, true
	case 'I':
		return "HOSTNAME", true
	}
	return t.file(c)
}

// expandTokens replaces every %c by what token says, and %% by a percent sign.
func expandTokens(s string, token func(byte) (string, bool)) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		if i++; i == len(s) {
			return "", fmt.Errorf("the last %% stands alone")
		}
		if s[i] == '%' {
			b.WriteByte('%')
			continue
		}
		text, ok := token(s[i])
		if !ok {
			return "", fmt.Errorf("%%%c is not supported here", s[i])
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// expandEnv replaces every ${NAME} by that environment variable, which must be set.
func expandEnv(s string) (string, error) {
	var b strings.Builder
	for {
		head, rest, found := strings.Cut(s, "${")
		b.WriteString(head)
		if !found {
			return b.String(), nil
		}
		name, tail, closed := strings.Cut(rest, "}")
		value, set := os.LookupEnv(name)
		if !closed || !set {
			return "", fmt.Errorf("environment variable %q is not set", name)
		}
		b.WriteString(value)
		s = tail
	}
}
