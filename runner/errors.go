package runner

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrStale says that another run has changed the host since the plan was made: plan again.
	ErrStale = errors.New("another run has changed the host meanwhile")
	// ErrStopped says that Job.Stop ended the job between two changes.
	ErrStopped = errors.New("stopped")
)

// A LockedError says that another run is at work on the host, or another process holds its lock.
type LockedError struct{ Holder Holder }

func (e *LockedError) Error() string {
	who := e.Holder.String()
	switch {
	case who == "":
		return "another run is at work on this host"
	case e.Holder.Foreign():
		return "the lock of this host is held by " + who
	}
	return "another run is at work on this host: " + who
}

// Hint says what to do about it.
func (e *LockedError) Hint() string {
	if e.Holder.Foreign() {
		return fmt.Sprintf("end that process on the host (sudo kill %s), then run the same command again", e.Holder.PID)
	}
	return "wait for it to end and run the same command again; if it hangs, `djship unlock PROJECT` ends it"
}

// A StepError says which step failed, how, and what it last said.
type StepError struct {
	Step   string
	Reason string   // "exit status 100", "did not converge ...", "took longer than 10m"
	Tail   []string // the last lines of its output
	Advice string   // what to do next
}

func (e *StepError) Error() string {
	s := e.Step + ": " + e.Reason
	if len(e.Tail) > 0 {
		s += "\n" + strings.Join(e.Tail, "\n")
	}
	return s
}

// Hint says what to do next.
func (e *StepError) Hint() string { return e.Advice }
