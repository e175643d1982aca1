package remote

import (
	"time"

	"djship/secret"
)

// An Endpoint is everything needed to log in to one host and become root there: plain data, fully
// resolved from flags, inventory and ssh_config. Nothing in it is looked up again.
type Endpoint struct {
	Name string // the inventory's name of the host; what messages call it
	Addr string // host name or IP address to dial
	Port int
	User string // login name

	IdentityFiles    []string     // private keys in the order to try; absolute, missing files are skipped
	CertificateFiles []string     // user certificates for those keys
	IdentitiesOnly   bool         // offer no agent key but those of IdentityFiles
	AgentSocket      string       // path of the agent's socket; empty for none
	AddKeysToAgent   bool         // hand a key whose passphrase was typed to the agent
	Password         secret.Value // for password and keyboard-interactive logins

	Jumps        []Endpoint // hosts to go through, in the order in which they are dialled; Jumps of a jump are ignored
	ProxyCommand string     // expanded; run by /bin/sh, its stdin and stdout are the connection

	HostKeyAlias      string        // name to look up in known_hosts instead of Addr
	HostKeyAlgorithms []string      // from ssh_config; empty for the default
	KnownHosts        []string      // files, absolute; a new key is added to the first
	GlobalKnownHosts  []string      // read only
	KnownHostsCommand string        // expanded; its output is read as a known_hosts file
	StrictHostKey     StrictHostKey // what to do about an unknown key

	ConnectTimeout      time.Duration // for TCP and handshake of one hop; 0 is 10 s
	ServerAliveInterval time.Duration // 0 is 5 s
	ServerAliveCountMax int           // 0 is 3

	Become Become
}

// StrictHostKey is ssh_config's StrictHostKeyChecking. A changed key is refused by all of them
// but StrictNo.
type StrictHostKey int

// The values of StrictHostKey.
const (
	StrictAsk       StrictHostKey = iota // unknown: Dial returns *UnknownHostKeyError
	StrictAcceptNew                      // unknown: taken, and added to KnownHosts after login
	StrictYes                            // unknown: refused
	StrictNo                             // anything is taken
)

// Become says how a login that is not root's becomes root.
type Become struct {
	Method   string // "sudo", "su", "doas"; "" is none: the login already is who it should be
	User     string // "" is root
	Password secret.Value
	Flags    string // more words for the command, as in ansible_become_flags
	Exe      string // path of the command where it is not on PATH
}
