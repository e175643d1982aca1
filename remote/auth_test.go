package remote_test

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

const sentinel = "s3ntinel-pässword"

// noSecret fails the test if the secret shows in an error or in its hint.
func noSecret(t *testing.T, err error) {
	t.Helper()
	if text := err.Error() + hint(t, err); strings.Contains(text, sentinel) {
		t.Errorf("the secret is in %q", text)
	}
}

func startAgent(t *testing.T, keys ...agent.AddedKey) (socket string, keyring agent.Agent) {
	t.Helper()
	keyring = agent.NewKeyring()
	for _, key := range keys {
		if err := keyring.Add(key); err != nil {
			t.Fatal(err)
		}
	}
	return remotetest.ServeAgent(t, keyring), keyring
}

// rawKey reads a private key for an agent.
func rawKey(t *testing.T, path string) agent.AddedKey {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.ParseRawPrivateKey(content)
	if err != nil {
		t.Fatal(err)
	}
	return agent.AddedKey{PrivateKey: key}
}

func TestAuth(t *testing.T) {
	right, rightPub := remotetest.NewKeyFile(t, "")
	wrong, _ := remotetest.NewKeyFile(t, "")
	garbage := writeFile(t, "garbage", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n")
	many := make([]agent.AddedKey, 7)
	for i := range many {
		path, _ := remotetest.NewKeyFile(t, "")
		many[i] = rawKey(t, path)
	}
	inAgent, _ := startAgent(t, append(many, rawKey(t, right))...)
	pubFile := writeFile(t, "id.pub", keyText(rightPub))

	password := remotetest.Options{Password: sentinel, RefuseKeys: true}
	asking := remotetest.Options{Password: sentinel, RefuseKeys: true, AskAround: true}
	keys := remotetest.Options{Keys: []ssh.PublicKey{rightPub}, RefuseKeys: true}
	for _, test := range []struct {
		name   string
		server remotetest.Options
		change func(*remote.Endpoint)
		want   string   // Info.Auth; empty for a refusal
		tried  []string // of the refusal
	}{
		{"key", keys, func(ep *remote.Endpoint) { ep.IdentityFiles = []string{right} }, "key " + right, nil},
		{"second key", keys, func(ep *remote.Endpoint) { ep.IdentityFiles = []string{wrong, "/does/not/exist", garbage, right} }, "key " + right, nil},
		{"wrong key", keys, func(ep *remote.Endpoint) { ep.IdentityFiles = []string{wrong} }, "", []string{"key " + wrong}},
		{"no key", keys, func(ep *remote.Endpoint) { ep.IdentityFiles = nil }, "", nil},
		{"agent, one of many", keys, func(ep *remote.Endpoint) { ep.AgentSocket, ep.IdentityFiles = inAgent, []string{right} }, "key " + right + " (agent)", nil},
		{"agent, by public key", keys, func(ep *remote.Endpoint) { ep.AgentSocket, ep.IdentityFiles = inAgent, []string{pubFile} }, "key " + pubFile + " (agent)", nil},
		{"agent, only others allowed", keys, func(ep *remote.Endpoint) { ep.AgentSocket, ep.IdentityFiles = inAgent, []string{wrong} }, "", []string{"key " + wrong}},
		{"password", password, func(ep *remote.Endpoint) { ep.Password = secret.New(sentinel) }, "password", nil},
		{"questions", asking, func(ep *remote.Endpoint) { ep.Password = secret.New(sentinel) }, "keyboard-interactive", nil},
		{"password, not given", password, func(ep *remote.Endpoint) { ep.IdentityFiles = nil }, "", nil},
		{"wrong password", password, func(ep *remote.Endpoint) { ep.IdentityFiles, ep.Password = nil, secret.New(sentinel+"!") }, "", []string{"password"}},
		{"wrong answer", asking, func(ep *remote.Endpoint) { ep.IdentityFiles, ep.Password = nil, secret.New(sentinel+"!") }, "", []string{"keyboard-interactive"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := remotetest.Start(t, test.server)
			ep := s.Endpoint(t, "dev")
			test.change(&ep)
			c, err := new(remote.Dialer).Dial(t.Context(), ep)
			if test.want != "" {
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				if got := c.Info().Auth; got != test.want {
					t.Errorf("logged in by %q, want %q", got, test.want)
				}
				return
			}
			refused := as[*remote.AuthError](t, err)
			if diff := cmp.Diff(test.tried, refused.Tried); diff != "" {
				t.Errorf("tried (-want +got):\n%s", diff)
			}
			noSecret(t, err)
			if h := hint(t, err); ep.Password.IsSet() && (!strings.Contains(h, "the password was refused") || strings.Contains(h, "-k")) {
				t.Errorf("a password was refused, and the hint is %q", h)
			}
			if n := s.Counts().Refusals; ep.Password.IsSet() && n != 1 {
				t.Errorf("the wrong password was sent %d times, want once", n)
			}
		})
	}
}

// TestAgentTooMany has an agent whose keys the server will not hear out; the configured one goes first.
func TestAgentTooMany(t *testing.T) {
	many := make([]agent.AddedKey, 8)
	for i := range many {
		path, _ := remotetest.NewKeyFile(t, "")
		many[i] = rawKey(t, path)
	}
	socket, _ := startAgent(t, many...)
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket, ep.IdentitiesOnly = socket, false
	dial(t, new(remote.Dialer), ep)

	ep.IdentityFiles = nil
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	if got := as[*remote.AuthError](t, err); len(got.Tried) != 8 || !strings.Contains(err.Error(), "too many authentication failures") {
		t.Errorf("error does not tell of 8 agent keys that were too many: %v", err)
	}
}

func TestUserCertificate(t *testing.T) {
	ca := remotetest.NewSigner(t)
	path, public := remotetest.NewKeyFile(t, "")
	cert := &ssh.Certificate{Key: public, CertType: ssh.UserCert, ValidPrincipals: []string{"dev"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	s := remotetest.Start(t, remotetest.Options{UserCA: ca.PublicKey(), RefuseKeys: true})
	ep := s.Endpoint(t, "dev")
	ep.IdentityFiles = []string{path}

	ep.CertificateFiles = []string{writeFile(t, "cert.pub", keyText(cert))}
	if got := dial(t, new(remote.Dialer), ep).Info().Auth; got != "certificate for key "+path {
		t.Errorf("logged in by %q", got)
	}
	ep.CertificateFiles = nil
	if err := os.WriteFile(path+"-cert.pub", []byte(keyText(cert)), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := dial(t, new(remote.Dialer), ep).Info().Auth; got != "certificate for key "+path {
		t.Errorf("logged in by %q with the certificate beside the key", got)
	}
}

// TestPassphrase has many hosts that take the same encrypted key: it is asked for once.
func TestPassphrase(t *testing.T) {
	path, public := remotetest.NewKeyFile(t, sentinel)
	s := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{public}, RefuseKeys: true})
	stranger := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.IdentityFiles = []string{path}

	var asked atomic.Int32
	answer := func(_ context.Context, path string) (secret.Value, error) {
		if asked.Add(1) == 1 {
			return secret.New("a typing error"), nil
		}
		return secret.New(sentinel), nil
	}
	d := &remote.Dialer{Passphrase: answer}
	strange := stranger.Endpoint(t, "dev")
	strange.IdentityFiles = []string{path}
	_, err := d.Dial(t.Context(), strange)
	as[*remote.AuthError](t, err)
	if asked.Load() != 0 {
		t.Error("asked for the passphrase of a key that the server does not take")
	}
	dialAtOnce(t, d, ep, 6)
	if n := asked.Load(); n != 2 {
		t.Errorf("asked %d times, want 2: a typing error and the passphrase", n)
	}

	for name, ask := range map[string]func(context.Context, string) (secret.Value, error){
		"nobody": nil,
		"no": func(context.Context, string) (secret.Value, error) {
			return secret.Value{}, errors.New("not a terminal")
		},
		"nothing":  func(context.Context, string) (secret.Value, error) { return secret.Value{}, nil },
		"mistakes": func(context.Context, string) (secret.Value, error) { return secret.New(sentinel + "!"), nil },
	} {
		_, err := (&remote.Dialer{Passphrase: ask}).Dial(t.Context(), ep)
		if got := as[*remote.PassphraseError](t, err); got.Path != path {
			t.Errorf("%s: error is about %s", name, got.Path)
		}
		noSecret(t, err)
	}
}

// TestAgentCertificate has the agent hold a certificate for a key, beside the key.
func TestAgentCertificate(t *testing.T) {
	ca := remotetest.NewSigner(t)
	path, public := remotetest.NewKeyFile(t, "")
	cert := &ssh.Certificate{Key: public, CertType: ssh.UserCert, ValidPrincipals: []string{"dev"}, ValidBefore: ssh.CertTimeInfinity}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	withCert := rawKey(t, path)
	withCert.Certificate = cert
	socket, _ := startAgent(t, rawKey(t, path), withCert)
	s := remotetest.Start(t, remotetest.Options{UserCA: ca.PublicKey(), RefuseKeys: true})
	for name, identities := range map[string][]string{"any": nil, "only that key": {path}} {
		ep := s.Endpoint(t, "dev")
		ep.AgentSocket, ep.IdentityFiles, ep.IdentitiesOnly = socket, identities, identities != nil
		if got := dial(t, new(remote.Dialer), ep).Info().Auth; got != "agent key "+ssh.FingerprintSHA256(cert) {
			t.Errorf("%s: logged in by %q", name, got)
		}
	}
}

func TestAddKeysToAgent(t *testing.T) {
	path, public := remotetest.NewKeyFile(t, sentinel)
	s := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{public}})
	socket, keyring := startAgent(t)
	ep := s.Endpoint(t, "dev")
	ep.IdentityFiles, ep.AgentSocket, ep.AddKeysToAgent = []string{path}, socket, true
	d := &remote.Dialer{Passphrase: func(context.Context, string) (secret.Value, error) { return secret.New(sentinel), nil }}
	dial(t, d, ep)
	keys, err := keyring.List()
	if err != nil || len(keys) != 1 || string(keys[0].Marshal()) != string(public.Marshal()) {
		t.Errorf("the agent has %v, want the key that was decrypted (%v)", keys, err)
	}
}

// TestDeadAgent has an agent's socket that nobody listens on: other keys still do.
func TestDeadAgent(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket = filepath.Join(t.TempDir(), "gone")
	dial(t, new(remote.Dialer), ep)
	ep.IdentityFiles = nil
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	as[*remote.AuthError](t, err)
	if !strings.Contains(err.Error(), ep.AgentSocket) {
		t.Errorf("error does not tell of the agent: %v", err)
	}
}

// The hint of a refused password says what else was, and what root's login takes.
func TestHintOfARefusedPassword(t *testing.T) {
	e := &remote.AuthError{Addr: "a:22", User: "root", Tried: []string{"key /a", "password"}, Allow: []string{"publickey", "password"}}
	if h := e.Hint(); !strings.HasPrefix(h, "all that was tried was refused, the password too: ") || !strings.Contains(h, "PermitRootLogin") || strings.Contains(h, "-k") {
		t.Error(h)
	}
}
