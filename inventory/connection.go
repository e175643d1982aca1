package inventory

import (
	"fmt"
	"strconv"
	"strings"

	"djship/inventory/ansible"
	"djship/inventory/python"
	"djship/inventory/sshconfig"
)

// varSettings are what the host's variables say, ssh arguments in variables included.
func varSettings(h *Host) (sshconfig.Settings, error) {
	s := sshconfig.Settings{}
	if err := argSettings(h, s, "ansible_ssh_args"); err != nil {
		return nil, err
	}
	for option := range ansible.ConnectionVars {
		name, v, ok := h.ConnectionVar(option)
		if !ok {
			continue
		}
		from := origin(name, v)
		text, err := literalText(h, name, v)
		if err != nil {
			return nil, err
		}
		switch option {
		case "address":
			err = ansible.CheckAddress(name, text)
		case "port":
			text, err = sshconfig.ParsePort(v.Number())
		case "connecttimeout":
			var n uint64
			if n, err = strconv.ParseUint(v.Number(), 10, 31); err == nil {
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
			return nil, &sshconfig.SettingError{Host: h.Name, From: from, Msg: fmt.Sprintf("%s %q: %v", name, text, err), What: "correct " + v.Pos.String()}
		}
		if text != "" || option == "becomeflags" {
			s.SetOnce(option, from, text)
		}
	}
	for _, name := range []string{"ansible_ssh_common_args", "ansible_ssh_extra_args"} {
		if err := argSettings(h, s, name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func origin(name string, v ansible.Value) string { return name + " at " + v.Pos.String() }

// literalText returns a variable's text, which must not be a template: nobody fills it in.
func literalText(h *Host, name string, v ansible.Value) (string, error) {
	text := v.Text()
	if strings.Contains(text, "{{") || strings.Contains(text, "{%") {
		return "", &sshconfig.SettingError{Host: h.Name, From: v.Pos.String(), Msg: name + " holds a template, which djship does not fill in", What: "write the value itself"}
	}
	switch v.Any.(type) {
	case []any, map[string]any:
		if v.Raw == "" {
			return "", &sshconfig.SettingError{Host: h.Name, From: v.Pos.String(), Msg: name + " is a list or a map: expected text", What: "write the value itself"}
		}
	}
	return text, nil
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

// argSettings adds what a variable with arguments for ssh says. Whatever djship cannot act on is an
// error.
func argSettings(h *Host, s sshconfig.Settings, name string) error {
	v, ok := h.Var(name)
	if !ok || v.Any == nil {
		return nil
	}
	text, err := literalText(h, name, v)
	if err != nil {
		return err
	}
	args, err := python.Words(text)
	if err == nil {
		err = s.AddArgs(args, origin(name, v))
	}
	if err != nil {
		return &sshconfig.SettingError{Host: h.Name, From: origin(name, v), Msg: fmt.Sprintf("%s: %v", name, err), What: "put it into ssh_config (djship reads that as ssh does), or take it out"}
	}
	return nil
}
