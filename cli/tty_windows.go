package cli

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// openTTY opens the console of this process; an error means that nobody can be asked.
func openTTY() (*terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return &terminal{in: in, out: out}, nil
}

// drop forgets what was typed and not read yet: it is no answer to a question that is asked only now.
func (t *terminal) drop() { _ = windows.FlushConsoleInputBuffer(windows.Handle(t.in.Fd())) }

// silence has the console show nothing of what is typed. again puts it as it was; drop means that
// what was typed and not read yet is not for whoever reads next.
func (t *terminal) silence() (again func(drop bool), err error) {
	console := windows.Handle(t.in.Fd())
	var before uint32
	if err := windows.GetConsoleMode(console, &before); err != nil {
		return nil, err
	}
	silent := before&^windows.ENABLE_ECHO_INPUT | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT
	if err := windows.SetConsoleMode(console, silent); err != nil {
		return nil, err
	}
	return func(drop bool) {
		_ = windows.SetConsoleMode(console, before)
		if drop {
			_ = windows.FlushConsoleInputBuffer(console)
		}
	}, nil
}
