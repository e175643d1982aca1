package remote

import (
	"os"

	"golang.org/x/sys/windows"
)

// lockFile waits for the sole use of an open file; closing it gives it back. A range beyond the
// file's end is locked, as Windows would keep others from reading a locked one.
func lockFile(f *os.File) error {
	at := windows.Overlapped{OffsetHigh: 1 << 30}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &at)
}
