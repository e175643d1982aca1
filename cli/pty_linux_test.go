package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"djship/remote/remotetest"
)

// A person is at a real terminal, on which djship runs.
type person struct {
	t      *testing.T
	cmd    *exec.Cmd
	master *os.File
	ended  chan struct{}

	mu   sync.Mutex
	seen bytes.Buffer
}

// longEnough is how long anything here may take; nothing is proven by it.
const longEnough = 20 * time.Second

// sits starts a command line on a terminal. Streams that are set on cmd stay; the others are the terminal.
func sits(t *testing.T, cmd *exec.Cmd) *person {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err := errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdin = slave
	if cmd.Stdout == nil {
		cmd.Stdout = slave
	}
	if cmd.Stderr == nil {
		cmd.Stderr = slave
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p := &person{t: t, cmd: cmd, master: master, ended: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		_, _ = slave.Close(), master.Close()
	})
	go func() {
		buf := make([]byte, 4096)
		for {
			n, err := master.Read(buf)
			p.mu.Lock()
			p.seen.Write(buf[:n])
			p.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	return p
}

// screen is all that was seen so far.
func (p *person) screen() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen.String()
}

// sees waits for words on the terminal.
func (p *person) sees(words string) {
	p.t.Helper()
	p.seesTimes(1, words)
}

// seesTimes waits until words stand on the terminal so many times.
func (p *person) seesTimes(n int, words string) {
	p.t.Helper()
	for end := time.Now().Add(longEnough); strings.Count(p.screen(), words) < n; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			p.t.Fatalf("no %q on the terminal, but %q", words, p.screen())
		}
	}
}

func (p *person) types(text string) {
	p.t.Helper()
	if _, err := io.WriteString(p.master, text); err != nil {
		p.t.Fatal(err)
	}
}

// ends waits for djship to end, with that status, not by a signal, and the terminal as it was.
func (p *person) ends(status int) {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(longEnough):
		p.t.Fatalf("it has not ended; on the terminal: %q", p.screen())
	}
	if got := p.cmd.ProcessState; got.ExitCode() != status {
		p.t.Errorf("it ended with %v, want status %d; on the terminal: %q", got, status, p.screen())
	}
	if !p.echoes() {
		p.t.Error("the terminal does not show any more what is typed")
	}
}

// echoes tells whether the terminal shows what is typed.
func (p *person) echoes() bool {
	p.t.Helper()
	state, err := unix.IoctlGetTermios(int(p.master.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	return state.Lflag&unix.ECHO != 0
}

// at makes a command line for a server, in a home of its own.
func at(t *testing.T, s *remotetest.Server, hostsINI string, args ...string) *exec.Cmd {
	t.Helper()
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, "hosts.ini"), []byte(hostsINI), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(home, ".ssh"), 0o700); err != nil {
		t.Fatal(err)
	}
	known := fmt.Sprintf("[127.0.0.1]:%d %s %s", s.Port, s.HostKey.Type(), base64Key(s))
	if err := os.WriteFile(filepath.Join(home, "known"), []byte(known+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := "Host *\n\tUserKnownHostsFile " + home + "/known_hosts\n\tGlobalKnownHostsFile none\n"
	if err := os.WriteFile(filepath.Join(home, "ssh_config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("djship", append([]string{"-i", filepath.Join(home, "hosts.ini"), "-F", filepath.Join(home, "ssh_config")}, args...)...)
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home+"/state", "SSH_AUTH_SOCK=", "TERM=xterm")
	return cmd
}
