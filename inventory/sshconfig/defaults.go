package sshconfig

import "strings"

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
