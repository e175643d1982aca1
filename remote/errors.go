package remote

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"unicode"

	"djship/shell"

	"golang.org/x/crypto/ssh"
)

// The errors of Dial, Exec and Upload. Each says in one lower-case sentence what happened; its
// Hint says what to do about it. None holds a secret.

// An UnreachableError says that no SSH connection came about: name, network, or a server that
// hung up before anyone logged in.
type UnreachableError struct {
	Host      string // the inventory's name
	Addr      string // host:port that did not answer
	Hop       string // the jump host that was being dialled; empty for the host itself
	Retryable bool   // the server hung up before authentication, as a busy sshd does (MaxStartups)
	Err       error
}

func (e *UnreachableError) Error() string {
	if e.Hop != "" {
		return sentence("can't reach jump host %s: %v", e.Hop, e.Err)
	}
	return sentence("can't reach %s: %v", e.Addr, e.Err)
}

// Hint says what to check.
func (e *UnreachableError) Hint() string {
	if e.Retryable {
		return "the server hung up before login: it may be busy or may have blocked this address for a while (MaxStartups, PerSourcePenalties, fail2ban); try again in a minute"
	}
	var unknown *net.DNSError
	if errors.As(e.Err, &unknown) && unknown.IsNotFound {
		return "nobody here knows the name " + unknown.Name + ": correct it, or say where it is: ansible_host in the inventory, HostName in ~/.ssh/config, /etc/hosts or DNS"
	}
	host, port, ok := cutPort(e.Addr)
	if !ok {
		return "try: ssh -v " + e.Addr
	}
	return fmt.Sprintf("check the address and that sshd listens there: ssh -v -p %s %s", port, host)
}

func (e *UnreachableError) Unwrap() error { return e.Err }

// An UnknownHostKeyError says that a server showed a key nobody has vouched for yet. Hand it to
// Dialer.Accept when a person says yes, and dial again.
type UnknownHostKeyError struct {
	Host        string // the inventory's name, or a jump host's
	Addr        string // host:port
	Name        string // how known_hosts calls it
	Key         ssh.PublicKey
	Fingerprint string // SHA256:...
	File        string // where Accept writes the key; empty for nowhere
	Strict      bool   // StrictYes: nobody may be asked
}

func (e *UnknownHostKeyError) Error() string {
	return fmt.Sprintf("the host key of %s is not known (%s %s)", e.Name, keyTypeName(e.Key), e.Fingerprint)
}

// Hint says how to come to know a key.
func (e *UnknownHostKeyError) Hint() string {
	if e.Strict {
		return "StrictHostKeyChecking is yes for it: put the key into " + e.File + " (ssh-keyscan prints it; compare fingerprints)"
	}
	return "compare the fingerprint with the server's (ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub there), then accept it when asked, or use --accept-new"
}

// A ChangedHostKeyError says that a server showed another key than known_hosts has for it: it was
// installed anew, or somebody is in between.
type ChangedHostKeyError struct {
	Host    string // the inventory's name, or a jump host's
	Addr    string
	Name    string // how known_hosts calls it
	File    string
	Line    int
	Old     string // fingerprint in known_hosts
	New     string // fingerprint that the server showed
	Type    string // what the server showed: "ED25519", "RSA" ...
	OldType string // what known_hosts has
}

func (e *ChangedHostKeyError) Error() string {
	old := e.Old
	if e.OldType != e.Type {
		old = e.OldType + " " + e.Old
	}
	return fmt.Sprintf("the host key of %s has changed: the server shows %s %s, %s:%d has %s; somebody may be listening in, or the server was installed anew",
		e.Name, e.Type, e.New, e.File, e.Line, old)
}

// Hint gives the command that forgets the old key.
func (e *ChangedHostKeyError) Hint() string {
	if e.File == knownHostsCommand {
		return "if you know that the server's key was changed: correct what KnownHostsCommand prints; then run djship again"
	}
	return fmt.Sprintf("if you know that the server's key was changed: ssh-keygen -f %s -R %s; then run djship again", shell.Quote(e.File), shell.Quote(e.Name))
}

// A RevokedHostKeyError says that known_hosts marks the server's key, or the authority that
// signed it, as @revoked.
type RevokedHostKeyError struct {
	Host        string // the inventory's name, or a jump host's
	Name        string // how known_hosts calls it
	File        string
	Line        int
	Fingerprint string
}

func (e *RevokedHostKeyError) Error() string {
	return fmt.Sprintf("the host key of %s (%s) is marked as revoked in %s:%d", e.Name, e.Fingerprint, e.File, e.Line)
}

// Hint says what a revoked key means.
func (e *RevokedHostKeyError) Hint() string {
	return "do not log in there with this key: make new host keys on the server (ssh-keygen -A after removing the old ones)"
}

// A HostKeyError says that a server has no key that could be checked, or showed a certificate
// that is not good for it.
type HostKeyError struct {
	Host string // the inventory's name, or a jump host's
	Name string // how known_hosts calls it
	Err  error
}

func (e *HostKeyError) Error() string {
	return sentence("the host key of %s can't be trusted: %v", e.Name, e.Err)
}

// Hint says how ssh sees it.
func (e *HostKeyError) Hint() string { return "see what ssh says: ssh -v " + shell.Quote(e.Name) }

func (e *HostKeyError) Unwrap() error { return e.Err }

// A PassphraseError says that a server would take a key that is encrypted, and that nobody gave
// its passphrase.
type PassphraseError struct {
	Path string // the private key
	Err  error
}

func (e *PassphraseError) Error() string {
	return fmt.Sprintf("the key %s is encrypted: %v", e.Path, e.Err)
}

// Hint says where a passphrase can come from.
func (e *PassphraseError) Hint() string {
	return "add it to the agent beforehand: ssh-add " + shell.Quote(e.Path)
}

func (e *PassphraseError) Unwrap() error { return e.Err }

// A SessionError says that the server refuses to run anything more on this connection.
type SessionError struct {
	Host string
	Err  error
}

func (e *SessionError) Error() string {
	return sentence("the server refuses another session on this connection: %v", e.Err)
}

// Hint says which setting that is.
func (e *SessionError) Hint() string { return "raise MaxSessions in the host's /etc/ssh/sshd_config" }

func (e *SessionError) Unwrap() error { return e.Err }

// A ForwardError says that no connection from the host to an address came about.
type ForwardError struct {
	Host    string
	Addr    string
	Refused bool // the server forwards nothing; otherwise nobody answers at Addr
	Err     error
}

func (e *ForwardError) Error() string {
	if e.Refused {
		return sentence("the server refuses to forward connections: %v", e.Err)
	}
	return sentence("nothing answers at %s, seen from the host: %v", e.Addr, e.Err)
}

// Hint says what to look at.
func (e *ForwardError) Hint() string {
	if e.Refused {
		return "set AllowTcpForwarding yes (and no DisableForwarding) in the host's /etc/ssh/sshd_config"
	}
	return "see what listens there: ss -ltnp"
}

func (e *ForwardError) Unwrap() error { return e.Err }

// A LostError says that the connection went away while something ran: what runs there may or may
// not go on.
type LostError struct {
	Host string
	Err  error
}

func (e *LostError) Error() string { return sentence("lost the connection: %v", e.Err) }

// Hint says that a second run is safe.
func (e *LostError) Hint() string { return "run it again: it goes on where it was" }

func (e *LostError) Unwrap() error { return e.Err }

// An ExitError says that the script ran and ended with another status than 0.
type ExitError struct {
	Status int
	Signal string // "KILL", "TERM" ...; empty where it ended by itself
}

func (e *ExitError) Error() string {
	if e.Signal != "" {
		return sentence("killed by signal %s", e.Signal)
	}
	return fmt.Sprintf("exit status %d", e.Status)
}

// An UploadError says which file could not be put on the host.
type UploadError struct {
	Path string // on the host: the file, or the directory where it is not known which
	Err  error
}

func (e *UploadError) Error() string {
	return sentence("can't upload %s: %v", e.Path, e.Err)
}

// Hint says what uploads need.
func (e *UploadError) Hint() string { return "check free space and permissions there" }

func (e *UploadError) Unwrap() error { return e.Err }

// maxSentence is how long a message may be, in bytes.
const maxSentence = 2 << 10

// sentence formats a message with text in it that came from a host: one line, without control
// characters, and not without end.
func sentence(format string, args ...any) string {
	text := strings.ReplaceAll(strings.TrimSpace(fmt.Sprintf(format, args...)), "\n", "; ")
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if len(text) > maxSentence {
		text = strings.ToValidUTF8(text[:maxSentence], "") + " …"
	}
	return text
}

// cutPort splits "host:port".
func cutPort(addr string) (host, port string, ok bool) {
	host, port, err := net.SplitHostPort(addr)
	return host, port, err == nil
}
