package remotetest

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"net"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// ServeAgent makes an agent answer at a socket until the test ends.
func ServeAgent(t *testing.T, keyring agent.Agent) (socket string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "agent")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	socket = filepath.Join(dir, "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go func() { _ = agent.ServeAgent(keyring, nc) }()
		}
	}()
	return socket
}

// A SecurityKey is an agent with a key that lives in a FIDO token.
type SecurityKey struct {
	agent.Agent
	private ed25519.PrivateKey
	Public  ssh.PublicKey
}

const skApplication = "ssh:"

// NewSecurityKey makes a key of the type sk-ssh-ed25519@openssh.com.
func NewSecurityKey(t *testing.T) SecurityKey {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParsePublicKey(ssh.Marshal(struct {
		Type        string
		Key         []byte
		Application string
	}{ssh.KeyAlgoSKED25519, public, skApplication}))
	if err != nil {
		t.Fatal(err)
	}
	return SecurityKey{agent.NewKeyring(), private, key}
}

// List implements agent.Agent.
func (k SecurityKey) List() ([]*agent.Key, error) {
	return []*agent.Key{{Format: k.Public.Type(), Blob: k.Public.Marshal(), Comment: "token"}}, nil
}

// Sign signs as a token that was touched.
func (k SecurityKey) Sign(_ ssh.PublicKey, data []byte) (*ssh.Signature, error) {
	const touched, counter = 1, 7
	application, message := sha256.Sum256([]byte(skApplication)), sha256.Sum256(data)
	flags := binary.BigEndian.AppendUint32([]byte{touched}, counter)
	blob := append(append(append([]byte(nil), application[:]...), flags...), message[:]...)
	return &ssh.Signature{Format: k.Public.Type(), Blob: ed25519.Sign(k.private, blob), Rest: flags}, nil
}

// SignWithFlags implements agent.ExtendedAgent.
func (k SecurityKey) SignWithFlags(key ssh.PublicKey, data []byte, _ agent.SignatureFlags) (*ssh.Signature, error) {
	return k.Sign(key, data)
}

// Extension implements agent.ExtendedAgent.
func (k SecurityKey) Extension(string, []byte) ([]byte, error) {
	return nil, agent.ErrExtensionUnsupported
}
