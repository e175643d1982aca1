// Package remotetest is an SSH server for tests: it listens on loopback, runs the commands it gets
// by a local shell, as the user of the test, serves SFTP and forwarded connections, counts what
// was asked of it, and fails in the ways that servers fail.
package remotetest

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"djship/remote"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// Options say what a server is like. The zero value is a plain server that takes one key.
type Options struct {
	HostKeys []ssh.Signer // may hold certificates; default is a new ed25519 key
	Version  string       // default "SSH-2.0-remotetest"

	Keys       []ssh.PublicKey // that may log in, besides the one of Endpoint
	UserCA     ssh.PublicKey   // whose certificates may log in
	Password   string          // that may log in; empty for no password logins
	AskAround  bool            // the password is asked for by keyboard-interactive only
	MaxTries   int             // as sshd's MaxAuthTries; default 6
	RefuseKeys bool            // no key may log in

	Shell     string              // login shell; default /bin/sh
	Env       []string            // besides the test's own, for commands: "PATH=..."
	Variable  func(string) string // what is taken of a variable that a client sets, as Debian's sshd takes LC_*; nil for all of it
	NoExec    bool                // commands are refused
	NoSFTP    bool                // no such subsystem
	NoForward bool                // AllowTcpForwarding no
	Forwards  map[string]string   // where forwarded addresses really are: "db:22" -> "127.0.0.1:4711"

	HangUp   int   // so many connections are closed before a word is said
	CutAfter int64 // each connection is reset after so many bytes from the client; 0 is never
	GoSilent bool  // ... instead of reset, it stays open and nothing more is read or answered
}

// A Server is a running server. Its methods are safe for concurrent use.
type Server struct {
	Addr    string // "127.0.0.1:port"
	Port    int
	KeyFile string // private key of a user who may log in
	HostKey ssh.PublicKey

	opts    Options
	dir     string
	clients []ssh.PublicKey
	ln      net.Listener
	wg      sync.WaitGroup

	mu       sync.Mutex
	counts   Counts
	commands []string
	conns    map[net.Conn]bool
	groups   map[int]bool // process groups of commands
	closed   bool
}

// Counts are how often a server was asked for what.
type Counts struct {
	Connections int // TCP connections
	Logins      int
	Refusals    int // authentication attempts refused, the obligatory "none" left out
	Execs       int
	SFTPs       int
	Forwards    int
	Flights     int // times that the server had to wait for the client, about one round trip each
	Open        int // connections open now
}

// Start starts a server that ends with the test.
func Start(tb testing.TB, opts Options) *Server {
	tb.Helper()
	s := &Server{opts: opts, dir: tb.TempDir(), conns: map[net.Conn]bool{}, groups: map[int]bool{}}
	if len(s.opts.HostKeys) == 0 {
		s.opts.HostKeys = []ssh.Signer{NewSigner(tb)}
	}
	s.HostKey = s.opts.HostKeys[0].PublicKey()
	var client ssh.PublicKey
	s.KeyFile, client = NewKeyFile(tb, "")
	s.clients = append(s.clients, client)
	if s.opts.RefuseKeys {
		s.clients = nil
	}
	s.clients = append(s.clients, s.opts.Keys...)

	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	s.ln, s.Addr, s.Port = ln, ln.Addr().String(), ln.Addr().(*net.TCPAddr).Port
	s.wg.Go(s.accept)
	tb.Cleanup(s.Close)
	return s
}

// Endpoint is how to log in: as the given user, by KeyFile, with a known_hosts file of its own
// that has the server's keys.
func (s *Server) Endpoint(tb testing.TB, user string) remote.Endpoint {
	tb.Helper()
	var lines []byte
	for _, signer := range s.opts.HostKeys {
		if _, cert := signer.PublicKey().(*ssh.Certificate); !cert {
			lines = append(lines, knownhosts.Line([]string{s.Addr}, signer.PublicKey())+"\n"...)
		}
	}
	known := filepath.Join(tb.TempDir(), "known_hosts")
	if err := os.WriteFile(known, lines, 0o600); err != nil {
		tb.Fatal(err)
	}
	return remote.Endpoint{
		Name: "host-" + strconv.Itoa(s.Port), Addr: "127.0.0.1", Port: s.Port, User: user,
		IdentityFiles: []string{s.KeyFile}, IdentitiesOnly: true, KnownHosts: []string{known},
	}
}

// Counts tells what was asked of the server so far.
func (s *Server) Counts() Counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := s.counts
	counts.Open = len(s.conns)
	return counts
}

// Commands lists the commands of all exec requests so far.
func (s *Server) Commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.commands...)
}

func (s *Server) count(add func(*Counts)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.counts)
}

// Drop resets all open connections, as a reboot would.
func (s *Server) Drop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for nc := range s.conns {
		reset(nc)
	}
}

// Close ends the server, its connections, and the commands that still run.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for group := range s.groups {
		killGroup(group)
	}
	for nc := range s.conns {
		_ = nc.Close()
	}
	s.mu.Unlock()
	_ = s.ln.Close()
	s.wg.Wait()
}

func (s *Server) accept() {
	for {
		nc, err := s.ln.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.counts.Connections++
		if s.closed || s.counts.Connections <= s.opts.HangUp {
			s.mu.Unlock()
			_ = nc.Close()
			continue
		}
		w := &wire{Conn: nc, s: s, left: s.opts.CutAfter, gone: make(chan struct{})}
		s.conns[w] = true
		s.mu.Unlock()
		s.wg.Go(func() { s.serve(w) })
	}
}

// serve is one connection's life.
func (s *Server) serve(w *wire) {
	defer func() {
		_ = w.Close()
		s.mu.Lock()
		delete(s.conns, w)
		s.mu.Unlock()
	}()
	conn, channels, requests, err := ssh.NewServerConn(w, s.config())
	if err != nil {
		return
	}
	s.count(func(c *Counts) { c.Logins++ })
	go func() {
		for r := range requests {
			_ = r.Reply(r.Type == "keepalive@openssh.com", nil)
		}
	}()
	for open := range channels {
		s.wg.Go(func() {
			switch open.ChannelType() {
			case "session":
				s.session(open)
			case "direct-tcpip":
				s.forward(open)
			default:
				_ = open.Reject(ssh.UnknownChannelType, "unknown channel type")
			}
		})
	}
	_ = conn.Wait()
}

var errRefused = errors.New("refused")

func (s *Server) config() *ssh.ServerConfig {
	config := &ssh.ServerConfig{ServerVersion: s.opts.Version, MaxAuthTries: s.opts.MaxTries,
		AuthLogCallback: func(_ ssh.ConnMetadata, method string, err error) {
			if err != nil && method != "none" {
				s.count(func(c *Counts) { c.Refusals++ })
			}
		},
		PublicKeyCallback: s.checkKey,
	}
	if config.ServerVersion == "" {
		config.ServerVersion = "SSH-2.0-remotetest"
	}
	if s.opts.Password != "" && !s.opts.AskAround {
		config.PasswordCallback = func(_ ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			return nil, s.checkPassword(string(password))
		}
	}
	if s.opts.Password != "" {
		config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
			answers, err := ask("", "", []string{"Password: "}, []bool{false})
			if err != nil || len(answers) != 1 {
				return nil, errRefused
			}
			return nil, s.checkPassword(answers[0])
		}
	}
	for _, key := range s.opts.HostKeys {
		config.AddHostKey(key)
	}
	return config
}

func (s *Server) checkPassword(password string) error {
	if password == s.opts.Password {
		return nil
	}
	return errRefused
}

func (s *Server) checkKey(meta ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
	if cert, ok := key.(*ssh.Certificate); ok && s.opts.UserCA != nil {
		checker := ssh.CertChecker{IsUserAuthority: func(ca ssh.PublicKey) bool {
			return bytes.Equal(ca.Marshal(), s.opts.UserCA.Marshal())
		}}
		return checker.Authenticate(meta, cert)
	}
	for _, known := range s.clients {
		if bytes.Equal(known.Marshal(), key.Marshal()) {
			return nil, nil
		}
	}
	return nil, errRefused
}

// NewSigner makes an ed25519 key.
func NewSigner(tb testing.TB) ssh.Signer {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		tb.Fatal(err)
	}
	return signer
}

// NewKeyFile makes an ed25519 key in OpenSSH's format, encrypted unless passphrase is empty, in a
// folder that goes with the test.
func NewKeyFile(tb testing.TB, passphrase string) (path string, public ssh.PublicKey) {
	tb.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	var block *pem.Block
	if passphrase == "" {
		block, err = ssh.MarshalPrivateKey(key, "test")
	} else {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "test", []byte(passphrase))
	}
	if err != nil {
		tb.Fatal(err)
	}
	path = filepath.Join(tb.TempDir(), "id")
	if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
		tb.Fatal(err)
	}
	public, err = ssh.NewPublicKey(key.Public())
	if err != nil {
		tb.Fatal(err)
	}
	return path, public
}
