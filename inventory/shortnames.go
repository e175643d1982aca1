package inventory

import (
	"slices"
	"strings"

	"djship/inventory/ansible"
)

// A shortName is a variable that people write for one that says how to log in.
type shortName struct {
	means string
	plain bool // hardly anything else, so that it is told of groups' variables, too
}

var shortNames = func() map[string]shortName {
	names := map[string]shortName{}
	for means, lists := range map[string][2]string{ // what is plain, and what may be an application's own
		"ansible_user":             {"user ssh_user remote_user login_user ssh_username", "username login"},
		"ansible_port":             {"ssh_port", "port"},
		"ansible_host":             {"ssh_host ssh_hostname", "host hostname ip ip_address address addr"},
		"ansible_private_key_file": {"ssh_key ssh_key_file ssh_private_key ssh_private_key_file private_key_file identity_file identityfile", "key keyfile key_file private_key"},
		"ansible_password":         {"ssh_pass ssh_password", "pass password"},
		"ansible_become":           {"become sudo", ""},
		"ansible_become_user":      {"become_user sudo_user", ""},
		"ansible_become_method":    {"become_method", ""},
		"ansible_become_password":  {"become_pass become_password sudo_pass sudo_password", ""},
		"ansible_connection":       {"", "connection"},
		"ansible_ssh_common_args":  {"ssh_args ssh_common_args", ""},
	} {
		for i, list := range lists {
			for _, name := range strings.Fields(list) {
				names[name] = shortName{means, i == 0}
			}
		}
	}
	return names
}()

// namesLike are all names of the variable that name is one of.
func namesLike(name string) []string {
	for _, names := range ansible.ConnectionVars {
		if slices.Contains(names, name) {
			return names
		}
	}
	return []string{name}
}
