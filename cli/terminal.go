package cli

import (
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"time"
)

// A terminal is the one of this process, or its console, for questions: stdin and stdout may be pipes.
type terminal struct {
	in, out *os.File // the same where the system has one name for both
	ctx     context.Context
	ended   bool // the end of all input was typed where a line was to be
}

// within has reading end when ctx does.
func (t *terminal) within(ctx context.Context) *terminal {
	t.ctx = ctx
	return t
}

// Write shows p.
func (t *terminal) Write(p []byte) (int, error) { return t.out.Write(p) }

// Read reads what was typed, a line at a time.
func (t *terminal) Read(p []byte) (int, error) {
	if t.ctx.Err() != nil {
		return 0, context.Cause(t.ctx)
	}
	type got struct {
		typed []byte
		err   error
	}
	// Where Close does not end a read this goroutine stays until the process ends.
	read := make(chan got, 1)
	go func(size int) {
		buf := make([]byte, size)
		n, err := t.in.Read(buf)
		read <- got{buf[:n], err}
	}(len(p))
	select {
	case <-t.ctx.Done():
		return 0, context.Cause(t.ctx)
	case g := <-read:
		if len(g.typed) == 0 && runtime.GOOS == "windows" {
			// A console's read ends with nothing a moment before Ctrl-C is heard.
			select {
			case <-t.ctx.Done():
				return 0, context.Cause(t.ctx)
			case <-time.After(time.Second):
			}
		}
		return copy(p, g.typed), g.err
	}
}

// longestAnswer is more than anybody types.
const longestAnswer = 64 << 10

// line reads one line, without its end. The end of all input ends a line as well.
func (t *terminal) line() (string, error) {
	var typed []byte
	buf := make([]byte, 4<<10)
	for len(typed) < longestAnswer {
		n, err := t.Read(buf)
		typed = append(typed, buf[:n]...)
		switch last := len(typed) - 1; {
		case last >= 0 && typed[last] == '\n':
			typed = typed[:last]
			if last > 0 && typed[last-1] == '\r' {
				typed = typed[:last-1]
			}
			return string(typed), nil
		case errors.Is(err, io.EOF) || err == nil && n == 0:
			t.ended = true
			return string(typed), nil
		case err != nil:
			return "", err
		}
	}
	return "", io.ErrShortBuffer
}

// Close lets go of the terminal.
func (t *terminal) Close() {
	_ = t.in.Close()
	if t.out != t.in {
		_ = t.out.Close()
	}
}
