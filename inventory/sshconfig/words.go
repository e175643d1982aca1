package sshconfig

import (
	"errors"
	"strings"
)

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
