package sshconfig

import (
	"strconv"

	"djship/remote"
)

// A Login is how a host is logged in to.
type Login struct {
	Endpoint remote.Endpoint     // without passwords and without a way to become root
	Shown    map[string][]string // values of options with their tokens filled in
}

// Resolve returns how a host is logged in to. name is what it is called in messages, address what
// ssh_config is asked about. s are settings that beat ssh_config's, which are added to it; those in
// everywhere beat ssh_config's for jump hosts, of which each goes by its own settings otherwise. An
// error is a *SettingError.
func (c *Config) Resolve(name, address string, s, everywhere Settings) (Login, error) {
	config, err := c.lookup(hostQuery{address, s.Get("user"), s.Get("port")})
	if err != nil {
		return Login{}, configRefused(name, err)
	}
	s.Fill(config)
	if host := s["hostname"]; host.From == FromDefault && s.Has("address") {
		s.Set("hostname", s["address"].From, host.Values...)
	}
	own, err := c.endpoint(name, address, s)
	if err != nil {
		return Login{}, err
	}
	chain := jumpChain{config: c, host: name, everywhere: everywhere}
	if own.Endpoint.Jumps, err = chain.hosts(name, own.jumps, s["proxyjump"].From, 0); err != nil {
		return Login{}, err
	}
	return Login{own.Endpoint, own.shown}, nil
}

// configRefused says that ssh, or the reader of its files, refuses what they say of a host.
func configRefused(host string, err error) error {
	return &SettingError{host, "ssh_config", err.Error(), "correct the file, or name another with -F"}
}

// hostLogin is how one host is logged in to, and which it asks to be reached through.
type hostLogin struct {
	remote.Endpoint // without jumps, passwords and become
	jumps           []hostQuery
	shown           map[string][]string // see Login
}

// endpoint turns complete settings into one login. given is the host as it was asked for, before
// ssh_config's HostName.
func (c *Config) endpoint(name, given string, s Settings) (hostLogin, error) {
	r := optionReader{host: name, s: s}
	port := r.number("port", 65535)
	t := tokens{given: given, me: c.me, user: s.Get("user"), port: strconv.Itoa(port), jump: jumpToken(s.Get("proxyjump")), alias: s.Get("hostkeyalias")}
	t.host = r.expand("hostname", s.Get("hostname"), t.hostName)
	ep := remote.Endpoint{
		Name:                name,
		Addr:                t.host,
		Port:                port,
		User:                s.Get("user"),
		IdentityFiles:       r.paths("identityfile", t),
		CertificateFiles:    r.paths("certificatefile", t),
		IdentitiesOnly:      r.flag("identitiesonly"),
		AgentSocket:         r.agent(t),
		AddKeysToAgent:      r.get("addkeystoagent") == "true" || r.get("addkeystoagent") == "yes",
		HostKeyAlias:        s.Get("hostkeyalias"),
		HostKeyAlgorithms:   r.algorithms(),
		KnownHosts:          r.paths("userknownhostsfile", t),
		GlobalKnownHosts:    r.paths("globalknownhostsfile", t),
		StrictHostKey:       r.strict(),
		ConnectTimeout:      r.duration("connecttimeout"),
		ServerAliveInterval: r.duration("serveraliveinterval"),
		ServerAliveCountMax: r.number("serveralivecountmax", 1<<20),
	}
	if v := s.Get("proxycommand"); v != "none" {
		ep.ProxyCommand = r.expand("proxycommand", v, t.proxy)
	}
	if v := s.Get("knownhostscommand"); v != "none" {
		ep.KnownHostsCommand = r.expand("knownhostscommand", v, t.knownHosts)
	}
	jumps := r.jumps(t)
	r.refuse("proxyusefdpass", "yes", "a ProxyCommand that passes a file descriptor is not supported", "take ProxyUseFdpass out")
	if v := s.Get("revokedhostkeys"); v != "" && v != "none" {
		r.refuse("revokedhostkeys", v, "RevokedHostKeys is not supported", "write the revoked keys into known_hosts, with @revoked before each")
	}
	return hostLogin{ep, jumps, r.shown}, r.err
}
