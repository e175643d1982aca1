package remote_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"
)

// TestSudo becomes root with sudos of all moods, and looks at what was typed at their prompts.
func TestSudo(t *testing.T) {
	remote.NoMethods(t)
	const ok = remote.BecomeKind("ok")
	for _, test := range []struct {
		name     string
		sudo     remotetest.FakeSudo
		password string
		shell    string // what the login shell does first
		want     remote.BecomeKind
		how      string
		entered  string // what sudo got at its prompts
	}{
		{"no password", remotetest.FakeSudo{}, "", "", ok, "sudo", ""},
		{"no password, though one is given", remotetest.FakeSudo{}, sentinel, "", ok, "sudo", ""},
		{"no password, though one is given, set -x", remotetest.FakeSudo{}, sentinel, "set -x", ok, "sudo", ""},
		{"password", remotetest.FakeSudo{Password: sentinel}, sentinel, "", ok, "sudo with password", sentinel + "\n"},
		{"password, set -x", remotetest.FakeSudo{Password: sentinel}, sentinel, "set -x", ok, "sudo with password", sentinel + "\n"},
		{"password, lecture", remotetest.FakeSudo{Password: sentinel, Lecture: "We trust you. Password: no."}, sentinel, "", ok, "sudo with password", sentinel + "\n"},
		{"sudo-rs", remotetest.FakeSudo{Password: sentinel, Rust: true}, sentinel, "set -x", ok, "sudo with password", sentinel + "\n"},
		{"sudo-rs, wrong", remotetest.FakeSudo{Password: "other", Rust: true}, sentinel, "", remote.BecomeWrongPassword, "", sentinel + "\n"},
		{"password, none given", remotetest.FakeSudo{Password: sentinel}, "", "", remote.BecomePasswordNeeded, "", ""},
		{"wrong password", remotetest.FakeSudo{Password: "other"}, sentinel, "", remote.BecomeWrongPassword, "", sentinel + "\n"},
		{"not in sudoers", remotetest.FakeSudo{Password: sentinel, Denied: "dev is not in the sudoers file."}, sentinel, "", remote.BecomeNotPermitted, "", sentinel + "\n"},
		{"not allowed", remotetest.FakeSudo{Denied: "Sorry, user dev is not allowed to execute '/bin/sh' as root on box."}, "", "", remote.BecomeNotPermitted, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			env, entered := test.sudo.Env(t)
			s := remotetest.Start(t, remotetest.Options{Env: env, Shell: shellThat(t, test.shell+"\neval \"$2\"")})
			ep := s.Endpoint(t, "dev")
			ep.Become = remote.Become{Method: "sudo", Password: secret.New(test.password)}
			c := dial(t, new(remote.Dialer), ep)
			p, err := c.Exec(t.Context(), remote.Text("cat"))
			if test.want == ok {
				if err != nil {
					t.Fatal(err)
				}
				_, _ = io.WriteString(p.Stdin, "stdin")
				_ = p.Stdin.Close()
				if got, _ := io.ReadAll(p.Stdout); string(got) != "stdin" {
					t.Errorf("the script's stdin was %q", got)
				}
				if err := p.Wait(); err != nil {
					t.Error(err)
				}
				if got := c.Info().Become; got != test.how {
					t.Errorf("became root by %q, want %q", got, test.how)
				}
			} else {
				refused := as[*remote.BecomeError](t, err)
				if refused.Kind != test.want || !strings.Contains(refused.Output, test.sudo.Denied) {
					t.Errorf("error is %+v, want kind %q", refused, test.want)
				}
				noSecret(t, err)
			}
			if got, _ := os.ReadFile(entered); string(got) != test.entered {
				t.Errorf("sudo got %q, want %q", got, test.entered)
			}
			for _, command := range s.Commands() {
				if strings.Contains(command, sentinel) {
					t.Error("the password is in the command")
				}
			}
		})
	}
}

// onlyEnv is a PATH with nothing but env on it.
func onlyEnv(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(needs(t, "env"), filepath.Join(dir, "env")); err != nil {
		t.Fatal(err)
	}
	return "PATH=" + dir
}

func TestMissing(t *testing.T) {
	remote.NoMethods(t)
	for _, shell := range []string{"sh", "bash", "fish", "zsh", "csh"} {
		for _, become := range []remote.Become{{Method: "sudo"}, {Method: "su"}, {Method: "doas"}, {Method: "sudo", Exe: "/opt/sudo"}} {
			t.Run(shell+" "+become.Method+become.Exe, func(t *testing.T) {
				s := remotetest.Start(t, remotetest.Options{Shell: needs(t, shell), Env: []string{onlyEnv(t)}})
				ep := s.Endpoint(t, "dev")
				ep.Become = become
				_, err := dial(t, new(remote.Dialer), ep).Exec(t.Context(), remote.Text("true"))
				if got := as[*remote.BecomeError](t, err); got.Kind != remote.BecomeMissing {
					t.Errorf("error is %+v", got)
				}
				hint(t, err)
			})
		}
	}
}

// fakeSu asks for a password as su does and runs "-s SHELL USER -c COMMAND".
const fakeSu = `#!/bin/sh
if [ -n "$SU_PASSWORD" ]; then
	printf 'Password: ' >&2
	IFS= read -r line
	[ "$line" = "$SU_PASSWORD" ] || { echo "su: Authentication failure" >&2; exit 1; }
fi
shell=$2; shift 4; exec "$shell" -c "$@"
`

func TestSu(t *testing.T) {
	remote.NoMethods(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "su"), []byte(fakeSu), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		wants, given string
		kind         remote.BecomeKind
	}{
		"trusted":           {"", "", ""},
		"trusted, password": {"", sentinel, ""},
		"password":          {sentinel, sentinel, ""},
		"wrong":             {"other", sentinel, remote.BecomeWrongPassword},
		"none given":        {sentinel, "", remote.BecomePasswordNeeded},
	} {
		t.Run(name, func(t *testing.T) {
			s := remotetest.Start(t, remotetest.Options{Env: []string{"PATH=" + dir + ":" + os.Getenv("PATH"), "SU_PASSWORD=" + test.wants}})
			ep := s.Endpoint(t, "dev")
			ep.Become = remote.Become{Method: "su", Password: secret.New(test.given)}
			c := dial(t, new(remote.Dialer), ep)
			if test.kind == "" {
				if got := output(t, c, "echo in"); got != "in\n" {
					t.Errorf("printed %q", got)
				}
				return
			}
			_, err := c.Exec(t.Context(), remote.Text("echo in"))
			if got := as[*remote.BecomeError](t, err); got.Kind != test.kind {
				t.Errorf("error is %+v, want kind %q", got, test.kind)
			}
			noSecret(t, err)
		})
	}
}
