package remote

import "errors"

// A Cause is the kind of an error of this package, for programs that count them. The zero Cause is that a host
// did not answer, or not as a server does.
type Cause string

// The values of Cause.
const (
	NoLogin    Cause = "no_login"    // it refused the login, or the account, or the key could not be used
	NoRoot     Cause = "no_root"     // logged in, but not root
	NotTrusted Cause = "not_trusted" // it showed a host key that is not, or no more, the known one
	Lost       Cause = "lost"        // the connection ended in the middle
)

// CauseOf is the kind of an error.
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
