package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"
)

// signals hears Ctrl-C; SIGTERM, and a terminal that goes away, count as one. What the first and the
// second mean is up to whoever has taken them; where nobody has, the first ends djship. The third
// always does.
type signals struct {
	mu    sync.Mutex
	heard int
	lent  *lent     // to a program that has the terminal, and hears Ctrl-C for itself; nil for none
	taken *handlers // nil where nobody has taken them
	right func()    // puts the terminal right; nil where it is
}

// handlers are what the first Ctrl-C and each further one call.
type handlers struct {
	heard       int
	first, then func()
}

// listen starts to hear.
func listen(stderr io.Writer) *signals {
	s := &signals{}
	heard := make(chan os.Signal, 8)
	signal.Notify(heard, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as under nohup
		signal.Notify(heard, syscall.SIGHUP)
	}
	go func() {
		for signal := range heard {
			if s.hear(signal) {
				// Whoever is asked to go at once does not wait for a terminal that takes nothing.
				go say(stderr, "djship: interrupted\n")
				s.exit()
			}
		}
	}()
	return s
}

// hear handles one signal; true means that djship is to end at once.
func (s *signals) hear(signal os.Signal) bool {
	s.mu.Lock()
	if s.lent != nil && signal == os.Interrupt {
		defer s.mu.Unlock()
		s.lent.heard++
		if s.lent.heard < 3 {
			return false
		}
		s.lent.end()
		return true
	}
	s.heard++
	by := s.taken
	if s.heard >= 3 || by == nil {
		s.mu.Unlock()
		return true
	}
	by.heard++
	call := by.first
	if by.heard > 1 {
		call = by.then
	}
	s.mu.Unlock()
	// A handler that waits must not keep the third from being heard.
	go call()
	return false
}

// exit puts the terminal right and ends the process.
func (s *signals) exit() {
	s.mu.Lock()
	if s.right != nil {
		s.right()
	}
	os.Exit(statusInterrupted)
}

// take has the first Ctrl-C and those after it call what is given, until done.
func (s *signals) take(first, then func()) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.taken
	s.taken = &handlers{first: first, then: then}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken = before
	}
}

// atExit has the terminal put right if djship ends before done.
func (s *signals) atExit(right func()) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.right = right
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.right = nil
	}
}

// lent is a program that has the terminal.
type lent struct {
	heard int
	end   func()
}

// lend leaves Ctrl-C to a program that has the terminal, until back. The third ends djship, after end, which ends
// that program.
func (s *signals) lend(end func()) (back func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lent = &lent{end: end}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.lent = nil
	}
}

// outliveReaders has a reader that goes away end a run in good order, and not djship in the middle of it.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// untilInterrupt returns a context that Ctrl-C ends at once: for what changes nothing.
func (env Env) untilInterrupt() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	done := env.signals.take(cancel, cancel)
	return ctx, func() { done(); cancel() }
}

// An earlyEnd is how a run comes to its end before its time.
type earlyEnd struct {
	ctx  context.Context // ended by the second Ctrl-C, and then all is cut
	stop chan struct{}   // closed by the first, and then nothing new begins
	done func()

	once   sync.Once
	cancel context.CancelFunc
	say    func(string)
}

// endEarly turns Ctrl-C into a wish to stop, which it says, and a second one into the end of ctx.
func (env Env) endEarly(say func(string)) *earlyEnd {
	e := &earlyEnd{stop: make(chan struct{}), say: say}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	done := env.signals.take(func() {
		if !e.stopNew("stopping: steps that run end first; Ctrl-C once more cuts them") {
			e.cancel()
		}
	}, e.cancel)
	e.done = func() { done(); e.cancel() }
	return e
}

// unread is for output that nobody reads any more: as Ctrl-C once.
func (e *earlyEnd) unread() {
	e.stopNew("stopping: nobody reads the output any more; steps that run end first; Ctrl-C cuts them")
}

// stopNew says why and has nothing new begin; false where that was said before.
func (e *earlyEnd) stopNew(why string) (first bool) {
	e.once.Do(func() {
		first = true
		close(e.stop)
		e.say(why)
	})
	return first
}

// lastWordsLimit is how long a run that was cut waits for its last words to be read.
const lastWordsLimit = 2 * time.Second

// settling returns a context for waiting, after the run, until its output is read: the next Ctrl-C
// ends it.
func (e *earlyEnd) settling() (context.Context, context.CancelFunc) {
	if e.ctx.Err() != nil {
		return context.WithTimeout(context.Background(), lastWordsLimit)
	}
	ctx, cancel := context.WithCancel(e.ctx)
	select {
	case <-e.stop:
		return ctx, cancel
	default:
	}
	go func() {
		select {
		case <-e.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
