package inventory

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"

	"djship/inventory/sshconfig"
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

// OpenSSHConfig returns the configuration in the file at path, as ssh -F does: "none" is none at
// all, and "" the user's own and the machine's.
func OpenSSHConfig(path string) (*sshconfig.Config, error) { return sshconfig.Open(path) }

// A Route is how a host is reached, with where each part of it was set.
type Route struct {
	Endpoint remote.Endpoint
	Origins  []Origin
	Notes    []string // what ssh_config asks for and djship does not do
}

// An Origin is an option that somebody set, or that everybody wants to know, and where it was set: a
// flag, a variable with its place, ssh_config, or nowhere ("default").
type Origin struct{ Option, Value, From string }

// Resolve returns how to log in to a host and become root there: flags beat the inventory, which
// beats ssh_config. Jump hosts are resolved by ssh_config alone, each by its own settings, and take
// of the flags only Timeout and AcceptNew. An error is a *sshconfig.SettingError. It contacts nobody, but
// what ssh_config says may run programs (Match exec).
func Resolve(h *Host, f Flags, c *sshconfig.Config) (remote.Endpoint, error) {
	route, err := Explain(h, f, c)
	return route.Endpoint, err
}

// Explain is Resolve that says also where each part was set.
func Explain(h *Host, f Flags, c *sshconfig.Config) (Route, error) {
	s := f.settings()
	vars, err := varSettings(h)
	if err != nil {
		return Route{}, err
	}
	s.Fill(vars)
	address := h.Name
	if s.Has("address") {
		address = s.Get("address")
	}
	login, err := c.Resolve(h.Name, address, s, f.everywhere())
	if err != nil {
		return Route{}, err
	}
	ep := login.Endpoint
	ep.Password = secret.New(s.Get("password"))
	if ep.Become, err = becomeOf(s, h.Name, ep.User); err != nil {
		return Route{}, err
	}
	if err := checkKey(s, h.Name, ep); err != nil {
		return Route{}, err
	}
	return Route{ep, origins(s, ep, login.Shown), s.Notes()}, nil
}

// ExplainAll is Explain for many hosts at once: their routes in the same order, or all that is wrong
// with any of them, joined.
func ExplainAll(hosts []*Host, f Flags, c *sshconfig.Config) ([]Route, error) {
	routes, errs := ExplainEach(hosts, f, c)
	return routes, errors.Join(errs...)
}

// ExplainEach is Explain for many hosts at once: for each a route or an error.
func ExplainEach(hosts []*Host, f Flags, c *sshconfig.Config) ([]Route, []error) {
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
func (f Flags) settings() sshconfig.Settings {
	s := sshconfig.Settings{}
	set := func(option, from, value string) {
		if value != "" {
			s.Set(option, from, value)
		}
	}
	set("user", "-u", f.User)
	set("identityfile", "--private-key", f.PrivateKey)
	set("proxyjump", "-J", f.Jump)
	set("password", "-k", f.Password.Reveal())
	set("becomepassword", "-K", f.BecomePassword.Reveal())
	if f.Port != 0 {
		s.Set("port", "-p", strconv.Itoa(f.Port))
	}
	s.Fill(f.everywhere())
	return s
}

// everywhere is the part of the flags that counts for jump hosts as well; nil where there is none.
func (f Flags) everywhere() sshconfig.Settings {
	if !f.AcceptNew && f.Timeout <= 0 {
		return nil
	}
	s := sshconfig.Settings{}
	if f.AcceptNew {
		s.Set("stricthostkeychecking", "--accept-new", "accept-new")
	}
	if f.Timeout > 0 {
		s.Set("connecttimeout", "-T", strconv.Itoa(int(f.Timeout.Seconds()+0.999)))
	}
	return s
}

// checkKey refuses a private key that a flag or a variable names and that is not there, or is none; ssh_config may
// name keys that are only somewhere else.
func checkKey(s sshconfig.Settings, host string, ep remote.Endpoint) error {
	id := s["identityfile"]
	if id.From == sshconfig.FromConfig || id.From == sshconfig.FromDefault || len(ep.IdentityFiles) == 0 {
		return nil
	}
	if _, err := os.Stat(ep.IdentityFiles[0]); err != nil {
		return &sshconfig.SettingError{Host: host, From: id.From, Msg: fmt.Sprintf("private key %s: %s", ep.IdentityFiles[0], reason(err)), What: "name a key that is there"}
	}
	if !remote.MayBeKey(ep.IdentityFiles[0]) {
		return &sshconfig.SettingError{Host: host, From: id.From, Msg: ep.IdentityFiles[0] + " is no private key", What: "name one as ssh-keygen makes it"}
	}
	return nil
}
