package inventory

import "slices"

// settings are how to log in to one host, in ssh_config's words in lower case ("hostname", "port",
// "identityfile") and, for what ssh has no words for, in Ansible's ("ansible_become_user").
type settings map[string]setting

// A setting is the values of one option, more than one for options such as IdentityFile, and where
// they were set.
type setting struct {
	values []string
	from   string
}

func (s settings) get(key string) string {
	if v := s[key].values; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (s settings) set(key, from string, values ...string) { s[key] = setting{values, from} }

// setOnce sets what is not set yet, as ssh_config does; identity files and certificates add up, and
// of a jump and a proxy command only the first that is set counts.
func (s settings) setOnce(key, from string, values ...string) {
	old, ok := s[key]
	switch {
	case ok && accumulates(key):
		s.set(key, old.from, append(slices.Clip(old.values), values...)...)
	case ok || key == "proxyjump" && s.has("proxycommand") || key == "proxycommand" && s.has("proxyjump"):
	default:
		s.set(key, from, values...)
	}
}

func (s settings) has(key string) bool { return len(s[key].values) > 0 }

// fill adds what weaker settings say and s does not. The default identity files count only where no
// other is named.
func (s settings) fill(weaker settings) {
	for key, v := range weaker {
		if accumulates(key) && v.from == fromDefault && s.has(key) {
			continue
		}
		s.setOnce(key, v.from, v.values...)
	}
}

func accumulates(key string) bool { return key == "identityfile" || key == "certificatefile" }

const (
	fromDefault = "default"
	fromConfig  = "ssh_config"
)
