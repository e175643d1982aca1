package sshconfig

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// configFiles are ssh_config files read without ssh, the strongest first.
type configFiles struct{ files [][]configLine }

// onlySSHFollows finds lines that only the ssh program can follow, with what they have.
var onlySSHFollows = []struct {
	line *regexp.Regexp
	why  string
}{
	{regexp.MustCompile(`(?i)^\s*match[\s=]+(?:[^a\s]|a[^l]|al[^l]|all\s*\S)`), "Match with a condition"},
	{regexp.MustCompile(`(?i)^\s*canonicalizehostname[\s=]+"?(?:yes|always|true)`), "CanonicalizeHostname"},
	{regexp.MustCompile(`(?i)^\s*(?:include|user)[\s=].*(?:%|\$\{)`), "a token or variable after Include or User"},
	{regexp.MustCompile(`^\s*\w+\s*=?\s*$`), "an option without a value"},
}

func readConfigFiles(paths []string, home string) (*configFiles, error) {
	c := &configFiles{}
	var passed []string // what IgnoreUnknown names; the first one counts, as of all options
	for _, path := range paths {
		lines, err := readConfig(path, home, 0)
		if err != nil {
			return nil, err
		}
		if err := checkLines(lines, true, &passed); err != nil {
			return nil, err
		}
		c.files = append(c.files, lines)
	}
	return c, nil
}

// checkLines refuses lines that only ssh can follow, and those that it would refuse itself.
// everywhere says that the lines are for all hosts.
func checkLines(lines []configLine, everywhere bool, passed *[]string) error {
	for _, l := range lines {
		for _, b := range onlySSHFollows {
			if b.line.MatchString(l.text) {
				return &ConfigError{l.at, b.why}
			}
		}
		words, err := sshWords(l.value)
		switch {
		case err != nil && !rawOptions[l.option]:
			return &ConfigError{l.at, err.Error()}
		case l.option == "host":
			everywhere = slices.Equal(words, []string{"*"})
		case l.option == "match":
			everywhere = true
		case l.option == "ignoreunknown" && everywhere && *passed == nil && len(words) > 0:
			*passed = strings.Split(strings.ToLower(words[0]), ",")
		case l.option != "" && !knownOptions[l.option] && !matchPatterns(*passed, l.option):
			return &ConfigError{l.at, fmt.Sprintf("option %q", l.option)}
		}
		for _, file := range l.included {
			if err := checkLines(file, everywhere, passed); err != nil {
				return err
			}
		}
	}
	return nil
}

// lookup returns what the files say about a host, and nothing of ssh's defaults.
func (c *configFiles) lookup(q hostQuery) (Settings, error) {
	s := Settings{}
	if q.user != "" {
		s.Set("user", FromDefault, q.user)
	}
	if q.port != "" {
		s.Set("port", FromDefault, q.port)
	}
	var errs []error
	for _, lines := range c.files {
		active := true
		visitConfig(lines, q.host, &active, func(l configLine) {
			option := cmp.Or(aliases[l.option], l.option)
			if !supportedOptions[option] && unsupportedOptions[option] == "" && option != "revokedhostkeys" && option != "proxyusefdpass" {
				return
			}
			values, err := optionValues(option, l.value)
			if err != nil {
				errs = append(errs, &ConfigError{l.at, err.Error()})
				return
			}
			if option == "proxycommand" && s.Get("proxyjump") == "none" && !s.Has(option) {
				delete(s, "proxyjump") // no jump leaves room for a command
			}
			s.SetOnce(option, FromConfig, values...)
		})
	}
	if name, ok := s["hostname"]; ok {
		s.Set("hostname", FromConfig, strings.ToLower(name.Values[0]))
	}
	return s, errors.Join(errs...)
}

// visitConfig visits the lines that are about a host. active tells, and is told, whether the section
// is.
func visitConfig(lines []configLine, host string, active *bool, visit func(configLine)) {
	for _, l := range lines {
		switch l.option {
		case "host":
			patterns, _ := sshWords(l.value) // refused before where it can't be read
			*active = matchPatterns(patterns, host)
		case "match":
			*active = true
		case "include":
			for _, file := range l.included {
				if within := true; *active {
					visitConfig(file, host, &within, visit)
				}
			}
		default:
			if *active {
				visit(l)
			}
		}
	}
}
