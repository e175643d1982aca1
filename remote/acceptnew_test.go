package remote_test

import (
	"os"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// TestAcceptNewTakesOnlyTheNew has --accept-new meet servers whose key is not new, in all ways that
// known_hosts has to say so: none is logged in to, and known_hosts stays as it is.
func TestAcceptNewTakesOnlyTheNew(t *testing.T) {
	key, other, ca, wrongCA := remotetest.NewSigner(t), remotetest.NewSigner(t), remotetest.NewSigner(t), remotetest.NewSigner(t)
	keyLine, otherLine, caLine := keyText(key.PublicKey()), keyText(other.PublicKey()), keyText(ca.PublicKey())
	authority := "@cert-authority * " + caLine + "\n"
	late := hostCert(t, ca, key, func(c *ssh.Certificate) { c.ValidBefore = uint64(time.Now().Add(-time.Hour).Unix()) })
	others := hostCert(t, ca, key, func(c *ssh.Certificate) { c.ValidPrincipals = []string{"other"} })
	users := hostCert(t, ca, key, func(c *ssh.Certificate) { c.CertType = ssh.UserCert })
	for _, test := range []struct {
		name   string
		signer ssh.Signer
		known  func(name string) string
		want   any // a pointer to the error; nil where it is logged in to
	}{
		{"new", key, func(string) string { return "" }, nil},
		{"known", key, func(n string) string { return n + " " + keyLine + "\n" }, nil},
		{"known, hashed", key, func(n string) string { return knownhosts.HashHostname(n) + " " + keyLine + "\n" }, nil},
		{"certified", hostCert(t, ca, key, nil), func(string) string { return authority }, nil},
		{"changed", key, func(n string) string { return n + " " + otherLine + "\n" }, new(*remote.ChangedHostKeyError)},
		{"changed, hashed", key, func(n string) string { return knownhosts.HashHostname(n) + " " + otherLine + "\n" }, new(*remote.ChangedHostKeyError)},
		{"changed, by a pattern", key, func(string) string { return "[127.0.0.*]:* " + otherLine + "\n" }, new(*remote.ChangedHostKeyError)},
		{"changed, certified by nobody known", hostCert(t, wrongCA, key, nil), func(n string) string { return n + " " + otherLine + "\n" }, new(*remote.ChangedHostKeyError)},
		{"of another type", key, func(n string) string { return n + " " + keyText(rsaSigner(t).PublicKey()) + "\n" }, new(*remote.ChangedHostKeyError)},
		{"revoked", key, func(string) string { return "@revoked * " + keyLine + "\n" }, new(*remote.RevokedHostKeyError)},
		{"revoked, hashed", key, func(n string) string { return "@revoked " + knownhosts.HashHostname(n) + " " + keyLine + "\n" }, new(*remote.RevokedHostKeyError)},
		{"revoked and known", key, func(n string) string { return n + " " + keyLine + "\n@revoked " + n + " " + keyLine + "\n" }, new(*remote.RevokedHostKeyError)},
		{"certified, key revoked", hostCert(t, ca, key, nil), func(string) string { return authority + "@revoked * " + keyLine + "\n" }, new(*remote.RevokedHostKeyError)},
		{"certified, authority revoked", hostCert(t, ca, key, nil), func(string) string { return authority + "@revoked * " + caLine + "\n" }, new(*remote.RevokedHostKeyError)},
		{"certified, out of date", late, func(string) string { return authority }, new(*remote.HostKeyError)},
		{"certified for another host", others, func(string) string { return authority }, new(*remote.HostKeyError)},
		{"certified as a user", users, func(string) string { return authority }, new(*remote.HostKeyError)},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{test.signer, key}})
			ep := s.Endpoint(t, "dev")
			before := test.known(knownhosts.Normalize(s.Addr))
			ep.KnownHosts, ep.StrictHostKey = []string{writeFile(t, "known_hosts", before)}, remote.StrictAcceptNew
			c, err := new(remote.Dialer).Dial(t.Context(), ep)
			switch want := test.want.(type) {
			case nil:
				if err != nil {
					t.Fatal(err)
				}
				_ = c.Close()
			case **remote.ChangedHostKeyError:
				as[*remote.ChangedHostKeyError](t, err)
			case **remote.RevokedHostKeyError:
				as[*remote.RevokedHostKeyError](t, err)
			case **remote.HostKeyError:
				as[*remote.HostKeyError](t, err)
			default:
				t.Fatalf("%T", want)
			}
			if test.want != nil && s.Counts().Logins > 0 {
				t.Error("it was logged in to")
			}
			after, err := os.ReadFile(ep.KnownHosts[0])
			if err != nil || test.name != "new" && string(after) != before {
				t.Errorf("known_hosts is now %q, %v", after, err)
			}
		})
	}
}
