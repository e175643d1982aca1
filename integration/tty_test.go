//go:build linux

package integration

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// newSession takes a command off this terminal: there is nobody to be asked.
var newSession = &syscall.SysProcAttr{Setsid: true}

// A terminal is what a person sees of a command that runs on it, and types to it.
type terminal struct {
	master *os.File
	seen   lockedBuffer
	ended  chan struct{} // closed when all has been read
}

// onTerminal starts a command line with a terminal of that width.
func (w *workstation) onTerminal(columns uint16, args ...string) (*exec.Cmd, *terminal, error) {
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		return nil, nil, err
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	err = errors.Join(err, unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0), unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: columns}))
	if err != nil {
		return nil, nil, errors.Join(err, master.Close())
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		return nil, nil, errors.Join(err, master.Close())
	}
	defer slave.Close()
	cmd := w.command(args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = slave, slave, slave
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	term := &terminal{master: master, ended: make(chan struct{})}
	if err := cmd.Start(); err != nil {
		return nil, nil, errors.Join(err, master.Close())
	}
	go func() {
		defer close(term.ended)
		_, _ = io.Copy(&term.seen, master) // ends when the last writer has gone
	}()
	return cmd, term, nil
}

// asked has a command line ask on a terminal, and returns what it comes to when that is typed.
func (w *workstation) asked(t testing.TB, prompt, typed string, args ...string) outcome {
	t.Helper()
	cmd, term, err := w.onTerminal(100, args...)
	if err == nil {
		err = term.types(prompt, typed)
	}
	if err != nil {
		t.Fatal(err)
	}
	return term.wait(cmd)
}

// answer waits for a prompt and types a line.
func (term *terminal) answer(prompt, typed string) error { return term.types(prompt, typed+"\n") }

// types waits for a prompt and types that, keys of control among it.
func (term *terminal) types(prompt, typed string) error {
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if strings.Contains(term.seen.String(), prompt) {
			// Echo goes off a moment before or after the prompt is drawn.
			time.Sleep(100 * time.Millisecond)
			_, err := term.master.WriteString(typed)
			return err
		}
	}
	return fmt.Errorf("no %q on the terminal, but %q", prompt, term.seen.String())
}

// wait returns when the command has ended, with what it came to. All that it wrote is stdout.
func (term *terminal) wait(cmd *exec.Cmd) outcome {
	_ = cmd.Wait()
	<-term.ended
	_ = term.master.Close()
	return outcome{args: cmd.Args[1:], status: cmd.ProcessState.ExitCode(), stdout: term.seen.String()}
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
