package remote_test

import (
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"djship/delta"
	"djship/remote"
	"djship/remote/remotetest"
)

// TestBasis runs a script that has much of a basis on a host that lacks it, that keeps it, and that has lost it in the middle of a connection.
func TestBasis(t *testing.T) {
	remote.NoMethods(t)
	sudo, _ := remotetest.FakeSudo{}.Env(t)
	const text = "say() {\n\techo \"it's ${1}é\"\n}\n"
	for _, shell := range []string{"sh", "bash", "fish", "csh"} {
		t.Run(shell, func(t *testing.T) {
			basis := delta.New(t.TempDir(), text)
			s := remotetest.Start(t, remotetest.Options{Shell: needs(t, shell), Env: sudo})
			ep := s.Endpoint(t, "dev")
			ep.Become.Method = "sudo"
			script := remote.Script{First: "word=first", Body: remote.NewBodyOn(basis, text+"say $word\ncat\nexit 7\n")}
			says := func(c *remote.Conn, keptBefore, knownBefore, keptThen bool) {
				t.Helper()
				if kept, known := c.Keeps(basis); kept != keptBefore || known != knownBefore {
					t.Errorf("before: kept %v, known %v", kept, known)
				}
				p, err := c.Exec(t.Context(), script)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(p.Stdin, "3\nstdin"); err != nil {
					t.Error(err)
				}
				_ = p.Stdin.Close()
				got, _ := io.ReadAll(p.Stdout)
				if want := "it's firsté\n3\nstdin"; string(got) != want {
					t.Errorf("printed %q, want %q", got, want)
				}
				if exit := as[*remote.ExitError](t, p.Wait()); exit.Status != 7 {
					t.Errorf("status %d", exit.Status)
				}
				if kept, known := c.Keeps(basis); kept != keptThen || !known {
					t.Errorf("then: kept %v, known %v", kept, known)
				}
			}
			c := dial(t, new(remote.Dialer), ep)
			says(c, false, false, false)
			if err := os.WriteFile(basis.Path, []byte(basis.Text), 0o600); err != nil {
				t.Fatal(err)
			}
			says(c, false, true, false) // it is not asked again
			c = dial(t, new(remote.Dialer), ep)
			says(c, false, false, true)
			says(c, true, true, true)
			if err := os.Remove(basis.Path); err != nil {
				t.Fatal(err)
			}
			says(c, true, true, false)
		})
	}
}

// TestBasisOfASilentPeer has a host that lacks a basis give up when what it asked for does not come.
func TestBasisOfASilentPeer(t *testing.T) {
	basis := delta.New(t.TempDir(), "echo\n")
	for _, limited := range []string{"timeout --foreground 15 sh -c 'read -r size", "timeout --foreground 15 head -c"} {
		if text := remote.Briefly(t, remote.Script{First: ":", Body: remote.NewBodyOn(basis, "echo\n")}); !strings.Contains(text, limited) {
			t.Errorf("without %q: %s", limited, text)
		}
	}
	text := strings.ReplaceAll(remote.Briefly(t, remote.Script{First: ":", Body: remote.NewBodyOn(basis, "echo\n")}), "--foreground 15", "--foreground 1")
	cmd := exec.Command("sh", "-c", text)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	began := time.Now()
	if out, _ := cmd.Output(); !strings.HasPrefix(string(out), "djship-lacks-") || time.Since(began) > 10*time.Second {
		t.Errorf("%q after %v", out, time.Since(began))
	}
}

// A shell that was begun while the host lacked the basis stays, and runs what comes when it has been given one.
func TestBasisForAShellThatStays(t *testing.T) {
	basis := delta.New(t.TempDir(), "echo a text of some length that both have, and that is not sent again\n")
	body := remote.NewBodyOn(basis, basis.Text+"echo more\n")
	if first := remote.Wholly(t, remote.Script{First: "word=first", Body: body}); !strings.HasPrefix(first, basis.Expander()) {
		t.Errorf("it does not know what makes a text of what comes briefly then: %.200s", first)
	}
	if brief := remote.Briefly(t, remote.Script{First: "word=second", Body: body}); !strings.Contains(brief, "$(djship_expand <<") {
		t.Errorf("what comes briefly needs something else: %s", brief)
	}
}
