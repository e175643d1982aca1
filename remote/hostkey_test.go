package remote_test

import (
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// hint asks an error what to do; every error of the package must know.
func hint(t *testing.T, err error) string {
	t.Helper()
	h, ok := err.(interface{ Hint() string })
	if !ok || h.Hint() == "" {
		t.Fatalf("%T has no hint: %v", err, err)
	}
	return h.Hint()
}

// as gives err as the wanted type or fails the test.
func as[E error](t *testing.T, err error) E {
	t.Helper()
	var want E
	if !errors.As(err, &want) {
		t.Fatalf("error is %T (%v), want %T", err, err, want)
	}
	return want
}

// dial logs in and has the connection closed with the test.
func dial(t *testing.T, d *remote.Dialer, ep remote.Endpoint) *remote.Conn {
	t.Helper()
	c, err := d.Dial(t.Context(), ep)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func rsaSigner(t *testing.T) ssh.Signer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func hostCert(t *testing.T, ca, key ssh.Signer, change func(*ssh.Certificate)) ssh.Signer {
	t.Helper()
	cert := &ssh.Certificate{Key: key.PublicKey(), CertType: ssh.HostCert, ValidPrincipals: []string{"127.0.0.1"},
		ValidBefore: ssh.CertTimeInfinity}
	if change != nil {
		change(cert)
	}
	if err := cert.SignCert(rand.Reader, ca); err != nil {
		t.Fatal(err)
	}
	signer, err := ssh.NewCertSigner(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

func keyText(key ssh.PublicKey) string {
	return strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key)))
}

// TestHostKeys has a server with an ed25519 and an RSA key met by all kinds of known_hosts files.
func TestHostKeys(t *testing.T) {
	ed, rsaKey, other, otherRSA, ca := remotetest.NewSigner(t), rsaSigner(t), remotetest.NewSigner(t), rsaSigner(t), remotetest.NewSigner(t)
	s := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{ed, rsaKey}})
	name := knownhosts.Normalize(s.Addr)
	edLine, rsaLine := keyText(ed.PublicKey()), keyText(rsaKey.PublicKey())
	otherLine, otherRSALine := keyText(other.PublicKey()), keyText(otherRSA.PublicKey())

	const (
		ok      = "ok"
		unknown = "unknown"
		changed = "changed"
		revoked = "revoked"
	)
	for _, test := range []struct {
		name, known, want string
		change            func(*remote.Endpoint)
	}{
		{"only ed25519", name + " " + edLine, ok, nil},
		{"only rsa", name + " " + rsaLine, ok, nil},
		{"hashed", knownhosts.HashHostname(name) + " " + rsaLine, ok, nil},
		{"two names", "db.example," + name + " " + edLine, ok, nil},
		{"wildcard with a port", "[127.0.0.*]:" + portOf(s.Addr) + " " + rsaLine, ok, nil},
		{"wildcard without a port", "127.0.0.? " + rsaLine, ok, nil},
		{"star", "* " + edLine, ok, nil},
		{"negated", "*,!" + name + " " + edLine, ok, nil}, // as ssh: the address without port matches *
		{"negated with and without port", "*,!" + name + ",!127.0.0.1 " + edLine, unknown, nil},
		{"the address without its port", "127.0.0.1 " + edLine, ok, nil},
		{"changed, though right without its port", name + " " + otherLine + "\n127.0.0.1 " + edLine, changed, nil},
		{"another key for the address without its port", "127.0.0.1 " + otherLine, unknown, nil},
		{"garbage around it", "oops\n" + name + " ssh-xmss@openssh.com AAAA\n@what x y z\n" + name + " " + edLine + "\n\x00\xff", ok, nil},
		{"two keys of a type, one right", name + " " + otherLine + "\n" + name + " " + edLine, ok, nil},
		{"one type right, one changed", name + " " + otherLine + "\n" + name + " " + rsaLine, changed, nil},
		{"changed", name + " " + otherLine, changed, nil},
		{"changed rsa", name + " " + otherRSALine, changed, nil},
		{"changed, accept-new", name + " " + otherLine, changed, accept(remote.StrictAcceptNew)},
		{"changed, strict yes", name + " " + otherLine, changed, accept(remote.StrictYes)},
		{"changed, strict no", name + " " + otherLine, ok, accept(remote.StrictNo)},
		{"unknown", "", unknown, nil},
		{"unknown, strict yes", "", unknown, accept(remote.StrictYes)},
		{"unknown, strict no", "", ok, accept(remote.StrictNo)},
		{"unknown, accept-new", "", ok, accept(remote.StrictAcceptNew)},
		{"revoked", name + " " + edLine + "\n@revoked * " + edLine, revoked, nil},
		{"revoked, strict no", "@revoked * " + edLine, revoked, accept(remote.StrictNo)},
		{"another host's revoked", name + " " + edLine + "\n@revoked other.example " + edLine, ok, nil},
		{"the key as an authority only", "@cert-authority " + name + " " + edLine, unknown, nil},
		{"an authority that the server does not use", "@cert-authority * " + keyText(ca.PublicKey()) + "\n" + name + " " + rsaLine, ok, nil},
		{"alias", "web-one " + rsaLine, ok, func(ep *remote.Endpoint) { ep.HostKeyAlias = "Web-One" }},
		{"alias, known by address", name + " " + edLine, unknown, func(ep *remote.Endpoint) { ep.HostKeyAlias = "web-one" }},
		{"only rsa allowed", name + " " + edLine + "\n" + name + " " + rsaLine, ok,
			func(ep *remote.Endpoint) { ep.HostKeyAlgorithms = []string{"rsa-sha2-512"} }},
		{"known command", "", ok, func(ep *remote.Endpoint) {
			ep.KnownHostsCommand = "echo " + strings.NewReplacer("[", `'['`, "]", `']'`).Replace(name) + " " + rsaLine
		}},
		{"global file", "", ok, func(ep *remote.Endpoint) {
			ep.GlobalKnownHosts = []string{"/does/not/exist", writeFile(t, "global", name+" "+rsaLine)}
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ep := s.Endpoint(t, "dev")
			ep.KnownHosts = []string{writeFile(t, "known_hosts", test.known)}
			if test.change != nil {
				test.change(&ep)
			}
			var d remote.Dialer
			c, err := d.Dial(t.Context(), ep)
			switch test.want {
			case ok:
				if err != nil {
					t.Fatal(err)
				}
				_ = c.Close()
			case unknown:
				as[*remote.UnknownHostKeyError](t, err)
			case changed:
				as[*remote.ChangedHostKeyError](t, err)
			case revoked:
				as[*remote.RevokedHostKeyError](t, err)
			}
			if err != nil {
				hint(t, err)
			}
			known := test.want == ok && ep.StrictHostKey == remote.StrictAsk
			if got := d.KnowsKey(ep); known && !got {
				t.Error("KnowsKey is false for a host that can be logged in to")
			}
		})
	}
}

func accept(strict remote.StrictHostKey) func(*remote.Endpoint) {
	return func(ep *remote.Endpoint) { ep.StrictHostKey = strict }
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}

func writeFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestHostCertificates(t *testing.T) {
	ca, wrongCA, key := remotetest.NewSigner(t), remotetest.NewSigner(t), remotetest.NewSigner(t)
	for _, test := range []struct {
		name   string
		signer ssh.Signer
		known  func(name string) string
		want   string // part of the error; empty for none
	}{
		{"authority", hostCert(t, ca, key, nil), func(string) string { return "@cert-authority 127.0.0.* " + keyText(ca.PublicKey()) }, ""},
		{"authority with port", hostCert(t, ca, key, nil), func(n string) string { return "@cert-authority " + n + " " + keyText(ca.PublicKey()) }, ""},
		{"no authority, plain key known", hostCert(t, ca, key, nil), func(n string) string { return n + " " + keyText(key.PublicKey()) }, ""},
		{"another authority", hostCert(t, wrongCA, key, nil), func(string) string { return "@cert-authority * " + keyText(ca.PublicKey()) }, "not known"},
		{"another host's", hostCert(t, ca, key, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"other"} }),
			func(string) string { return "@cert-authority * " + keyText(ca.PublicKey()) }, "not in the set of valid principals"},
		{"out of date", hostCert(t, ca, key, func(c *ssh.Certificate) { c.ValidBefore = uint64(time.Now().Add(-time.Hour).Unix()) }),
			func(string) string { return "@cert-authority * " + keyText(ca.PublicKey()) }, "expired"},
		{"a user's", hostCert(t, ca, key, func(c *ssh.Certificate) { c.CertType = ssh.UserCert }),
			func(string) string { return "@cert-authority * " + keyText(ca.PublicKey()) }, "not a host's"},
		{"revoked authority", hostCert(t, ca, key, nil), func(string) string {
			return "@cert-authority * " + keyText(ca.PublicKey()) + "\n@revoked * " + keyText(ca.PublicKey())
		}, "revoked"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{test.signer, key}})
			ep := s.Endpoint(t, "dev")
			ep.KnownHosts = []string{writeFile(t, "known_hosts", test.known(knownhosts.Normalize(s.Addr)))}
			c, err := new(remote.Dialer).Dial(t.Context(), ep)
			switch {
			case err == nil && test.want == "":
				_ = c.Close()
			case err == nil:
				t.Fatal("the certificate was taken")
			case test.want == "" || !strings.Contains(err.Error(), test.want):
				t.Fatalf("error %q, want %q in it", err, test.want)
			default:
				hint(t, err)
			}
		})
	}
}

// TestOtherType has a known host show a key of another type only, as one who listens in without the
// real key would. To ssh that is a changed key, and so is the way out: the old one is forgotten, then
// the new one is an unknown one.
func TestOtherType(t *testing.T) {
	for _, strict := range []remote.StrictHostKey{remote.StrictAsk, remote.StrictAcceptNew, remote.StrictYes} {
		s := remotetest.Start(t, remotetest.Options{})
		ep := s.Endpoint(t, "dev")
		ep.StrictHostKey = strict
		old := rsaSigner(t).PublicKey()
		name := knownhosts.Normalize(s.Addr)
		ep.KnownHosts = []string{writeFile(t, "known_hosts", "# one\n"+name+" "+keyText(old))}
		var d remote.Dialer
		if !d.KnowsKey(ep) {
			t.Error("there is a key to check, so nobody is asked")
		}
		_, err := d.Dial(t.Context(), ep)
		as[*remote.ChangedHostKeyError](t, err)
		want := fmt.Sprintf("the host key of %s has changed: the server shows ED25519 %s, %s:2 has RSA %s; somebody may be listening in, or the server was installed anew",
			name, ssh.FingerprintSHA256(s.HostKey), ep.KnownHosts[0], ssh.FingerprintSHA256(old))
		if err.Error() != want {
			t.Errorf("got  %s\nwant %s", err, want)
		}
		if want := "ssh-keygen -f " + ep.KnownHosts[0] + " -R '" + name + "'; then run djship again"; !strings.HasSuffix(hint(t, err), want) {
			t.Errorf("hint %q does not end with %q", hint(t, err), want)
		}
		// What the hint says is done.
		if err := os.WriteFile(ep.KnownHosts[0], []byte("# one\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var again remote.Dialer
		if again.KnowsKey(ep) {
			t.Error("a forgotten key counts as known")
		}
		_, err = again.Dial(t.Context(), ep)
		if strict == remote.StrictAcceptNew {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if k := as[*remote.UnknownHostKeyError](t, err); k.Strict != (strict == remote.StrictYes) {
			t.Errorf("strict is %v", k.Strict)
		}
	}
}

// TestChangedKeyOfCommand has the old key in no file that a person could take it out of.
func TestChangedKeyOfCommand(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.KnownHosts = nil
	ep.KnownHostsCommand = "echo '" + knownhosts.Normalize(s.Addr) + " " + keyText(rsaSigner(t).PublicKey()) + "'"
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	as[*remote.ChangedHostKeyError](t, err)
	if want := "if you know that the server's key was changed: correct what KnownHostsCommand prints; then run djship again"; hint(t, err) != want {
		t.Errorf("hint %q, want %q", hint(t, err), want)
	}
}

func TestKnownHostsCommandFails(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.KnownHostsCommand = "false"
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	if as[*remote.HostKeyError](t, err); !strings.Contains(err.Error(), "KnownHostsCommand") {
		t.Errorf("error does not say why: %v", err)
	}
	hint(t, err)
}

func TestChangedKeySays(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	old := remotetest.NewSigner(t).PublicKey()
	ep.KnownHosts = []string{writeFile(t, "known_hosts", "# one\n"+knownhosts.Normalize(s.Addr)+" "+keyText(old))}
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	as[*remote.ChangedHostKeyError](t, err)
	for _, want := range []string{ep.KnownHosts[0] + ":2", ssh.FingerprintSHA256(old), ssh.FingerprintSHA256(s.HostKey)} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not have %q", err, want)
		}
	}
	if want := "ssh-keygen -f " + ep.KnownHosts[0] + " -R '" + knownhosts.Normalize(s.Addr) + "'"; !strings.Contains(hint(t, err), want) {
		t.Errorf("hint %q does not have %q", hint(t, err), want)
	}
	if n := s.Counts().Logins; n != 0 {
		t.Errorf("%d logins to a host that can't be trusted", n)
	}
}
