package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
)

// signals hears Ctrl-C; SIGTERM, and a terminal that goes away, count as one. What the first and the
// second mean is up to the handlers; where there are none, the first ends djship. The third always does.
type signals struct {
	mu       sync.Mutex
	heard    int
	other    *otherProgram // has the terminal, and hears Ctrl-C for itself; nil for none
	handlers *handlers     // nil for none: the first ends djship
	restore  func()        // puts the terminal right; nil where it is
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
	if s.other != nil && signal == os.Interrupt {
		defer s.mu.Unlock()
		s.other.heard++
		if s.other.heard < 3 {
			return false
		}
		s.other.end()
		return true
	}
	s.heard++
	by := s.handlers
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
	if s.restore != nil {
		s.restore()
	}
	os.Exit(statusInterrupted)
}

// handle has the first Ctrl-C and those after it call what is given, until done.
func (s *signals) handle(first, then func()) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.handlers
	s.handlers = &handlers{first: first, then: then}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.handlers = before
	}
}

// atExit has the terminal put right if djship ends before done.
func (s *signals) atExit(restore func()) (done func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.restore = restore
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.restore = nil
	}
}

// An otherProgram has the terminal.
type otherProgram struct {
	heard int
	end   func()
}

// leaveTerminal leaves Ctrl-C to a program that has the terminal, until back. The third ends djship,
// after end, which ends that program.
func (s *signals) leaveTerminal(end func()) (back func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.other = &otherProgram{end: end}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.other = nil
	}
}

// outliveReaders has a reader that goes away end a run in good order, and not djship in the middle of it.
func outliveReaders() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }

// untilInterrupt returns a context that Ctrl-C ends at once: for what changes nothing.
func (env Env) untilInterrupt() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	done := env.signals.handle(cancel, cancel)
	return ctx, func() { done(); cancel() }
}
