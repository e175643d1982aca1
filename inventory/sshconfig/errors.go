package sshconfig

import (
	"fmt"

	"djship/inventory/source"
)

// A SettingError is a variable, flag or option of ssh_config that djship cannot go by.
type SettingError struct {
	Host string
	From string // where it is set
	Msg  string
	What string // what to do about it, for Hint
}

func (e *SettingError) Error() string {
	if e.From == "" {
		return fmt.Sprintf("%s: %s", e.Host, e.Msg)
	}
	return fmt.Sprintf("%s: %s (%s)", e.Host, e.Msg, e.From)
}

// Hint says what to do next.
func (e *SettingError) Hint() string { return e.What }

// A ConfigError is an ssh_config that cannot be read without the ssh program.
type ConfigError struct {
	Pos source.Pos
	Msg string
}

func (e *ConfigError) Error() string {
	return fmt.Sprintf("%s: %s cannot be read without the ssh program", e.Pos, e.Msg)
}

// Hint says what to do next.
func (e *ConfigError) Hint() string {
	return "install OpenSSH's client, or name a simpler file with -F (-F none: no file at all)"
}
