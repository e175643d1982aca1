//go:build unix

package remote

import (
	"os"

	"golang.org/x/sys/unix"
)

// lockFile waits for the sole use of an open file; closing it gives it back.
func lockFile(f *os.File) error { return unix.Flock(int(f.Fd()), unix.LOCK_EX) }
