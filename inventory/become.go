package inventory

import (
	"fmt"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/sshconfig"
	"djship/remote"
	"djship/secret"
)

// becomeOf says how the login becomes root: not at all where it is root, or where the inventory
// says no; else by sudo unless it names another way.
func becomeOf(s sshconfig.Settings, host, user string) (remote.Become, error) {
	become := remote.Become{
		Method:   "sudo",
		User:     s.Get("becomeuser"),
		Password: secret.New(s.Get("becomepassword")),
		Flags:    s.Get("becomeflags"),
		Exe:      s.Get("becomeexe"),
	}
	if become.User == "root" {
		become.User = ""
	}
	if method := s.Get("becomemethod"); method != "" {
		become.Method = method[strings.LastIndexByte(method, '.')+1:]
	}
	switch become.Method {
	case "sudo", "su", "doas":
	default:
		return remote.Become{}, &sshconfig.SettingError{Host: host, From: s["becomemethod"].From, Msg: fmt.Sprintf("ansible_become_method %q is not supported", become.Method), What: "use sudo, su or doas, or log in as root"}
	}
	if no, ok := (ansible.Value{Any: s.Get("become")}).Bool(); ok && !no || user == "root" && become.User == "" {
		return remote.Become{}, nil
	}
	return become, nil
}
