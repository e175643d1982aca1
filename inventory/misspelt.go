package inventory

import (
	"slices"
	"strings"

	"djship/inventory/ansible"
	"djship/nearest"
)

// misspelt returns the variable that is probably meant by a name that nobody knows, or "".
func misspelt(name string) string {
	if knownVars[name] || len(name) < 8 || !strings.Contains(name, "_") {
		return ""
	}
	names := nearest.Names(name, knownVarNames, 1)
	switch {
	case len(names) > 0 && nearest.Distance(name, names[0]) <= 2:
		return names[0]
	case strings.HasPrefix(name, "djship_"):
		return "one of those that `djship help variables` lists"
	}
	return ""
}

// knownVarNames are the variables that djship reads, and Ansible's own that say how it works with a
// host.
var knownVarNames = func() []string {
	names := strings.Fields(`ansible_ssh_args ansible_ssh_common_args ansible_ssh_extra_args ansible_sftp_extra_args
		ansible_scp_extra_args ansible_ssh_executable ansible_ssh_retries ansible_ssh_pipelining
		ansible_pipelining ansible_ssh_transfer_method ansible_ssh_use_tty ansible_control_path
		ansible_shell_type ansible_shell_executable ansible_python_interpreter ansible_remote_tmp
		ansible_remote_user ansible_group_priority ansible_facts ansible_check_mode ansible_collections
		ansible_environment ansible_network_os ansible_winrm_transport ansible_winrm_scheme
		ansible_distribution ansible_hostname ansible_fqdn ansible_domain ansible_os_family
		ansible_local ansible_default_ipv4 ansible_interpreter_python_fallback ansible_su_pass
		ansible_su_user ansible_sudo ansible_sudo_user`)
	for _, list := range ansible.ConnectionVars {
		names = append(names, list...)
	}
	names = append(names, variableNames()...)
	slices.Sort(names)
	return slices.Compact(names)
}()

var knownVars = func() map[string]bool {
	known := map[string]bool{}
	for _, name := range knownVarNames {
		known[name] = true
	}
	return known
}()

// A shortName is what people write for a variable that says how to log in.
type shortName struct {
	means   string
	certain bool // it can hardly mean anything else, so that groups' variables are warned of, too
}

// shortNames are all of them.
var shortNames = func() map[string]shortName {
	names := map[string]shortName{}
	for means, lists := range map[string][2]string{ // what is certain, and what may be an application's own
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
