package remote_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"
)

// startSSHD starts the machine's own sshd, with accounts that exist for it only; like says what is
// different there.
func startSSHD(t *testing.T, like ...string) remote.Endpoint {
	t.Helper()
	for _, program := range []string{"unshare", "/usr/sbin/sshd", "sudo", "doas", "useradd"} {
		needs(t, program)
	}
	if os.Geteuid() != 0 {
		missing(t, "only root can make accounts")
	}
	dir, err := os.MkdirTemp("", "sshd")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	userKey, user := remotetest.NewKeyFile(t, "")
	hostKey, host := remotetest.NewKeyFile(t, "")
	content, err := os.ReadFile(hostKey)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{"user.pub": keyText(user) + "\n", "host": string(content)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := free.Addr().String()
	_ = free.Close()

	var log bytes.Buffer
	cmd := exec.Command("unshare", append([]string{"-m", "/bin/sh", "testdata/sshd.sh", dir, portOf(addr)}, like...)...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &log, &log, time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM)
		<-ended
		if t.Failed() {
			t.Logf("sshd says:\n%s", log.String())
		}
	})
	for {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
			break
		}
		select {
		case <-ended:
			t.Fatalf("sshd did not start:\n%s", log.String())
		case <-time.After(20 * time.Millisecond):
		}
	}
	return remote.Endpoint{
		Name: "sshd", Addr: "127.0.0.1", Port: free.Addr().(*net.TCPAddr).Port,
		IdentityFiles: []string{userKey},
		KnownHosts:    []string{writeFile(t, "known_hosts", "[127.0.0.1]:"+portOf(addr)+" "+keyText(host))},
	}
}

// TestSSHD logs in to a real sshd in all ways and becomes root by real sudo, su and doas.
func TestSSHD(t *testing.T) {
	box := startSSHD(t)
	t.Run("login", func(t *testing.T) { t.Parallel(); sshdLogins(t, box) })
	t.Run("become", func(t *testing.T) { t.Parallel(); sshdBecome(t, box) })
	t.Run("accounts", func(t *testing.T) { t.Parallel(); sshdAccounts(t, box) })
	t.Run("work", func(t *testing.T) { t.Parallel(); sshdWork(t, box) })
}

func sshdBecome(t *testing.T, box remote.Endpoint) {
	stdin := make([]byte, 20_000)
	for i := range stdin {
		stdin[i] = byte(rand.Uint32())
	}
	const ok = remote.BecomeKind("")
	for _, test := range []struct {
		user, method, password, target string
		want                           remote.BecomeKind
		how                            string
	}{
		{"free", "", "", "", ok, "login"},
		{"fishy", "", "", "", ok, "login"},
		{"free", "sudo", "", "", ok, "sudo"},
		{"fishy", "sudo", "", "", ok, "sudo"},
		{"loud", "sudo", "", "", ok, "sudo"},
		{"loud", "sudo", sentinel, "", ok, "sudo"},
		{"free", "sudo", "", "asked", ok, "sudo"},
		{"asked", "sudo", "password of asked", "", ok, "sudo with password"},
		{"asked", "sudo", "", "", remote.BecomePasswordNeeded, ""},
		{"asked", "sudo", sentinel, "", remote.BecomeWrongPassword, ""},
		{"nobodys", "sudo", "password of nobodys", "", remote.BecomeNotPermitted, ""},
		{"ttyfree", "sudo", "", "", ok, "sudo"},
		{"ttyasked", "sudo", "password of ttyasked", "", ok, "sudo with password"},
		{"ttyasked", "sudo", sentinel, "", remote.BecomeWrongPassword, ""},
		{"asked", "su", "password of root", "", ok, "su with password"},
		{"asked", "su", "password of free", "free", ok, "su with password"},
		{"asked", "su", sentinel, "", remote.BecomeWrongPassword, ""},
		{"asked", "su", "", "", remote.BecomePasswordNeeded, ""},
		{"free", "doas", "", "", ok, "doas"},
		{"asked", "doas", "password of asked", "", ok, "doas with password"},
		{"asked", "doas", "", "", remote.BecomePasswordNeeded, ""},
		{"asked", "doas", sentinel, "", remote.BecomeWrongPassword, ""},
		{"nobodys", "doas", "password of nobodys", "", remote.BecomeNotPermitted, ""},
	} {
		t.Run(strings.TrimSpace(fmt.Sprintf("%s %s %s %s %s", test.user, test.method, test.target, test.want, test.how)), func(t *testing.T) {
			t.Parallel()
			ep := box
			ep.User = test.user
			ep.Become = remote.Become{Method: test.method, User: test.target, Password: secret.New(test.password)}
			c := dial(t, new(remote.Dialer), ep)
			p, err := c.Exec(t.Context(), remote.Text("id -un; cat"))
			if test.want != ok {
				refused := as[*remote.BecomeError](t, err)
				if refused.Kind != test.want {
					t.Errorf("error is %+v, want kind %q", refused, test.want)
				}
				noSecret(t, err)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				_, _ = p.Stdin.Write(stdin)
				_ = p.Stdin.Close()
			}()
			got, _ := io.ReadAll(p.Stdout)
			who := test.target
			switch {
			case who != "":
			case test.method == "":
				who = test.user
			default:
				who = "root"
			}
			if want := who + "\n" + string(stdin); string(got) != want {
				t.Errorf("printed %d bytes, want %q and stdin's %d: %.40q", len(got), who, len(stdin), got)
			}
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
			if how := c.Info().Become; how != test.how {
				t.Errorf("became by %q, want %q", how, test.how)
			}
		})
	}
}

func sshdLogins(t *testing.T, box remote.Endpoint) {
	for _, test := range []struct {
		user, password, want string
	}{
		{"free", "", "key " + box.IdentityFiles[0]},
		{"free", "password of free", "password"},
		{"nobodys", "password of nobodys", "keyboard-interactive"},
		{"free", sentinel, ""},
		{"nobodys", sentinel, ""},
		{"who", "", ""},
	} {
		ep := box
		ep.User, ep.Password = test.user, secret.New(test.password)
		if test.password != "" {
			ep.IdentityFiles = nil
		}
		c, err := new(remote.Dialer).Dial(t.Context(), ep)
		if test.want == "" {
			as[*remote.AuthError](t, err)
			noSecret(t, err)
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", test.user, err)
			continue
		}
		if got := c.Info().Auth; got != test.want {
			t.Errorf("%s: logged in by %q, want %q", test.user, got, test.want)
		}
		_ = c.Close()
	}

}

// sshdAccounts logs in as accounts that may not be used now, and wants each to be told what is the matter.
func sshdAccounts(t *testing.T, box remote.Endpoint) {
	for _, test := range []struct{ user, error, hint string }{
		{"oldaccount", "took the login as oldaccount and then refused the account", "chage -E -1 oldaccount"},
		{"oldpassword", "assword change required", "chage -M -1 oldpassword"},
		{"image", "Please login as the user", "-u debian, or ansible_user=debian"},
		{"shut", "This account is currently not available", "chsh -s /bin/sh shut"},
	} {
		ep := box
		ep.User = test.user
		c, err := new(remote.Dialer).Dial(t.Context(), ep)
		if err == nil {
			_, err = c.Exec(t.Context(), remote.Text("true"))
			_ = c.Close()
		}
		var advises interface{ Hint() string }
		if !errors.As(err, &advises) || !strings.Contains(err.Error(), test.error) || !strings.Contains(advises.Hint(), test.hint) {
			t.Errorf("%s: %v (%T), hint: %v", test.user, err, err, advises)
			if advises != nil {
				t.Log(advises.Hint())
			}
		}
	}
}

// TestNoLogin has a real sshd let nobody but root in.
func TestNoLogin(t *testing.T) {
	box := startSSHD(t, "nologin")
	box.User = "free"
	_, err := new(remote.Dialer).Dial(t.Context(), box)
	refused := as[*remote.AuthError](t, err)
	if !refused.Shut || !strings.Contains(refused.Error(), "System is going down") || !strings.Contains(refused.Hint(), "/etc/nologin") {
		t.Errorf("%v, hint: %s", refused, refused.Hint())
	}
}

func sshdWork(t *testing.T, box remote.Endpoint) {
	shut := box
	shut.User = "shut"
	_, err := dial(t, new(remote.Dialer), shut).Exec(t.Context(), remote.Text("true"))
	as[*remote.LoginShellError](t, err)

	// The banner of loud's shell would be SFTP's first packet.
	for _, user := range []string{"free", "loud"} {
		ep := box
		ep.User = user
		c := dial(t, new(remote.Dialer), ep)
		dir := strings.TrimSpace(output(t, c, "mktemp -d"))
		if err := c.Upload(t.Context(), dir, []remote.Upload{{Name: "a", Content: []byte("1")}, {Name: "b", Content: []byte("2")}}); err != nil {
			t.Errorf("%s: %v", user, err)
		}
		if got := output(t, c, "cd "+dir+" && cat a b && cd / && rm -r "+dir); got != "12" {
			t.Errorf("%s uploaded %q, want 12", user, got)
		}
	}
}
