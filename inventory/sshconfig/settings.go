package sshconfig

import "slices"

// Settings are how to log in to one host, in ssh_config's words in lower case ("hostname", "port",
// "identityfile") and, for what ssh has no words for, in djship's: "address" (what ssh_config is asked about), "password",
// "becomepassword" and the like, as ansible.ConnectionVars has them.
type Settings map[string]Setting

// A Setting is the values of one option, more than one for options such as IdentityFile, and where
// they were set.
type Setting struct {
	Values []string
	From   string
}

// Get returns an option's first value, "" where it is not set.
func (s Settings) Get(key string) string {
	if v := s[key].Values; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Set sets an option, whatever it was before; from is where that was said.
func (s Settings) Set(key, from string, values ...string) { s[key] = Setting{values, from} }

// SetOnce sets what is not set yet, as ssh_config does; identity files and certificates add up, and
// of a jump and a proxy command only the first that is set counts.
func (s Settings) SetOnce(key, from string, values ...string) {
	old, ok := s[key]
	switch {
	case ok && accumulates(key):
		s.Set(key, old.From, append(slices.Clip(old.Values), values...)...)
	case ok || key == "proxyjump" && s.Has("proxycommand") || key == "proxycommand" && s.Has("proxyjump"):
	default:
		s.Set(key, from, values...)
	}
}

// Has tells whether an option has any value.
func (s Settings) Has(key string) bool { return len(s[key].Values) > 0 }

// Fill adds what weaker settings say and s does not. The default identity files count only where no
// other is named.
func (s Settings) Fill(weaker Settings) {
	for key, v := range weaker {
		if accumulates(key) && v.From == FromDefault && s.Has(key) {
			continue
		}
		s.SetOnce(key, v.From, v.Values...)
	}
}

func accumulates(key string) bool { return key == "identityfile" || key == "certificatefile" }

// Where settings are from that neither a flag nor a variable set.
const (
	FromDefault = "default"
	FromConfig  = "ssh_config"
)
