package inventory

import (
	"errors"
	"fmt"
	"strings"
)

// argOptions are the options of ssh that djship acts on, wherever they are set.
var argOptions = map[string]bool{
	"hostname": true, "port": true, "user": true, "identityfile": true, "certificatefile": true,
	"identitiesonly": true, "identityagent": true, "addkeystoagent": true, "proxyjump": true,
	"proxycommand": true, "hostkeyalias": true, "hostkeyalgorithms": true, "userknownhostsfile": true,
	"globalknownhostsfile": true, "knownhostscommand": true, "stricthostkeychecking": true,
	"connecttimeout": true, "serveraliveinterval": true, "serveralivecountmax": true,
}

// idleOptions make no difference to what djship does: it shares connections by itself, forwards
// nothing and has no terminal.
var idleOptions = map[string]bool{
	"controlmaster": true, "controlpersist": true, "controlpath": true, "compression": true,
	"forwardagent": true, "forwardx11": true, "loglevel": true, "requesttty": true, "tcpkeepalive": true,
	"batchmode": true, "updatehostkeys": true, "visualhostkey": true, "hashknownhosts": true, "checkhostip": true,
	"sendenv": true, "setenv": true,
}

// argLetters are ssh's flags that take a value, by the option they set; idleLetters the ones
// without a value that make no difference.
var argLetters = map[byte]string{'J': "proxyjump", 'p': "port", 'l': "user", 'i': "identityfile"}

const idleLetters = "CqvTtxXaAk"

// argSettings adds what a variable with arguments for ssh says. Whatever djship cannot act on is
// an error.
func (h *Host) argSettings(s settings, name string) error {
	v, ok := h.Var(name)
	if !ok || v.Any == nil {
		return nil
	}
	text, err := h.literalText(name, v)
	if err != nil {
		return err
	}
	refuse := func(format string, args ...any) error {
		return &SettingError{h.Name, origin(name, v), fmt.Sprintf(format, args...), "put it into ssh_config (djship reads that as ssh does), or take it out"}
	}
	args, bad := argWords(text)
	if bad != nil {
		return refuse("%s: %s", name, bad.what)
	}
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if len(arg) < 2 || arg[0] != '-' {
			return refuse("%s: %q is no option of ssh", name, arg)
		}
		letter, value := arg[1], arg[2:]
		if strings.IndexByte(idleLetters, letter) >= 0 {
			if strings.Trim(value, idleLetters) != "" {
				return refuse("%s: %q is not supported", name, arg)
			}
			continue
		}
		if letter == 'F' {
			return refuse("%s: -F is not supported for single hosts; name the file with djship's own -F, for all of them", name)
		}
		if letter != 'o' && argLetters[letter] == "" {
			return refuse("%s: -%c is not supported", name, letter)
		}
		if value == "" {
			if len(args) == 0 {
				return refuse("%s: -%c has no value", name, letter)
			}
			value, args = args[0], args[1:]
		}
		option := argLetters[letter]
		if letter == 'o' {
			option, value = splitOption(value)
		}
		if idleOptions[option] {
			continue
		}
		if !argOptions[option] {
			return refuse("%s: option %q is not supported", name, option)
		}
		values, err := optionValues(option, value)
		if err != nil {
			return refuse("%s: option %q: %v", name, option, err)
		}
		s.setOnce(option, origin(name, v), values...)
	}
	return nil
}

// argWords splits arguments as a shell does.
func argWords(text string) ([]string, *splitError) {
	words, _, bad := splitWords([]rune(text))
	args := make([]string, len(words))
	for i, w := range words {
		args[i] = w.text
	}
	return args, bad
}

// splitOption splits "Key=value" or "Key value"; the key is returned in lower case.
func splitOption(s string) (key, value string) {
	s = strings.TrimSpace(s)
	n := strings.IndexAny(s, "= \t")
	if n < 0 {
		return strings.ToLower(s), ""
	}
	value = strings.TrimLeft(s[n:], " \t")
	value = strings.TrimPrefix(value, "=")
	return strings.ToLower(s[:n]), strings.TrimSpace(value)
}

// optionValues returns an option's value, or values where it is a list of files.
func optionValues(option, value string) ([]string, error) {
	if rawOptions[option] {
		return []string{value}, nil
	}
	words, err := sshWords(value)
	switch {
	case err != nil:
		return nil, err
	case len(words) == 0 || words[0] == "":
		return nil, errors.New("an option without a value")
	case len(words) > 1 && option != "userknownhostsfile" && option != "globalknownhostsfile":
		return nil, errors.New("a second value")
	}
	return words, nil
}

// sshWords splits a value as ssh does: at blanks outside of quotes, up to a # that begins a word. A
// backslash counts only before a quote, a backslash, or a blank outside of quotes; elsewhere it is
// a sign like others, as in C:\Users.
func sshWords(s string) ([]string, error) {
	var words []string
	for i := 0; i < len(s); i++ {
		if s[i] == ' ' || s[i] == '\t' {
			continue
		}
		if s[i] == '#' {
			break
		}
		var word strings.Builder
		quote := byte(0)
		for ; i < len(s) && (quote != 0 || s[i] != ' ' && s[i] != '\t'); i++ {
			c := s[i]
			switch {
			case c == '\\' && i+1 < len(s) && (strings.IndexByte(`'"\`, s[i+1]) >= 0 || quote == 0 && s[i+1] == ' '):
				i++
				word.WriteByte(s[i])
			case quote == 0 && (c == '"' || c == '\''):
				quote = c
			case quote == c:
				quote = 0
			default:
				word.WriteByte(c)
			}
		}
		if quote != 0 {
			return nil, errors.New("a quote that is never closed")
		}
		words = append(words, word.String())
	}
	return words, nil
}
