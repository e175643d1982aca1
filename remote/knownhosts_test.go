package remote_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// TestAccept meets an unknown host as a person would: asked, yes, in, and known from then on.
func TestAccept(t *testing.T) {
	ed := remotetest.NewSigner(t)
	s := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{rsaSigner(t), ed}})
	ep := s.Endpoint(t, "dev")
	file := filepath.Join(t.TempDir(), "new", ".ssh", "known_hosts")
	ep.KnownHosts = []string{file}

	var d remote.Dialer
	if d.KnowsKey(ep) {
		t.Fatal("KnowsKey is true for a host never seen")
	}
	_, err := d.Dial(t.Context(), ep)
	unknown := as[*remote.UnknownHostKeyError](t, err)
	if unknown.Fingerprint != ssh.FingerprintSHA256(ed.PublicKey()) || unknown.File != file {
		t.Errorf("asked about %s for %s, want the ed25519 key %s for %s", unknown.Fingerprint, unknown.File, ssh.FingerprintSHA256(ed.PublicKey()), file)
	}
	if err := d.Accept(unknown); err != nil {
		t.Fatal(err)
	}
	if !d.KnowsKey(ep) {
		t.Error("KnowsKey is false after Accept")
	}
	refused := ep
	refused.IdentityFiles = nil
	_, err = d.Dial(t.Context(), refused)
	as[*remote.AuthError](t, err)
	var later remote.Dialer // another run, after this one has failed to log in
	if !later.KnowsKey(ep) {
		t.Fatal("the key that was said yes to is not kept, as the login failed")
	}

	// Many at once write one line.
	dialAtOnce(t, &d, ep, 8)
	got, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := knownhosts.Normalize(s.Addr) + " " + keyText(ed.PublicKey()) + "\n"; string(got) != want {
		t.Errorf("known_hosts is\n%swant\n%s", got, want)
	}
	for path, want := range map[string]os.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, want %v (%v)", path, info.Mode().Perm(), want, err)
		}
	}
	dial(t, new(remote.Dialer), ep)
}

// TestAppend adds to a file that lacks its last newline.
func TestAppend(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.StrictHostKey = remote.StrictAcceptNew
	ep.KnownHosts = []string{writeFile(t, "known_hosts", "# mine")}
	dial(t, new(remote.Dialer), ep)
	got, err := os.ReadFile(ep.KnownHosts[0])
	if err != nil {
		t.Fatal(err)
	}
	if want := "# mine\n" + knownhosts.Normalize(s.Addr) + " " + keyText(s.HostKey) + "\n"; string(got) != want {
		t.Errorf("known_hosts is %q, want %q", got, want)
	}
}

// dialAtOnce logs in so many times at once, each of which must do.
func dialAtOnce(t *testing.T, d *remote.Dialer, ep remote.Endpoint, n int) {
	t.Helper()
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			c, err := d.Dial(t.Context(), ep)
			if err != nil {
				t.Error(err)
				return
			}
			_ = c.Close()
		})
	}
	wg.Wait()
}
