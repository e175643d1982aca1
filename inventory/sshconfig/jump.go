package sshconfig

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"djship/remote"
)

// jumpChain works out which hosts a host is reached through.
type jumpChain struct {
	config     *Config
	host       string   // the one that is to be reached
	everywhere Settings // see resolve
}

// hosts returns the hosts of a ProxyJump, the one that is dialled first at the head. That one may
// itself be behind others, by its own settings; the rest are reached through the one before. name is
// the host with that ProxyJump, depth how many such hosts there are before it.
func (j jumpChain) hosts(name string, jumps []hostQuery, from string, depth int) ([]remote.Endpoint, error) {
	if depth > maxJumps && len(jumps) > 0 {
		return nil, &SettingError{j.host, from, fmt.Sprintf("the chain of ProxyJump has no end: %s is behind yet another host", name), "see which jump host leads back to an earlier one"}
	}
	var chain []remote.Endpoint
	for i, q := range jumps {
		if !isHost(q.host) {
			return nil, &SettingError{j.host, from, fmt.Sprintf("jump host %q is no host", q), "write [user@]host[:port]"}
		}
		s := Settings{}
		s.Fill(j.everywhere)
		config, err := j.config.lookup(q)
		if err != nil {
			return nil, configRefused(q.host, err)
		}
		s.Fill(config)
		if i > 0 {
			delete(s, "proxycommand")
			s.Set("proxyjump", from, escapePercents(jumps[i-1].String()))
		}
		l, err := j.config.endpoint(q.host, q.host, s)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			if chain, err = j.hosts(q.host, l.jumps, s["proxyjump"].From, depth+1); err != nil {
				return nil, err
			}
		}
		chain = append(chain, l.Endpoint)
	}
	return chain, nil
}

// maxJumps is how often a jump host may be behind another by its own settings.
const maxJumps = 8

// parseJump reads one host of a ProxyJump: [user@]host[:port], also with ssh:// before it.
func parseJump(spec string) (hostQuery, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(spec), "ssh://"), "/")
	var q hostQuery
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		q.user, rest = rest[:i], rest[i+1:]
	}
	q.host = rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && (strings.Count(rest, ":") == 1 || strings.Contains(rest, "]:")) {
		q.host, q.port = rest[:i], rest[i+1:]
		port, err := ParsePort(q.port)
		if err != nil {
			return q, fmt.Errorf("jump host %q: port %q: %w", spec, q.port, err)
		}
		q.port = port
	}
	q.host = strings.TrimSuffix(strings.TrimPrefix(q.host, "["), "]")
	if !isHost(q.host) {
		return q, fmt.Errorf("jump host %q is no host", spec)
	}
	return q, nil
}

func isHost(name string) bool {
	return name != "" && !strings.ContainsAny(name, " /'\"`$\\;&<>|(){}") && name[0] != '-'
}

// String is the host as a ProxyJump has it.
func (q hostQuery) String() string {
	text := q.host
	if q.port != "" {
		text = net.JoinHostPort(q.host, q.port)
	}
	if q.user != "" {
		text = q.user + "@" + text
	}
	return text
}

// jumpToken is what %j stands for: the host that a ProxyJump ends with, as it is written.
func jumpToken(spec string) string {
	q, err := parseJump(spec[strings.LastIndexByte(spec, ',')+1:])
	if err != nil || spec == "none" {
		return ""
	}
	return q.host
}

// ParsePort returns a port in plain digits, read as ssh does: 022 is 22. With an error the text comes
// back as it is.
func ParsePort(text string) (string, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "+"), 10, 16)
	if err != nil || n == 0 {
		return text, fmt.Errorf("expected a port from 1 to 65535")
	}
	return strconv.FormatUint(n, 10), nil
}
