package sshconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"djship/inventory/source"
	"djship/remote"
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
			return nil, &source.ReadError{Name: path, Err: err}
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

func (c *Config) ask(q hostQuery) (Settings, error) {
	if c.program == "" {
		s, err := c.fallback.lookup(q)
		if err == nil {
			s.Fill(c.builtinSettings(q))
		}
		return s, err
	}
	defaults, err := c.defaults()
	if err != nil {
		return nil, err
	}
	s, err := c.run(c.path, q)
	if err != nil {
		return nil, err
	}
	for key, v := range s {
		if slices.Equal(v.Values, defaults[key].Values) || key == "hostname" && v.Values[0] == escapePercents(strings.ToLower(q.host)) {
			s[key] = Setting{v.Values, FromDefault}
		}
	}
	if s["identityfile"].From == FromDefault {
		s.Set("identityfile", FromDefault, defaultKeys...)
	}
	return s, nil
}

// sshTimeout is how long one ssh -G may take; it runs whatever Match exec says.
const sshTimeout = 30 * time.Second

// run asks the ssh program.
func (c *Config) run(path string, q hostQuery) (Settings, error) {
	args := []string{"-G", "-T"}
	if path != "" {
		args = append(args, "-F", path)
	}
	if q.user != "" {
		args = append(args, "-l", q.user)
	}
	if q.port != "" {
		args = append(args, "-p", q.port)
	}
	c.slots <- struct{}{}
	defer func() { <-c.slots }()
	ctx, cancel := context.WithTimeout(context.Background(), sshTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.program, append(args, "--", q.host)...)
	var out, messages bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.Env = &out, &messages, remote.ChildEnv()
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("ssh -G gave no answer within %s", sshTimeout)
		}
		if text := strings.TrimSpace(messages.String()); text != "" {
			err = errors.New(strings.ReplaceAll(text, "\r\n", "; "))
		}
		return nil, fmt.Errorf("ssh -G refuses: %w", err)
	}
	s := Settings{}
	for line := range strings.Lines(out.String()) {
		key, value, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		if old, ok := s[key]; ok {
			s.Set(key, FromConfig, append(old.Values, value)...)
			continue
		}
		if expandedBySSH[key] {
			value = escapePercents(value)
		}
		s.Set(key, FromConfig, splitAnswer(key, value)...)
	}
	return s, nil
}

// expandedBySSH are the options whose tokens ssh -G has already replaced.
var expandedBySSH = map[string]bool{"hostname": true, "userknownhostsfile": true, "identityagent": true}

// escapePercents returns text as a value that has no tokens.
func escapePercents(text string) string { return strings.ReplaceAll(text, "%", "%%") }

// splitAnswer splits what ssh -G prints for lists of files. It prints no quotes, so that a name
// with a blank is told by the path that begins after it.
func splitAnswer(key, value string) []string {
	if key != "userknownhostsfile" && key != "globalknownhostsfile" {
		return []string{value}
	}
	var files []string
	for _, w := range strings.Split(value, " ") {
		if n := len(files); n > 0 && w != "none" && !strings.HasPrefix(w, "/") && !strings.HasPrefix(w, "~") {
			files[n-1] += " " + w
			continue
		}
		files = append(files, w)
	}
	return files
}

// builtinSettings is what ssh does where no file says anything.
func (c *Config) builtinSettings(q hostQuery) Settings {
	s := Settings{}
	for option, values := range map[string][]string{
		"hostname": {escapePercents(strings.ToLower(q.host))}, "port": {"22"}, "user": {c.me.Username},
		"identityfile":          defaultKeys,
		"userknownhostsfile":    {"~/.ssh/known_hosts", "~/.ssh/known_hosts2"},
		"globalknownhostsfile":  {"/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2"},
		"stricthostkeychecking": {"ask"},
		"serveraliveinterval":   {"0"},
		"serveralivecountmax":   {"3"},
	} {
		s.Set(option, FromDefault, values...)
	}
	if q.user != "" {
		s.Set("user", FromDefault, q.user)
	}
	if q.port != "" {
		s.Set("port", FromDefault, q.port)
	}
	return s
}

// defaultKeys are the keys that ssh tries where none is named; those of kinds that no ssh makes any
// more are not among them.
var defaultKeys = []string{"~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ecdsa_sk", "~/.ssh/id_ed25519", "~/.ssh/id_ed25519_sk"}
