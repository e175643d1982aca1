package rollout

import (
	"errors"
	"fmt"
	"strings"
)

// A RefusedError says why a turn was not begun on a host.
type RefusedError struct {
	Problems []string
	Advice   string
	Changed  bool // in turns before
}

func (e *RefusedError) Error() string {
	if e.Changed {
		return strings.Join(e.Problems, "\n") + "\nnothing more was changed on this host"
	}
	return strings.Join(e.Problems, "\n") + "\nnothing was changed on this host"
}

// Hint says what to do next.
func (e *RefusedError) Hint() string { return e.Advice }

var (
	errStopped = errors.New("interrupted before anything was changed on this host")
	errUnasked = errors.New("interrupted before the site was known to answer")
)

// A StoppedError says that a host was left half way. What is to be made in turns that had not begun is counted as it
// looked when the host was first looked at.
type StoppedError struct{ Made, Of int }

func (e *StoppedError) Error() string {
	return fmt.Sprintf("interrupted: %d of %d changes are made", e.Made, e.Of)
}

// Hint says what to do next.
func (*StoppedError) Hint() string { return goesOn }

// A LeftError says that a host on which all went well was left between two turns.
type LeftError struct{ After string }

func (e *LeftError) Error() string {
	return "left as it is after " + e.After + ", since the run ended on other hosts"
}

// Hint says what to do next.
func (*LeftError) Hint() string { return goesOn }

const goesOn = "the same command goes on from there"
