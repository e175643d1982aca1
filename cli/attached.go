package cli

import (
	"cmp"
	"context"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"djship/attach"
	"djship/runner"
)

// interruptGrace is what a command gets to end after Ctrl-C that was passed on to it, before it is ended.
const interruptGrace = 10 * time.Second

// attached runs a command on a host with the streams of this process. Where stdin and stdout are a terminal it has one too, and all that is
// typed is its own, Ctrl-C as well; else Ctrl-C is passed on to it, and ends it ten seconds later, or when it comes again.
func (env Env) attached(ctx context.Context, s runner.Session, r attach.Inside) (attach.End, error) {
	var in, out = env.Stdin, env.Screen.Out
	here := !r.Leave && in != nil && out != nil && term.IsTerminal(int(in.Fd())) && term.IsTerminal(int(out.Fd()))
	streams := attach.Streams{Out: env.Stdout, Err: env.Stderr}
	// What the command prints is for who has asked for it, byte by byte, as with ssh.
	if out != nil {
		streams.Out = out
	}
	if env.Screen.Err != nil {
		streams.Err = env.Screen.Err
	}
	if !r.Leave && in != nil {
		streams.In = in
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if !here {
		signals := make(chan string, 1)
		streams.Signals = signals
		defer env.signals.handle(func() {
			signals <- "INT"
			time.AfterFunc(interruptGrace, cancel)
		}, cancel)()
		return attach.Run(ctx, s, r.Command(), streams)
	}
	r.Term = "xterm"
	if kind := env.Getenv("TERM"); plainTerm.MatchString(kind) {
		r.Term = kind
	}
	c := r.Command()
	size := sizeOf(out)
	c.Terminal = &size
	sizes, stop := watchSize(out)
	defer stop()
	streams.Sizes = sizes
	streams.In = &escape{in: in, cut: cancel}
	again, err := env.rawTerminal(in, out)
	if err != nil {
		return attach.End{}, err
	}
	defer again()
	return attach.Run(ctx, s, c, streams)
}

// rawTerminal has each key reach who reads in, unseen and unchanged, until again; whatever ends djship calls that too.
func (env Env) rawTerminal(in, out *os.File) (again func(), err error) {
	before, err := term.MakeRaw(int(in.Fd()))
	if err != nil {
		return nil, err
	}
	undo := showCodes(out)
	restore := func() { undo(); _ = term.Restore(int(in.Fd()), before) }
	done := env.signals.atExit(restore)
	return func() { done(); restore() }, nil
}

// sizeOf is a terminal's size, or a usual one.
func sizeOf(f *os.File) attach.Size {
	columns, rows, err := term.GetSize(int(f.Fd()))
	if err != nil {
		columns, rows = 0, 0
	}
	return attach.Size{Rows: cmp.Or(rows, 24), Columns: cmp.Or(columns, 80)}
}

// An escape is what is typed at a terminal until "~." at the begin of a line, which cuts the command off; "~~" is one tilde.
type escape struct {
	in   io.Reader
	cut  func()
	line bool // something stands on the line
	held bool // a tilde at its begin
}

// Read implements io.Reader.
func (e *escape) Read(p []byte) (int, error) {
	for {
		typed := make([]byte, max(len(p)/2, 1))
		n, err := e.in.Read(typed)
		var kept []byte
		for _, c := range typed[:n] {
			switch {
			case e.held && c == '.':
				e.cut()
				return 0, io.EOF
			case e.held:
				e.held = false
				if kept = append(kept, '~'); c == '~' {
					e.line = true
					continue
				}
			case !e.line && c == '~':
				e.held = true
				continue
			}
			kept = append(kept, c)
			e.line = c != '\r' && c != '\n'
		}
		if len(kept) > 0 || err != nil {
			return copy(p, kept), err
		}
	}
}
