package inventory

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"time"

	"djship/remote"
	"djship/secret"
)

// Flags are what the command line says about logging in; the zero value says nothing. They beat
// everything else, for every host.
type Flags struct {
	User           string
	PrivateKey     string // path; ~ is the user's home
	Port           int
	Jump           string // as ProxyJump: [user@]host[:port], several with commas between
	SSHConfig      string // for OpenSSHConfig
	Timeout        time.Duration
	Password       secret.Value
	BecomePassword secret.Value
	AcceptNew      bool // take unknown host keys without asking, jump hosts' too
}

// A Route is how a host is reached, with where each part of it was set.
type Route struct {
	Endpoint remote.Endpoint
	Origins  []Origin
	Notes    []string // what ssh_config asks for and djship does not do
}

// An Origin is one option that is not as ever, or that everybody wants to know, and where it was
// set: a flag, a variable with its place, ssh_config, or nowhere ("default").
type Origin struct{ Option, Value, From string }

// Resolve returns how to log in to a host and become root there: flags beat the inventory, which
// beats ssh_config. Jump hosts are resolved by ssh_config alone, each by its own settings, and take
// of the flags only Timeout and AcceptNew. An error is a *SettingError, or the ssh program's.
func Resolve(h *Host, f Flags, c *SSHConfig) (remote.Endpoint, error) {
	route, err := Explain(h, f, c)
	return route.Endpoint, err
}

// Explain is Resolve with the origins.
func Explain(h *Host, f Flags, c *SSHConfig) (Route, error) {
	s := f.settings()
	vars, err := h.varSettings()
	if err != nil {
		return Route{}, err
	}
	s.fill(vars)
	address := h.Name
	if s.has("address") {
		address = s.get("address")
	}
	config, err := c.lookup(query{address, s.get("user"), s.get("port")})
	if err != nil {
		return Route{}, &SettingError{h.Name, "ssh_config", err.Error(), "correct the file, or name another with -F"}
	}
	s.fill(config)
	if name := s["hostname"]; name.from == fromDefault && s.has("address") {
		s.set("hostname", s["address"].from, name.values...)
	}
	e := endpoints{flags: f, config: c}
	own, err := e.endpoint(h.Name, address, s)
	if err != nil {
		return Route{}, err
	}
	ep := own.Endpoint
	if ep.Jumps, err = e.jumps(h.Name, h.Name, own.hops, s["proxyjump"].from, 0); err != nil {
		return Route{}, err
	}
	ep.Password = secret.New(s.get("password"))
	if ep.Become, err = becomeOf(s, h.Name, ep.User); err != nil {
		return Route{}, err
	}
	if err := s.mustExist(h.Name, ep); err != nil {
		return Route{}, err
	}
	return Route{ep, origins(s, ep, own.shown), notes(s)}, nil
}

// ExplainAll is Explain for many hosts at once: their routes in the same order, or all that is wrong
// with any of them, joined.
func ExplainAll(hosts []*Host, f Flags, c *SSHConfig) ([]Route, error) {
	routes, errs := ExplainEach(hosts, f, c)
	return routes, errors.Join(errs...)
}

// ExplainEach is Explain for many hosts at once: for each a route or an error.
func ExplainEach(hosts []*Host, f Flags, c *SSHConfig) ([]Route, []error) {
	routes, errs := make([]Route, len(hosts)), make([]error, len(hosts))
	var group sync.WaitGroup
	next := make(chan int)
	for range min(len(hosts), 4*runtime.NumCPU()) {
		group.Go(func() {
			for i := range next {
				routes[i], errs[i] = Explain(hosts[i], f, c)
			}
		})
	}
	for i := range hosts {
		next <- i
	}
	close(next)
	group.Wait()
	return routes, errs
}

// settings are the flags as options.
func (f Flags) settings() settings {
	s := settings{}
	set := func(option, from, value string) {
		if value != "" {
			s.set(option, from, value)
		}
	}
	set("user", "-u", f.User)
	set("identityfile", "--private-key", f.PrivateKey)
	set("proxyjump", "-J", f.Jump)
	set("password", "-k", f.Password.Reveal())
	set("becomepassword", "-K", f.BecomePassword.Reveal())
	if f.Port != 0 {
		s.set("port", "-p", strconv.Itoa(f.Port))
	}
	s.fill(f.everywhere())
	return s
}

// everywhere is the part of the flags that counts for jump hosts as well.
func (f Flags) everywhere() settings {
	s := settings{}
	if f.AcceptNew {
		s.set("stricthostkeychecking", "--accept-new", "accept-new")
	}
	if f.Timeout > 0 {
		s.set("connecttimeout", "-T", strconv.Itoa(int(f.Timeout.Seconds()+0.999)))
	}
	return s
}

// endpoints makes endpoints of settings.
type endpoints struct {
	flags  Flags
	config *SSHConfig
}

// single is how one host is logged in to, and what it says about the way there.
type single struct {
	remote.Endpoint // without jumps, passwords and become
	hops            []query
	shown           map[string][]string // see optionReader
}

// endpoint turns complete settings into a single login. given is the host as it was asked for, before
// ssh_config's HostName.
func (e endpoints) endpoint(name, given string, s settings) (single, error) {
	r := optionReader{host: name, s: s}
	port := r.number("port", 65535)
	t := tokens{given: given, me: e.config.me, user: s.get("user"), port: strconv.Itoa(port), jump: jumpToken(s.get("proxyjump")), alias: s.get("hostkeyalias")}
	t.host = r.expand("hostname", s.get("hostname"), t.hostName)
	ep := remote.Endpoint{
		Name:                name,
		Addr:                t.host,
		Port:                port,
		User:                s.get("user"),
		IdentityFiles:       r.paths("identityfile", t),
		CertificateFiles:    r.paths("certificatefile", t),
		IdentitiesOnly:      r.flag("identitiesonly"),
		AgentSocket:         r.agent(t),
		AddKeysToAgent:      r.get("addkeystoagent") == "true" || r.get("addkeystoagent") == "yes",
		HostKeyAlias:        s.get("hostkeyalias"),
		HostKeyAlgorithms:   r.algorithms(),
		KnownHosts:          r.paths("userknownhostsfile", t),
		GlobalKnownHosts:    r.paths("globalknownhostsfile", t),
		StrictHostKey:       r.strict(),
		ConnectTimeout:      r.duration("connecttimeout"),
		ServerAliveInterval: r.duration("serveraliveinterval"),
		ServerAliveCountMax: r.number("serveralivecountmax", 1<<20),
	}
	if v := s.get("proxycommand"); v != "none" {
		ep.ProxyCommand = r.expand("proxycommand", v, t.proxy)
	}
	if v := s.get("knownhostscommand"); v != "none" {
		ep.KnownHostsCommand = r.expand("knownhostscommand", v, t.knownHosts)
	}
	hops := r.jumps(t)
	r.refuse("proxyusefdpass", "yes", "a ProxyCommand that passes a file descriptor is not supported", "take ProxyUseFdpass out")
	if v := s.get("revokedhostkeys"); v != "" && v != "none" {
		r.refuse("revokedhostkeys", v, "RevokedHostKeys is not supported", "write the revoked keys into known_hosts, with @revoked before each")
	}
	return single{ep, hops, r.shown}, r.err
}

// mustExist refuses a key that a flag or a variable names and that is not there; ssh_config may
// name keys that are only somewhere else.
func (s settings) mustExist(host string, ep remote.Endpoint) error {
	id := s["identityfile"]
	if id.from == fromConfig || id.from == fromDefault || len(ep.IdentityFiles) == 0 {
		return nil
	}
	if _, err := os.Stat(ep.IdentityFiles[0]); err != nil {
		return &SettingError{host, id.from, fmt.Sprintf("private key %s: %s", ep.IdentityFiles[0], reason(err)), "name a key that is there"}
	}
	return nil
}

// jumps returns the hosts of a ProxyJump, the one to dial first first. The first of them may itself
// be behind others, by its own settings; the rest are reached through the one before. behind is what
// is reached through them, host what all is for.
func (e endpoints) jumps(host, behind string, hops []query, from string, depth int) ([]remote.Endpoint, error) {
	if depth > maxJumps && len(hops) > 0 {
		return nil, &SettingError{host, from, fmt.Sprintf("the chain of ProxyJump has no end: %s is behind yet another host", behind), "see which jump host leads back to an earlier one"}
	}
	var chain []remote.Endpoint
	for i, q := range hops {
		if !isHost(q.host) {
			return nil, &SettingError{host, from, fmt.Sprintf("jump host %q is no host", q), "write [user@]host[:port]"}
		}
		s := e.flags.everywhere()
		config, err := e.config.lookup(q)
		if err != nil {
			return nil, &SettingError{q.host, "ssh_config", err.Error(), "correct the file, or name another with -F"}
		}
		s.fill(config)
		if i > 0 {
			delete(s, "proxycommand")
			s.set("proxyjump", from, literally(hops[i-1].String()))
		}
		l, err := e.endpoint(q.host, q.host, s)
		if err != nil {
			return nil, err
		}
		if i == 0 {
			if chain, err = e.jumps(host, q.host, l.hops, s["proxyjump"].from, depth+1); err != nil {
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
func parseJump(spec string) (query, error) {
	rest := strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(spec), "ssh://"), "/")
	var q query
	if i := strings.LastIndexByte(rest, '@'); i >= 0 {
		q.user, rest = rest[:i], rest[i+1:]
	}
	q.host = rest
	if i := strings.LastIndexByte(rest, ':'); i >= 0 && (strings.Count(rest, ":") == 1 || strings.Contains(rest, "]:")) {
		q.host, q.port = rest[:i], rest[i+1:]
		port, err := portText(q.port)
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
func (q query) String() string {
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

// absolute returns path as an absolute one, with ~ as the user's home.
func absolute(path, home string) string {
	if path == "~" || strings.HasPrefix(path, "~/") {
		path = filepath.Join(home, path[1:])
	}
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
