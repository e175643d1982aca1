package cli

import (
	"encoding/base64"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/ssh"

	"djship/remote/remotetest"
	"djship/rollout"
)

func base64Key(s *remotetest.Server) string {
	return base64.StdEncoding.EncodeToString(s.HostKey.Marshal())
}

// knowing has a command line know the server's key.
func knowing(t *testing.T, home string) {
	t.Helper()
	if err := os.Rename(filepath.Join(home, "known"), filepath.Join(home, "known_hosts")); err != nil {
		t.Fatal(err)
	}
}

// One Ctrl-C at any prompt ends djship with status 130, and the terminal shows again what is typed.
func TestCtrlCAtPrompts(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{Password: "right"})
	host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", s.Port, s.KeyFile)
	locked, public := remotetest.NewKeyFile(t, "a passphrase")
	other := remotetest.Start(t, remotetest.Options{Keys: []ssh.PublicKey{public}})
	encrypted := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", other.Port, locked)
	for _, c := range []struct {
		name, hosts, prompt string
		server              *remotetest.Server
		args                []string
		known, hidden       bool
	}{
		{"host key", host, "connect to them, and remember the keys?", s, []string{"ping"}, false, false},
		{"host key before a run", host, "connect to them, and remember the keys?", s, []string{"prereq"}, false, false},
		{"-k", host, "SSH password: ", s, []string{"-k", "prereq"}, true, true},
		{"-K", host, "sudo password: ", s, []string{"-K", "ping"}, true, true},
		{"passphrase, ping", encrypted, "passphrase for " + locked, other, []string{"ping"}, true, true},
		{"passphrase, in a run", encrypted, "passphrase for " + locked, other, []string{"prereq"}, true, true},
		{"passphrase, for a key to be met", encrypted, "passphrase for " + locked, other, []string{"--accept-new", "prereq"}, false, true},
	} {
		for _, end := range []string{"\x03", "SIGTERM", "half\x03"} {
			t.Run(c.name+" "+strings.ReplaceAll(end, "\x03", "^C"), func(t *testing.T) {
				cmd := at(t, c.server, c.hosts, c.args...)
				if c.known {
					knowing(t, cmd.Dir)
				}
				p := sits(t, cmd)
				p.sees(c.prompt)
				if p.echoes() == c.hidden {
					t.Errorf("what is typed shows: %v", !c.hidden)
				}
				if end == "SIGTERM" {
					if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
						t.Fatal(err)
					}
				} else {
					p.types(end)
				}
				p.ends(130)
				if c.hidden && strings.Contains(p.screen(), "half") {
					t.Errorf("what was typed stands on the terminal: %q", p.screen())
				}
			})
		}
	}
}

// Ctrl-C at the question between stages ends it, as an answer does.
func TestCtrlCAtGate(t *testing.T) {
	for typed, status := range map[string]int{"\x03": 130, "ye\x03": 130, "y\n": int(rollout.Yes), "n\n": int(rollout.No), "\x04": int(rollout.No)} {
		p := sits(t, exec.Command("gate"))
		p.sees("begin production?")
		p.types(typed)
		p.ends(status)
		if status == statusInterrupted {
			p.sees("\nstopping: production is not begun, and no step runs")
		}
	}
}

// What is typed at prompts is taken, one answer each, whatever was typed ahead.
func TestAnswers(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{Password: "right", RefuseKeys: true})
	host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me\n", s.Port)
	p := sits(t, at(t, s, host, "-k", "-K", "ping"))
	p.sees("SSH password: ")
	p.types("right\n")
	p.sees("sudo password: ")
	p.types("other\n")
	p.sees("connect to them, and remember the keys?")
	p.types("no\n")
	p.ends(3)
	for _, typed := range []string{"right", "other"} {
		if strings.Contains(p.screen(), typed) {
			t.Errorf("%q stands on the terminal: %q", typed, p.screen())
		}
	}
	if s.Counts().Logins != 0 {
		t.Error("a login without a key that was said yes to")
	}
}

// What a run has to say at its end is said after the second Ctrl-C, too.
func TestLastWordsOfARunThatIsCut(t *testing.T) {
	silent := remotetest.Start(t, remotetest.Options{CutAfter: 3000, GoSilent: true})
	host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", silent.Port, silent.KeyFile)
	cmd := at(t, silent, host, "prereq")
	knowing(t, cmd.Dir)
	p := sits(t, cmd)
	p.sees("on 1 host")
	p.types("\x03\x03")
	p.ends(130)
	p.sees("skipped")
	p.sees("logs: ")
}

// The third Ctrl-C ends djship, whatever it waits for.
func TestThirdCtrlC(t *testing.T) {
	if s := (&signals{}); !s.hear(os.Interrupt) {
		t.Error("nobody has taken Ctrl-C, and it does not end djship")
	}
	s := &signals{}
	s.handle(func() { select {} }, func() { select {} })
	for i, want := range []bool{false, false, true} {
		if got := s.hear(os.Interrupt); got != want {
			t.Errorf("Ctrl-C number %d ends djship: %v", i+1, got)
		}
	}

	// A host that says nothing more: after the second Ctrl-C its connection gets two seconds.
	silent := remotetest.Start(t, remotetest.Options{CutAfter: 3000, GoSilent: true})
	host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", silent.Port, silent.KeyFile)
	cmd := at(t, silent, host, "prereq")
	knowing(t, cmd.Dir)
	p := sits(t, cmd)
	p.sees("on 1 host")
	p.types("\x03\x03\x03")
	p.ends(130)
}

// Passwords that come from a variable, a file or a pipe are those that server and sudo get.
func TestPasswordsWithoutTerminal(t *testing.T) {
	const forLogin, forSudo = "right ö $x'\"", " sudo's\\ own "
	sudo, entered := remotetest.FakeSudo{Password: forSudo}.Env(t)
	s := remotetest.Start(t, remotetest.Options{Password: forLogin, RefuseKeys: true, Env: sudo})
	program := strings.TrimPrefix(strings.SplitN(sudo[0], ":", 2)[0], "PATH=") + "/sudo"
	host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_become_exe=%s\n", s.Port, program)
	for name, set := range map[string]func(cmd *exec.Cmd){
		"variables": func(cmd *exec.Cmd) {
			cmd.Env = append(cmd.Env, "DJSHIP_CONNECTION_PASSWORD="+forLogin, "DJSHIP_BECOME_PASSWORD="+forSudo)
		},
		"a file, stdin": func(cmd *exec.Cmd) {
			file := filepath.Join(cmd.Dir, "password")
			if err := os.WriteFile(file, []byte(forLogin+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd.Args = append(cmd.Args, "--connection-password-file", file, "--become-password-file", "-")
			cmd.Stdin = strings.NewReader(forSudo + "\r\n")
		},
		"a file named by a variable beats a variable": func(cmd *exec.Cmd) {
			file := filepath.Join(cmd.Dir, "password")
			if err := os.WriteFile(file, []byte(forSudo), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd.Env = append(cmd.Env, "DJSHIP_CONNECTION_PASSWORD="+forLogin, "DJSHIP_BECOME_PASSWORD=wrong", "DJSHIP_BECOME_PASSWORD_FILE="+file)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_ = os.Remove(entered)
			cmd := at(t, s, host, "ping")
			knowing(t, cmd.Dir)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
			set(cmd)
			logins := s.Counts().Logins
			out, _ := cmd.CombinedOutput()
			if s.Counts().Logins != logins+1 {
				t.Errorf("not logged in: %s", out)
			}
			if got, err := os.ReadFile(entered); err != nil || string(got) != forSudo+"\n" {
				t.Errorf("sudo got %q, %v: %s", got, err, out)
			}
			if strings.Contains(string(out), forLogin) || strings.Contains(string(out), forSudo) {
				t.Errorf("a password was printed: %s", out)
			}
		})
	}

	// Without any, the hint says what there is.
	cmd := at(t, s, host, "ping")
	knowing(t, cmd.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append(cmd.Env, "DJSHIP_CONNECTION_PASSWORD="+forLogin)
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "DJSHIP_BECOME_PASSWORD or --become-password-file") {
		t.Errorf("it does not say where a password can come from: %s", out)
	}
	cmd = at(t, s, host, "ping")
	knowing(t, cmd.Dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if out, _ := cmd.CombinedOutput(); !strings.Contains(string(out), "DJSHIP_CONNECTION_PASSWORD or --connection-password-file") {
		t.Errorf("it does not say where a password can come from: %s", out)
	}
}
