package sshconfig

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"djship/inventory/source"
)

// systemConfig is the ssh_config of the whole machine.
const systemConfig = "/etc/ssh/ssh_config"

// A Config answers what ssh_config says about a host. Where there is an ssh program it is asked
// (ssh -G), once per host and at most as many at once as there are processors; elsewhere the files
// are read here, and what only ssh can follow is refused. Safe for concurrent use.
type Config struct {
	path       string   // as given: a file, "none", or "" for the user's and the machine's own
	program    string   // ssh; empty where there is none
	files      []string // the files that exist, the strongest first
	fallback   *configFiles
	sameForAll bool // the files say the same about every host
	me         *user.User
	slots      chan struct{}

	mu       sync.Mutex
	answers  map[hostQuery]func() (Settings, error)
	defaults func() (Settings, error)
}

// hostQuery is what ssh_config may tell hosts apart by.
type hostQuery struct{ host, user, port string }

// Open returns the configuration in the file at path, as ssh -F does: "none" is none at all, and ""
// the user's own and the machine's. The user's home is the one of the password database, as for ssh,
// whatever $HOME says. A file that can't be read is a *source.ReadError; what only ssh can follow,
// where there is no ssh, a *ConfigError.
func Open(path string) (*Config, error) {
	me, err := user.Current()
	if err != nil {
		return nil, fmt.Errorf("who am I: %w", err)
	}
	c := &Config{path: path, me: me, slots: make(chan struct{}, runtime.NumCPU()), answers: map[hostQuery]func() (Settings, error){}}
	switch path {
	case "none":
		return c, nil
	case "":
		for _, f := range []string{filepath.Join(me.HomeDir, ".ssh", "config"), systemConfig} {
			if _, err := os.Stat(f); err == nil {
				c.files = append(c.files, f)
			}
		}
	default:
		f, err := os.Open(path)
		if err != nil {
			return nil, &source.ReadError{Name: path, Err: err, Config: true}
		}
		_ = f.Close() // opened only to see that it can be read
		c.files = []string{path}
	}
	if len(c.files) == 0 {
		return c, nil
	}
	if c.program, err = exec.LookPath("ssh"); err != nil {
		c.program = ""
		if c.fallback, err = readConfigFiles(c.files, me.HomeDir); err != nil {
			return nil, err
		}
		return c, nil
	}
	c.sameForAll = sameForAllHosts(c.files, me.HomeDir)
	c.defaults = sync.OnceValues(func() (Settings, error) {
		return c.run("none", hostQuery{host: anyHost})
	})
	return c, nil
}

// lookup returns what the configuration says about a host, defaults included. Values still have
// their tokens, %% for a percent sign among them.
func (c *Config) lookup(q hostQuery) (Settings, error) {
	if strings.HasPrefix(q.host, "-") || strings.ContainsAny(q.host, "'`\"$\\;&<>|(){}, \t\n") {
		return nil, fmt.Errorf("%q is no name of a host", q.host)
	}
	if len(c.files) == 0 {
		return c.builtinSettings(q), nil
	}
	if !c.sameForAll {
		return c.askOnce(q)
	}
	s, err := c.askOnce(hostQuery{anyHost, q.user, q.port})
	if err != nil {
		return nil, err
	}
	s = maps.Clone(s)
	s.Set("hostname", FromDefault, escapePercents(strings.ToLower(q.host)))
	return s, nil
}

// anyHost stands for every host where the configuration makes no difference between them.
const anyHost = "any.invalid"

// askOnce asks once for all that ask the same.
func (c *Config) askOnce(q hostQuery) (Settings, error) {
	c.mu.Lock()
	answer, ok := c.answers[q]
	if !ok {
		answer = sync.OnceValues(func() (Settings, error) { return c.ask(q) })
		c.answers[q] = answer
	}
	c.mu.Unlock()
	return answer()
}
