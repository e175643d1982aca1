package cli

import (
	"context"
	"errors"
	"fmt"
	"io"

	"djship/rollout"
)

// The exit statuses that are not a rollout's alone, as the README's "Exit status" lists them.
const (
	statusUsage       = 2
	statusUnreachable = 3
	statusWouldChange = 5
	statusInterrupted = 130
)

// statuses are what the exit statuses mean, for help and manual.
var statuses = []struct {
	status int
	brief  string // for one line of all; "" where it is not in it
	means  string
}{
	{0, "as asked", "every host is as asked"},
	{1, "failed", "a step failed on at least one host; ping: something stands in the way; status: a site is not up"},
	{2, "usage", "wrong usage or inventory; nothing was contacted"},
	{3, "no login", "a host could not be reached or logged in to, or may not become root; no step failed anywhere"},
	{4, "gate", "stopped at a gate: not healthy, declined, or nobody there to say yes"},
	{5, "would change", "with --check --exit-code: something would change"},
	{130, "", "interrupted"},
}

// statusError ends the program with a status; what is to be said has been said.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// usageError is wrong usage: nothing was contacted.
type usageError struct{ problem, advice string }

func (e *usageError) Error() string { return e.problem }
func (e *usageError) Hint() string  { return e.advice }

// A refusal is of what hosts were asked about and can't do; nothing was changed.
type refusal struct{ problem, advice string }

func (e *refusal) Error() string { return e.problem }
func (e *refusal) Hint() string  { return e.advice }

// unreachableError ends the program with status 3.
type unreachableError struct{ error }

func unreachable(err error) error { return &unreachableError{err} }

func (e *unreachableError) Unwrap() error { return e.error }

// exitStatus says what went wrong and what to do next, and returns the status for it.
func exitStatus(err error, stderr io.Writer) int {
	var status statusError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	case errors.Is(err, context.Canceled):
		say(stderr, "djship: interrupted; nothing was changed\n")
		return statusInterrupted
	}
	for _, e := range flatten(err) {
		say(stderr, "djship: %s\n", paragraph{e.Error(), "        "})
		sayHint(stderr, "", rollout.HintOf(e))
	}
	if errors.As(err, new(*unreachableError)) {
		return statusUnreachable
	}
	if errors.As(err, new(*refusal)) {
		return 1
	}
	return statusUsage
}

// flatten takes apart what errors.Join has put together.
func flatten(err error) []error {
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return []error{err}
	}
	var all []error
	for _, e := range joined.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}
