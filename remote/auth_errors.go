package remote

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"djship/shell"
)

// An AuthError says that the server refused the login. It is never worth a retry: servers count.
type AuthError struct {
	Host  string   // the inventory's name, or a jump host's
	Addr  string   // host:port
	User  string   // login name
	Tried []string // what was offered, in order: "key /home/a/.ssh/id_ed25519", "agent key SHA256:...", "password"
	Allow []string // the methods that the server takes
	Said  string   // what the server said to the user, where it then hung up
	Shut  bool     // it had taken the login, and then refused the account
	NoKey bool     // there was no key and no password to offer
	Err   error    // why something was not tried, or what the server said; may be nil
}

func (e *AuthError) Error() string {
	if e.Shut {
		said := ""
		if e.Said != "" {
			said = ": " + e.Said
		}
		return sentence("%s took the login as %s and then refused the account%s", e.Addr, e.User, said)
	}
	tried := "nothing to offer"
	switch {
	case len(e.Tried) > 0:
		tried = "tried " + strings.Join(e.Tried, ", ")
	case e.NoKey:
		tried = "you have no key"
	}
	if e.Err != nil {
		return sentence("%s refused the login as %s (%s): %v", e.Addr, e.User, tried, e.Err)
	}
	return fmt.Sprintf("%s refused the login as %s (%s)", e.Addr, e.User, tried)
}

// Hint says by what the server lets people in, and how to use that.
func (e *AuthError) Hint() string {
	if hint := accountHint(e.Said, e.User); hint != "" {
		return hint
	}
	if e.Shut {
		who := shell.Quote(e.User)
		return "as root on the host: ls /etc/nologin; chage -l " + who + "; grep -v '^#' /etc/security/access.conf - one of them keeps it out; journalctl -u ssh tells"
	}
	var agent *AgentError
	switch {
	case len(e.Tried) == 0 && errors.As(e.Err, &agent):
		return agent.Hint()
	case e.NoKey:
		return e.keyHint()
	}
	if e.refusedPassword() {
		return e.passwordHint()
	}
	hint := "check the login name (-u) and that its ~/.ssh/authorized_keys on the host has one of your keys (--private-key)"
	if e.takesPassword() {
		return hint + ", " + byPassword
	}
	return hint
}

const byPassword = "or log in by password (-k; without a terminal by DJSHIP_CONNECTION_PASSWORD or --connection-password-file)"

// keyHint says how to come to have a key, and how the host comes to know it.
func (e *AuthError) keyHint() string {
	to := shell.Quote(e.User + "@" + e.Addr)
	if host, port, ok := cutPort(e.Addr); ok {
		to = shell.Quote(e.User + "@" + host)
		if port != "22" {
			to = "-p " + port + " " + to
		}
	}
	const make = "where you have a key elsewhere, name it (--private-key FILE); else make one (ssh-keygen -t ed25519)"
	if e.takesPassword() {
		return make + " and bring it there by password (ssh-copy-id " + to + "), " + byPassword
	}
	return make + " and add its .pub file to ~" + e.User + "/.ssh/authorized_keys there, by the provider's console: that host takes no password"
}

// passwordHint says what to look at where a password did not do.
func (e *AuthError) passwordHint() string {
	hint := "the password was refused"
	if len(e.Tried) > 1 {
		hint = "all that was tried was refused, the password too"
	}
	hint += ": check it and the login name (-u)"
	if e.User == "root" {
		hint += "; root may log in by password only where the host's sshd has PermitRootLogin yes"
	}
	return hint
}

// refusedPassword tells whether a password was given, in whatever way, and did not do.
func (e *AuthError) refusedPassword() bool {
	return slices.Contains(e.Tried, "password") || slices.Contains(e.Tried, "keyboard-interactive")
}

// takesPassword tells whether the server would let a password in.
func (e *AuthError) takesPassword() bool {
	return slices.ContainsFunc(e.Allow, func(m string) bool { return m == "password" || m == "keyboard-interactive" })
}

func (e *AuthError) Unwrap() error { return e.Err }
