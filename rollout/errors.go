package rollout

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
type StoppedError struct {
	Made, Of int
	GoesOn   string // see Turn
}

func (e *StoppedError) Error() string {
	if e.all() {
		return "interrupted: all changes that were planned are made (" + fmt.Sprint(e.Made) + ")"
	}
	return fmt.Sprintf("interrupted: %d of %d changes are made", e.Made, e.Of)
}

// all tells whether nothing is left of what was planned.
func (e *StoppedError) all() bool { return e.Made >= e.Of }

// Hint says what to do next.
func (e *StoppedError) Hint() string {
	if e.all() {
		return "`djship status` tells whether sites answer"
	}
	return cmp.Or(e.GoesOn, goesOn)
}

// A LeftError says that a host on which all went well was left between two turns.
type LeftError struct {
	After  string
	GoesOn string // see Turn
}

func (e *LeftError) Error() string {
	return "left as it is after " + e.After + ", since the run ended on other hosts"
}

// Hint says what to do next.
func (e *LeftError) Hint() string { return cmp.Or(e.GoesOn, goesOn) }

// A TakenBackError says that a host on which all went well was taken back, so that its stage ends in one release.
type TakenBackError struct{ To, Since string }

func (e *TakenBackError) Error() string {
	return "taken back to " + releaseBefore(e.To) + ", since " + e.Since
}

// Hint says what to do next.
func (*TakenBackError) Hint() string {
	return "mend what went wrong there, then run the same command again; --stay would have left this host as it was"
}

// A BackError says that a host could not be taken back.
type BackError struct {
	Since string
	Err   error
}

func (e *BackError) Error() string {
	return "to be taken back, since " + e.Since + ", which failed, too: " + said(e.Err)
}

func (e *BackError) Unwrap() error { return e.Err }

// A wentBackError is why a host has failed that was then taken back by itself.
type wentBackError struct {
	err    error
	to     string
	failed error // why it could not be taken back; nil where it was
}

func (e *wentBackError) Error() string { return said(e.err) + e.backWords() }

func (e *wentBackError) backWords() string {
	if e.failed != nil {
		return "\nto be taken back failed, too: " + said(e.failed)
	}
	return "\ntaken back to " + releaseBefore(e.to)
}

func (e *wentBackError) Unwrap() error { return e.err }

// releaseBefore names a release that is live, or is again.
func releaseBefore(id string) string {
	if id == "" {
		return "what was live before"
	}
	return "release " + id
}

// A silentSitesError says that several sites of a host do not answer as they should.
type silentSitesError struct{ errs []error }

func (e *silentSitesError) Error() string {
	var all []string
	for _, err := range e.errs {
		all = append(all, said(err))
	}
	return strings.Join(all, "\n")
}

// Hint is about each of them, once.
func (e *silentSitesError) Hint() string {
	var all []string
	for _, err := range e.errs {
		if hint := HintOf(err); hint != "" && !slices.Contains(all, hint) {
			all = append(all, hint)
		}
	}
	return strings.Join(all, "; ")
}

const goesOn = "the same command goes on from there"
