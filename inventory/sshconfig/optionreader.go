package sshconfig

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"djship/remote"
)

// optionReader reads options as the types they have, and keeps the first error.
type optionReader struct {
	host  string
	s     Settings
	shown map[string][]string // values with their tokens filled in, by option
	err   error
}

func (r *optionReader) get(option string) string { return strings.ToLower(r.s.Get(option)) }

func (r *optionReader) fail(option, hint, format string, args ...any) {
	if r.err == nil {
		r.err = &SettingError{r.host, r.s[option].From, fmt.Sprintf(format, args...), hint}
	}
}

// refuse fails where an option has a value that djship cannot act on.
func (r *optionReader) refuse(option, value, msg, hint string) {
	if r.s.Get(option) == value {
		r.fail(option, hint, "%s", msg)
	}
}

func (r *optionReader) number(option string, most int) int {
	v := r.s.Get(option)
	if v == "" {
		return 0
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > most || option == "port" && n == 0 {
		r.fail(option, "write a number", "%s %q is not a number up to %d", option, v, most)
	}
	return n
}

func (r *optionReader) flag(option string) bool {
	switch v := r.get(option); v {
	case "yes", "true":
		return true
	case "no", "false", "":
	default:
		r.fail(option, "write yes or no", "%s %q is neither yes nor no", option, v)
	}
	return false
}

// duration reads seconds, or a sum such as 1m30s; 0 where nothing is said.
func (r *optionReader) duration(option string) time.Duration {
	v := r.get(option)
	if v == "" || v == "none" {
		return 0
	}
	units := map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'w': 7 * 24 * time.Hour}
	var sum time.Duration
	for rest := v; rest != ""; {
		digits := rest[:len(rest)-len(strings.TrimLeft(rest, "0123456789"))]
		n, err := strconv.ParseInt(digits, 10, 31)
		rest = rest[len(digits):]
		unit := time.Second
		if rest != "" {
			unit = units[rest[0]]
			rest = rest[1:]
		}
		if err != nil || unit == 0 {
			r.fail(option, "write seconds", "%s %q is no time", option, v)
			return 0
		}
		sum += time.Duration(n) * unit
	}
	return sum
}

func (r *optionReader) strict() remote.StrictHostKey {
	switch v := r.get("stricthostkeychecking"); v {
	case "", "ask":
		return remote.StrictAsk
	case "accept-new":
		return remote.StrictAcceptNew
	case "yes", "true":
		return remote.StrictYes
	case "no", "off", "false":
		return remote.StrictNo
	default:
		r.fail("stricthostkeychecking", "write yes, no, ask or accept-new", "StrictHostKeyChecking %q is not known", v)
	}
	return remote.StrictYes
}

// algorithms returns the host key algorithms that the user asks for; changes to ssh's default list
// can only ssh work out.
func (r *optionReader) algorithms() []string {
	list := r.s["hostkeyalgorithms"]
	if len(list.Values) == 0 || list.From == FromDefault {
		return nil
	}
	if strings.ContainsAny(list.Values[0], "+-^") && strings.ContainsRune("+-^", rune(list.Values[0][0])) || strings.Contains(list.Values[0], "*") {
		r.fail("hostkeyalgorithms", "write the whole list", "HostKeyAlgorithms %q changes a list that is not known here", list.Values[0])
	}
	return strings.Split(list.Values[0], ",")
}

// agent returns the path of the agent's socket.
func (r *optionReader) agent(t tokens) string {
	switch v := r.s.Get("identityagent"); {
	case v == "" || v == "SSH_AUTH_SOCK":
		return os.Getenv("SSH_AUTH_SOCK")
	case v == "none":
		return ""
	case v[0] == '$' && !strings.HasPrefix(v, "${"):
		return os.Getenv(v[1:])
	default:
		return Absolute(r.expand("identityagent", v, t.file), t.me.HomeDir)
	}
}

// paths returns files, absolute, without those of value none.
func (r *optionReader) paths(option string, t tokens) []string {
	var paths []string
	for _, v := range r.s[option].Values {
		if v == "none" || v == "" {
			continue
		}
		if option != "globalknownhostsfile" { // which has no tokens
			v = r.expand(option, v, t.file)
		}
		paths = append(paths, Absolute(v, t.me.HomeDir))
	}
	return paths
}

// jumps returns the hosts of a ProxyJump, with the tokens in their names and users filled in.
func (r *optionReader) jumps(t tokens) []hostQuery {
	spec := r.s.Get("proxyjump")
	if spec == "" || spec == "none" {
		return nil
	}
	var jumps []hostQuery
	for _, hop := range strings.Split(spec, ",") {
		q, err := parseJump(hop) // before tokens are filled in, so that none can be a port
		if err == nil && strings.Contains(hop, "%") && strings.Contains(hop, "://") {
			err = fmt.Errorf("jump host %q: a URL takes no tokens", hop)
		}
		if err != nil {
			r.fail("proxyjump", "write [user@]host[:port]", "%v", err)
			return nil
		}
		for _, part := range []*string{&q.user, &q.host} {
			if *part, err = expandTokens(*part, t.proxy); err != nil {
				r.fail("proxyjump", "correct the value", "ProxyJump %q: %v", hop, err)
			}
		}
		jumps = append(jumps, q)
		r.show("proxyjump", q.String())
	}
	return jumps
}

// show keeps what a value is with its tokens filled in.
func (r *optionReader) show(option, text string) {
	if r.shown == nil {
		r.shown = map[string][]string{}
	}
	r.shown[option] = append(r.shown[option], text)
}

// expand replaces the tokens of a value by what one of the tokens' functions says.
func (r *optionReader) expand(option, value string, token func(byte) (string, bool)) string {
	text, err := expandTokens(value, token)
	if err == nil && option != "proxycommand" && option != "hostname" {
		text, err = expandEnv(text)
	}
	if err != nil {
		r.fail(option, "correct the value", "%s %q: %v", option, value, err)
	}
	r.show(option, text)
	return text
}
