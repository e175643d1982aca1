package ansible

import "slices"

// ConnectionVars are the variables that say how to reach a host and become root there, by the option
// they set: ssh_config's word in lower case where it has one. Of several that are set the last wins.
var ConnectionVars = map[string][]string{
	"address":               {"ansible_host", "ansible_ssh_host"},
	"port":                  {"ansible_port", "ansible_ssh_port"},
	"user":                  {"ansible_user", "ansible_ssh_user"},
	"password":              {"ansible_password", "ansible_ssh_pass", "ansible_ssh_password"},
	"identityfile":          {"ansible_private_key_file", "ansible_ssh_private_key_file"},
	"stricthostkeychecking": {"ansible_host_key_checking", "ansible_ssh_host_key_checking"},
	"connecttimeout":        {"ansible_timeout", "ansible_ssh_timeout"},
	"connection":            {"ansible_connection"},
	"become":                {"ansible_become"},
	"becomemethod":          {"ansible_become_method"},
	"becomeuser":            {"ansible_become_user", "ansible_sudo_user"},
	"becomepassword":        {"ansible_become_password", "ansible_become_pass", "ansible_sudo_pass"},
	"becomeexe":             {"ansible_become_exe", "ansible_sudo_exe"},
	"becomeflags":           {"ansible_become_flags", "ansible_sudo_flags"},
}

// ConnectionVar returns the strongest variable that the host has for an option of
// ConnectionVars; one
// whose value is null does not count.
func (h *Host) ConnectionVar(option string) (name string, v Value, ok bool) {
	names := ConnectionVars[option]
	for i := len(names) - 1; i >= 0; i-- {
		if v, ok := h.Var(names[i]); ok && v.Any != nil {
			return names[i], v, true
		}
	}
	return "", Value{}, false
}

// IsSecretVar tells whether a variable holds a password, of a login or of becoming root.
func IsSecretVar(name string) bool {
	return slices.Contains(ConnectionVars["password"], name) || slices.Contains(ConnectionVars["becomepassword"], name)
}
