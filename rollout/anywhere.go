package rollout

import (
	"net"
	"strings"
)

// Anywhere is what is said of a host at addr as it could be said of any: with "the host" for its address.
func Anywhere(text, addr string) string {
	if addr == "" {
		return text
	}
	text = replaceWord(text, addr, "the host")
	if host, _, err := net.SplitHostPort(addr); err == nil {
		text = replaceWord(text, host, "the host")
	}
	return text
}

// replaceWord replaces word where it is not part of a longer name or address.
func replaceWord(text, word, by string) string {
	if word == "" {
		return text
	}
	inName := func(c byte) bool {
		return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-_.:/@", c) >= 0 || c >= 0x80
	}
	var b strings.Builder
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return b.String() + text[from:]
		}
		at, end := from+i, from+i+len(word)
		b.WriteString(text[from:at])
		// A colon or a stop behind it may be the sentence's.
		part := at > 0 && inName(text[at-1]) || end < len(text) && inName(text[end]) && !(strings.IndexByte(":.", text[end]) >= 0 && (end+1 == len(text) || text[end+1] == ' '))
		if part {
			b.WriteString(word)
		} else {
			b.WriteString(by)
		}
		from = end
	}
}
