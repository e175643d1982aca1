//go:build unix

package cli

import (
	"os"
	"os/signal"
	"syscall"

	"djship/attach"
)

// watchSize tells a terminal's size each time that it has changed, until stop.
func watchSize(f *os.File) (sizes <-chan attach.Size, stop func()) {
	changed, all, done := make(chan os.Signal, 1), make(chan attach.Size), make(chan struct{})
	signal.Notify(changed, syscall.SIGWINCH)
	go func() {
		for {
			select {
			case <-done:
				return
			case <-changed:
			}
			select {
			case <-done:
				return
			case all <- sizeOf(f):
			}
		}
	}()
	return all, func() { signal.Stop(changed); close(done) }
}

// showCodes does nothing: terminals obey what moves their cursor.
func showCodes(*os.File) (undo func()) { return func() {} }
