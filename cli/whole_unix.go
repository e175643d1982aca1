//go:build unix

package cli

import (
	"os/exec"
	"syscall"
)

// endsWhole has a command end with all that it has started. Where there is a terminal it stays in the foreground of that, where it may ask, and Ctrl-C reaches all of it.
func endsWhole(cmd *exec.Cmd) {
	if t, err := openTTY(); err == nil {
		_ = t.in.Close()
		return
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
}
