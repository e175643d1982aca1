package runner

import (
	"bytes"
	"context"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"djship/assets"
	"djship/delta"
	"djship/remote"
)

// A Shell is a session on which a shell of root's stays once a script has run that leaves one: the next such script goes to it
// by its stdin, and costs one round trip, where an exec of its own costs three.
type Shell struct {
	Session

	mu   sync.Mutex
	idle *standing     // nil for none
	busy chan struct{} // closed when what runs is over; nil where nothing has run
}

// NewShell returns a session that goes on by another one's shell.
func NewShell(s Session) *Shell { return &Shell{Session: s} }

// Direct tells whether the session is.
func (s *Shell) Direct() bool {
	d, ok := s.Session.(direct)
	return ok && d.Direct()
}

// A standing is a shell that stays.
type standing struct {
	Running
	end   context.CancelCauseFunc // closes it
	write sync.Mutex              // one after another: what is said to a script that is just over must not get into the next
	over  string                  // the word behind which it tells a script's status
	since time.Time               // when it was last free
	held  []byte                  // what was read and not given yet
	err   error                   // how Stdout has ended
}

// Exec implements Session. Where a script runs already, the next one has an exec of its own.
func (s *Shell) Exec(ctx context.Context, script remote.Script) (Running, error) {
	if !script.Stays {
		return s.Session.Exec(ctx, script)
	}
	if st := s.take(ctx); st != nil {
		cut := context.AfterFunc(ctx, func() { st.end(context.Cause(ctx)) })
		packed := script.Pack(func(b *delta.Basis) bool { kept, _ := s.Keeps(b); return kept })
		// A terminal hands over at the end of a line.
		st.write.Lock()
		_, err := io.WriteString(st.Stdin, strconv.Itoa(len(packed))+"\n"+packed+"\n")
		st.write.Unlock()
		if err == nil {
			return s.running(st, cut), nil
		}
		cut()
		st.end(nil) // it has ended meanwhile
	}
	life, end := context.WithCancelCause(context.WithoutCancel(ctx))
	cut := context.AfterFunc(ctx, func() { end(context.Cause(ctx)) })
	st := &standing{end: end, over: NewMark()}
	script.Before, script.Behind = "djship_over="+st.over, staying()
	var err error
	if st.Running, err = s.Session.Exec(life, script); err != nil {
		cut()
		end(nil)
		return Running{}, err
	}
	return s.running(st, cut), nil
}

// staying takes the next script.
var staying = sync.OnceValue(func() *remote.Body { return newBody(assets.Code("shell/stay.sh")) })

// overLimit is how long a script that has said all may take to be over, before the next one has an exec of its own.
const overLimit = 2 * time.Second

// idleLimit is how long a shell that nothing is said to is taken to be there. It ends itself twice as late, by stay.sh: with
// the silence that a guard bears, all of a run is gone from a host 20 seconds after a connection that died.
const idleLimit = 1500 * time.Millisecond

// take returns the shell where it is free, or is about to be; else nil.
func (s *Shell) take(ctx context.Context) *standing {
	s.mu.Lock()
	busy := s.busy
	s.mu.Unlock()
	if busy != nil {
		select {
		case <-busy:
		case <-ctx.Done():
		case <-time.After(overLimit):
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.idle
	s.idle = nil
	if st != nil && time.Since(st.since) > idleLimit {
		st.end(nil)
		return nil
	}
	return st
}

// running is one script of a shell's. cut parts it from the context that it runs under.
func (s *Shell) running(st *standing, cut func() bool) Running {
	busy := make(chan struct{})
	script := &stayed{st: st, status: -1, free: sync.OnceFunc(func() { close(busy) })}
	s.mu.Lock()
	s.busy = busy
	s.mu.Unlock()
	script.done = func() {
		defer script.free()
		if !cut() { // the shell is being ended
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if st.since = time.Now(); s.idle == nil && script.status <= 128 {
			s.idle = st
		} else {
			st.end(nil)
		}
	}
	return Running{Stdin: stayedStdin{script}, Stdout: script, Wait: script.wait}
}

// A stayed is a script that runs in a shell that stays.
type stayed struct {
	st     *standing
	done   func() // called once it is over
	free   func() // called when nothing more comes of it
	status int    // -1 while it is not
	over   atomic.Bool
}

// Read gives what the script prints. At its end the shell is free for another.
func (s *stayed) Read(p []byte) (int, error) {
	word := []byte(s.st.over + " ")
	for s.status < 0 {
		if at := bytes.Index(s.st.held, word); at >= 0 {
			if at > 0 {
				return s.give(p, at), nil
			}
			if end := bytes.IndexByte(s.st.held, '\n'); end >= 0 {
				return 0, s.end(string(s.st.held[len(word):end]), end+1)
			}
		} else if n := len(s.st.held) - begins(s.st.held, word); n > 0 {
			return s.give(p, n), nil
		}
		if s.st.err != nil {
			if len(s.st.held) > 0 {
				return s.give(p, len(s.st.held)), nil
			}
			s.free()
			return 0, s.st.err
		}
		buf := make([]byte, 4<<10)
		var n int
		n, s.st.err = s.st.Stdout.Read(buf)
		s.st.held = append(s.st.held, buf[:n]...)
	}
	return 0, io.EOF
}

// give gives what is held, so many bytes at most.
func (s *stayed) give(p []byte, most int) int {
	n := copy(p, s.st.held[:most])
	s.st.held = s.st.held[n:]
	return n
}

// end notes the status with which the script has ended.
func (s *stayed) end(status string, used int) error {
	var err error
	if s.status, err = strconv.Atoi(strings.TrimSpace(status)); err != nil || s.status < 0 {
		s.status = -1
		s.st.end(ErrGarbled)
		return ErrGarbled
	}
	s.st.held = s.st.held[used:]
	s.over.Store(true)
	s.done()
	return io.EOF
}

// begins is how many bytes at the end of b may begin a word.
func begins(b, word []byte) int {
	for n := min(len(b), len(word)-1); n > 0; n-- {
		if bytes.HasPrefix(word, b[len(b)-n:]) {
			return n
		}
	}
	return 0
}

// wait tells how the script has ended, once Stdout is read to its end.
func (s *stayed) wait() error {
	switch {
	case s.status < 0:
		err := s.st.Wait()
		s.st.end(nil)
		return err
	case s.status > 0:
		return &remote.ExitError{Status: s.status}
	}
	return nil
}

// stayedStdin is a script's stdin. Closing it before the script is over ends the shell, too; what is said to one that is over
// is dropped.
type stayedStdin struct{ script *stayed }

func (w stayedStdin) Write(p []byte) (int, error) {
	w.script.st.write.Lock()
	defer w.script.st.write.Unlock()
	if w.script.over.Load() {
		return len(p), nil
	}
	return w.script.st.Stdin.Write(p)
}

func (w stayedStdin) Close() error {
	if w.script.over.Load() {
		return nil
	}
	return w.script.st.Stdin.Close()
}
