package cli

import (
	"os"
	"time"

	"golang.org/x/sys/windows"

	"djship/attach"
)

// watchSize tells a console's size each time that it has changed, until stop: nothing else does.
func watchSize(f *os.File) (sizes <-chan attach.Size, stop func()) {
	all, done := make(chan attach.Size), make(chan struct{})
	go func() {
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		last := sizeOf(f)
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			now := sizeOf(f)
			if now == last {
				continue
			}
			select {
			case <-done:
				return
			case all <- now:
				last = now
			}
		}
	}()
	return all, func() { close(done) }
}

// showCodes has a console obey what moves its cursor, until undo.
func showCodes(f *os.File) (undo func()) {
	console := windows.Handle(f.Fd())
	var before uint32
	if windows.GetConsoleMode(console, &before) != nil {
		return func() {}
	}
	_ = windows.SetConsoleMode(console, before|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING|windows.DISABLE_NEWLINE_AUTO_RETURN)
	return func() { _ = windows.SetConsoleMode(console, before) }
}
