package remote

import (
	"errors"
	"net"
	"strings"
)

// A Cause says which door of a host was shut, for those who count. The zero Cause is that it did not
// answer, or not as a server does.
type Cause string

// The values of Cause.
const (
	NoLogin    Cause = "no_login"    // it refused the login, or the account, or the key could not be used
	NoRoot     Cause = "no_root"     // logged in, but not root
	NotTrusted Cause = "not_trusted" // it showed a host key that is not, or no more, the known one
	Lost       Cause = "lost"        // the connection ended in the middle
)

// CauseOf tells by which door it was that a host could not be worked on.
func CauseOf(err error) Cause {
	switch {
	case is[*AuthError](err), is[*PassphraseError](err), is[*AgentError](err), is[*LoginShellError](err), is[*SessionError](err):
		return NoLogin
	case is[*BecomeError](err):
		return NoRoot
	case is[*UnknownHostKeyError](err), is[*ChangedHostKeyError](err), is[*RevokedHostKeyError](err), is[*HostKeyError](err):
		return NotTrusted
	case is[*LostError](err):
		return Lost
	}
	return ""
}

func is[E error](err error) bool {
	var e E
	return errors.As(err, &e)
}

// AddrOf is the address, host:port, that an error of a login is about and that its words name; "" for none.
func AddrOf(err error) string {
	var refused *AuthError
	var away *UnreachableError
	switch {
	case errors.As(err, &refused):
		return refused.Addr
	case errors.As(err, &away) && away.Hop == "":
		return away.Addr
	}
	return ""
}

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
