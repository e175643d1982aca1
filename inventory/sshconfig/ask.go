package sshconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"time"

	"djship/remote"
)

// ask returns what ssh, or the reader of its files, says of a host: each setting is from ssh_config, or
// from nowhere where it is what ssh does without any.
func (c *Config) ask(q hostQuery) (Settings, error) {
	if c.program == "" {
		s, err := c.fallback.lookup(q)
		if err == nil {
			s.Fill(c.builtinSettings(q))
		}
		return s, err
	}
	go func() { _, _ = c.defaults() }() // each asks a process
	s, err := c.run(c.path, q)
	if err != nil {
		return nil, err
	}
	defaults, err := c.defaults()
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

// run asks the ssh program, which must answer within sshTimeout.
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
