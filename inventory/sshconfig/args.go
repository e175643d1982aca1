package sshconfig

import (
	"errors"
	"fmt"
	"strings"
)

// letterOptions are ssh's flags that take a value, by the option they set.
var letterOptions = map[byte]string{'J': "proxyjump", 'p': "port", 'l': "user", 'i': "identityfile"}

// ignoredLetters are ssh's flags without a value that make no difference to what djship does.
const ignoredLetters = "CqvTtxXaAk"

// AddArgs adds what arguments for ssh say where nothing stronger is set; from is where they were
// written. Whatever djship cannot act on is an error.
func (s Settings) AddArgs(args []string, from string) error {
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if len(arg) < 2 || arg[0] != '-' {
			return fmt.Errorf("%q is no option of ssh", arg)
		}
		letter, value := arg[1], arg[2:]
		if strings.IndexByte(ignoredLetters, letter) >= 0 {
			if strings.Trim(value, ignoredLetters) != "" {
				return fmt.Errorf("%q is not supported", arg)
			}
			continue
		}
		if letter == 'F' {
			return errors.New("-F is not supported for single hosts; name the file with djship's own -F, for all of them")
		}
		if letter != 'o' && letterOptions[letter] == "" {
			return fmt.Errorf("-%c is not supported", letter)
		}
		if value == "" {
			if len(args) == 0 {
				return fmt.Errorf("-%c has no value", letter)
			}
			value, args = args[0], args[1:]
		}
		option := letterOptions[letter]
		if letter == 'o' {
			option, value = splitOption(value)
		}
		if ignoredOptions[option] {
			continue
		}
		if !supportedOptions[option] {
			return fmt.Errorf("option %q is not supported", option)
		}
		values, err := optionValues(option, value)
		if err != nil {
			return fmt.Errorf("option %q: %w", option, err)
		}
		s.SetOnce(option, from, values...)
	}
	return nil
}
