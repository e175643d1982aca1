package inventory

import (
	"fmt"
	"strconv"
	"strings"

	"djship/remote"
	"djship/secret"
)

// connVars are the variables that say how to reach a host, by the option they set; of several that
// are set the last wins.
var connVars = map[string][]string{
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

// A SettingError is a variable, flag or option of ssh_config that djship cannot go by.
type SettingError struct {
	Host string
	From string // where it is set
	Msg  string
	What string // what to do about it
}

func (e *SettingError) Error() string {
	if e.From == "" {
		return fmt.Sprintf("%s: %s", e.Host, e.Msg)
	}
	return fmt.Sprintf("%s: %s (%s)", e.Host, e.Msg, e.From)
}

// Hint says what to do next.
func (e *SettingError) Hint() string { return e.What }

// connVar returns the strongest variable for an option.
func (h *Host) connVar(option string) (name string, v Value, ok bool) {
	names := connVars[option]
	for i := len(names) - 1; i >= 0; i-- {
		if v, ok := h.Var(names[i]); ok && v.Any != nil {
			return names[i], v, true
		}
	}
	return "", Value{}, false
}

// varSettings are what the host's variables say, ssh arguments in variables included.
func (h *Host) varSettings() (settings, error) {
	s := settings{}
	if err := h.argSettings(s, "ansible_ssh_args"); err != nil {
		return nil, err
	}
	for option := range connVars {
		name, v, ok := h.connVar(option)
		if !ok {
			continue
		}
		from := origin(name, v)
		text, err := h.literalText(name, v)
		if err != nil {
			return nil, err
		}
		switch option {
		case "address":
			err = plainAddress(name, text)
		case "port":
			text, err = portText(v.number())
		case "connecttimeout":
			var n uint64
			if n, err = strconv.ParseUint(v.number(), 10, 31); err == nil {
				text = strconv.FormatUint(n, 10)
			}
		case "connection":
			err = sshConnection(text)
		case "stricthostkeychecking":
			checked, ok := v.Bool()
			if checked {
				continue
			}
			text, err = "no", notBool(ok)
		case "become":
			_, ok := v.Bool()
			err = notBool(ok)
		}
		if err != nil {
			return nil, &SettingError{h.Name, from, fmt.Sprintf("%s %q: %v", name, text, err), "correct " + v.Pos.String()}
		}
		if text != "" || option == "becomeflags" {
			s.setOnce(option, from, text)
		}
	}
	for _, name := range []string{"ansible_ssh_common_args", "ansible_ssh_extra_args"} {
		if err := h.argSettings(s, name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func origin(name string, v Value) string { return name + " at " + v.Pos.String() }

// literalText returns a variable's text, which must not be a template: nobody fills it in.
func (h *Host) literalText(name string, v Value) (string, error) {
	text := v.Text()
	if strings.Contains(text, "{{") || strings.Contains(text, "{%") {
		return "", &SettingError{h.Name, v.Pos.String(), name + " holds a template, which djship does not fill in", "write the value itself"}
	}
	switch v.Any.(type) {
	case []any, map[string]any:
		if v.Raw == "" {
			return "", &SettingError{h.Name, v.Pos.String(), name + " is a list or a map: expected text", "write the value itself"}
		}
	}
	return text, nil
}

// portText reads a port as ssh does: 022 is 22.
func portText(text string) (string, error) {
	n, err := strconv.ParseUint(strings.TrimPrefix(strings.TrimSpace(text), "+"), 10, 16)
	if err != nil || n == 0 {
		return text, fmt.Errorf("expected a port from 1 to 65535")
	}
	return strconv.FormatUint(n, 10), nil
}

func notBool(ok bool) error {
	if ok {
		return nil
	}
	return fmt.Errorf("expected yes or no")
}

// sshConnection refuses what is not reached over SSH.
func sshConnection(kind string) error {
	switch strings.TrimPrefix(strings.TrimPrefix(kind, "ansible.builtin."), "ansible.netcommon.") {
	case "ssh", "smart", "openssh", "paramiko", "paramiko_ssh":
		return nil
	}
	return fmt.Errorf("djship reaches hosts over ssh only")
}

// becomeOf says how the login becomes root: not at all where it is root, or where the inventory
// says no; else by sudo unless it names another way.
func becomeOf(s settings, host, user string) (remote.Become, error) {
	become := remote.Become{
		Method:   "sudo",
		User:     s.get("becomeuser"),
		Password: secret.New(s.get("becomepassword")),
		Flags:    s.get("becomeflags"),
		Exe:      s.get("becomeexe"),
	}
	if become.User == "root" {
		become.User = ""
	}
	if method := s.get("becomemethod"); method != "" {
		become.Method = method[strings.LastIndexByte(method, '.')+1:]
	}
	switch become.Method {
	case "sudo", "su", "doas":
	default:
		return remote.Become{}, &SettingError{host, s["becomemethod"].from, fmt.Sprintf("ansible_become_method %q is not supported", become.Method), "use sudo, su or doas, or log in as root"}
	}
	if no, ok := (Value{Any: s.get("become")}).Bool(); ok && !no || user == "root" && become.User == "" {
		return remote.Become{}, nil
	}
	return become, nil
}
