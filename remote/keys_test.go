package remote_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"

	"golang.org/x/crypto/ssh"
)

// TestKeyFiles logs in with each kind of key in each format that there is.
func TestKeyFiles(t *testing.T) {
	_, ed, _ := ed25519.GenerateKey(rand.Reader)
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8 := func(key any) *pem.Block {
		der, err := x509.MarshalPKCS8PrivateKey(key)
		if err != nil {
			t.Fatal(err)
		}
		return &pem.Block{Type: "PRIVATE KEY", Bytes: der}
	}
	openSSH := func(key crypto.PrivateKey) *pem.Block {
		block, err := ssh.MarshalPrivateKey(key, "")
		if err != nil {
			t.Fatal(err)
		}
		return block
	}
	sec1, err := x509.MarshalECPrivateKey(ec)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		block  *pem.Block
		signer crypto.Signer
	}{
		"ed25519 OpenSSH": {openSSH(ed), ed},
		"ed25519 PKCS#8":  {pkcs8(ed), ed},
		"ecdsa OpenSSH":   {openSSH(ec), ec},
		"ecdsa PEM":       {&pem.Block{Type: "EC PRIVATE KEY", Bytes: sec1}, ec},
		"rsa OpenSSH":     {openSSH(rs), rs},
		"rsa PEM":         {&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rs)}, rs},
		"rsa PKCS#8":      {pkcs8(rs), rs},
	} {
		t.Run(name, func(t *testing.T) {
			public, err := ssh.NewPublicKey(test.signer.Public())
			if err != nil {
				t.Fatal(err)
			}
			s := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{public}, RefuseKeys: true})
			ep := s.Endpoint(t, "dev")
			ep.IdentityFiles = []string{writeFile(t, "id", string(pem.EncodeToMemory(test.block)))}
			dial(t, new(remote.Dialer), ep)
		})
	}
}

// TestEncryptedKeyFiles has ssh-keygen encrypt keys in all its ways. Those that can't be read here
// are told apart from a wrong passphrase, and asked for once.
func TestEncryptedKeyFiles(t *testing.T) {
	keygen := needs(t, "ssh-keygen")
	for name, test := range map[string]struct {
		args []string
		want string // part of the error; empty for none
	}{
		"OpenSSH":           {[]string{"-t", "ed25519"}, ""},
		"OpenSSH, cbc":      {[]string{"-t", "ecdsa", "-Z", "aes256-cbc"}, ""},
		"OpenSSH, gcm":      {[]string{"-t", "ed25519", "-Z", "aes256-gcm@openssh.com"}, "cipher"},
		"PEM":               {[]string{"-t", "rsa", "-b", "2048", "-m", "PEM"}, ""},
		"PEM, no .pub file": {[]string{"-t", "rsa", "-b", "2048", "-m", "PEM"}, ""},
		"PKCS#8":            {[]string{"-t", "rsa", "-b", "2048", "-m", "PKCS8"}, "ENCRYPTED PRIVATE KEY"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "id")
			// -a 1: one round, so that the key opens fast.
			out, err := exec.Command(keygen, append(test.args, "-q", "-a", "1", "-N", sentinel, "-f", path)...).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			content, err := os.ReadFile(path + ".pub")
			if err != nil {
				t.Fatal(err)
			}
			public, _, _, _, err := ssh.ParseAuthorizedKey(content)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(name, "no .pub") {
				_ = os.Remove(path + ".pub")
			}
			s := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{public}, RefuseKeys: true})
			ep := s.Endpoint(t, "dev")
			ep.IdentityFiles = []string{path}
			asked := 0
			d := &remote.Dialer{Passphrase: func(context.Context, string) (secret.Value, error) {
				asked++
				return secret.New(sentinel), nil
			}}
			c, err := d.Dial(t.Context(), ep)
			switch {
			case test.want == "" && err != nil:
				t.Fatal(err)
			case test.want == "":
				_ = c.Close()
			case err == nil || !strings.Contains(err.Error(), test.want):
				t.Errorf("error is %v, want %q in it", err, test.want)
			default:
				noSecret(t, err)
			}
			if asked > 1 {
				t.Errorf("asked %d times", asked)
			}
		})
	}
}

func TestSecurityKey(t *testing.T) {
	token := remotetest.NewSecurityKey(t)
	s := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{token.Public}, RefuseKeys: true})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket = remotetest.ServeAgent(t, token)
	ep.IdentityFiles = []string{writeFile(t, "id_sk.pub", keyText(token.Public))}
	dial(t, new(remote.Dialer), ep)
}

// What can't be a key is told from one, locked or not, without asking for anything.
func TestMayBeKey(t *testing.T) {
	plain, public := remotetest.NewKeyFile(t, "")
	locked, _ := remotetest.NewKeyFile(t, "passphrase")
	dir := t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for path, want := range map[string]bool{
		plain: true, locked: true, filepath.Join(dir, "missing"): true, dir: false,
		write("id.pub", ssh.MarshalAuthorizedKey(public)): true,
		write("empty", nil): false,
		write("putty.ppk", []byte("PuTTY-User-Key-File-3: ssh-ed25519\n")):                                 false,
		write("certificate.pem", []byte("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")): false,
		write("hosts.ini", []byte("[web]\nweb1 ansible_host=192.0.2.1\n")):                                 false,
	} {
		if got := remote.MayBeKey(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
	}
}
