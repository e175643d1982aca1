//go:build unix

package cli

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// openTTY opens the terminal of this process; an error means that nobody can be asked.
func openTTY() (*terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	return &terminal{in: f, out: f}, nil
}

// drop forgets what was typed and not read yet: it is no answer to a question that is asked only now.
func (t *terminal) drop() {
	raw, err := t.in.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		if now, err := unix.IoctlGetTermios(int(fd), getTermios); err == nil {
			_ = unix.IoctlSetTermios(int(fd), setTermiosDrop, now)
		}
	})
}

// silence has the terminal show nothing of what is typed. again puts it as it was; drop means
// that what was typed and not read yet is not for whoever reads next.
func (t *terminal) silence() (again func(drop bool), err error) {
	// Fd would make reading block for good; through this a Close ends it.
	raw, err := t.in.SyscallConn()
	if err != nil {
		return nil, err
	}
	var before *unix.Termios
	var failed error
	err = raw.Control(func(fd uintptr) {
		if before, failed = unix.IoctlGetTermios(int(fd), getTermios); failed != nil {
			return
		}
		silent := *before
		silent.Lflag &^= unix.ECHO
		silent.Lflag |= unix.ICANON | unix.ISIG
		silent.Iflag |= unix.ICRNL
		failed = unix.IoctlSetTermios(int(fd), setTermios, &silent)
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, err
	}
	return func(drop bool) {
		how := uint(setTermios)
		if drop {
			how = setTermiosDrop
		}
		_ = raw.Control(func(fd uintptr) { _ = unix.IoctlSetTermios(int(fd), how, before) })
	}, nil
}
