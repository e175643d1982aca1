package remote

import (
	"fmt"
	"strings"
)

// BecomeKind says in which way becoming root failed.
type BecomeKind string

// The values of BecomeKind.
const (
	BecomePasswordNeeded BecomeKind = "password needed"
	BecomeWrongPassword  BecomeKind = "wrong password"
	BecomeNotPermitted   BecomeKind = "not permitted"
	BecomeNoTTY          BecomeKind = "no tty"  // it insists on a terminal, and the server gives none
	BecomeMissing        BecomeKind = "missing" // the host has no such command
)

// A BecomeError says that the login is fine but did not become root.
type BecomeError struct {
	Host, User string // the inventory's name, the login name
	Method     string // "sudo", "su", "doas"
	Target     string // who it should have become: "root"
	Kind       BecomeKind
	Output     string // what the method said, at most a few lines
}

func (e *BecomeError) Error() string {
	who := fmt.Sprintf("%s can't become %s by %s", e.User, e.Target, e.Method)
	switch e.Kind {
	case BecomePasswordNeeded:
		return who + ": a password is needed and none was given"
	case BecomeWrongPassword:
		return who + ": the password was refused"
	case BecomeNoTTY:
		return who + ": it wants a terminal and the server gives none" + e.said()
	case BecomeMissing:
		return who + ": there is no " + e.Method + " on the host"
	default:
		return who + e.said()
	}
}

func (e *BecomeError) said() string {
	if e.Output == "" {
		return ""
	}
	return sentence(": %s", e.Output)
}

// Hint says what would let the login become root.
func (e *BecomeError) Hint() string {
	if hint := accountHint(e.Output, e.passwordOwner()); hint != "" {
		return hint
	}
	switch e.Kind {
	case BecomePasswordNeeded:
		return "give it with -K or, where there is no terminal, by DJSHIP_BECOME_PASSWORD or --become-password-file"
	case BecomeWrongPassword:
		return "give the right one with -K; it is the password of " + e.passwordOwner() + " on that host"
	case BecomeMissing:
		return "install it (apt-get install " + e.Method + "), log in as root (-u root), or choose another ansible_become_method"
	case BecomeNoTTY:
		return "put into /etc/sudoers.d/: Defaults:" + e.User + " !requiretty"
	}
	switch e.Method {
	case "su":
		return "let " + e.User + " use su (pam_wheel?), log in as root (-u root), or choose another ansible_become_method"
	case "doas":
		return "put into /etc/doas.conf: permit nopass " + e.User + " as " + e.Target
	default:
		return "put into /etc/sudoers.d/" + sudoersFile(e.User) + ": " + e.User + " ALL=(" + e.grantee() + ") NOPASSWD: ALL"
	}
}

func (e *BecomeError) passwordOwner() string {
	if e.Method == "su" {
		return e.Target
	}
	return e.User
}

func (e *BecomeError) grantee() string {
	if e.Target == "root" {
		return "ALL:ALL"
	}
	return e.Target
}

// sudoersFile is user as a name that sudo reads: it skips files with a dot or a tilde in them.
func sudoersFile(user string) string {
	return strings.NewReplacer(".", "_", "~", "_").Replace(user)
}

// A LoginShellError says that the login shell ended before it ran anything: a shell like nologin,
// a forced command, or an rc file that exits.
type LoginShellError struct {
	Host, User string
	Status     int    // its exit status; -1 where it gave none
	Output     string // the last it said
}

func (e *LoginShellError) Error() string {
	said := ""
	if e.Output != "" {
		said = ": " + e.Output
	}
	if e.Status < 0 {
		return sentence("the login shell of %s ran nothing%s", e.User, said)
	}
	return sentence("the login shell of %s ended with status %d before it ran anything%s", e.User, e.Status, said)
}

// Hint says where to look.
func (e *LoginShellError) Hint() string {
	if hint := accountHint(e.Output, e.User); hint != "" {
		return hint
	}
	return "look at " + e.User + "'s shell in /etc/passwd, for an exit in its .bashrc, and for a forced command in authorized_keys; this must print ok: ssh " + e.Host + " echo ok"
}
