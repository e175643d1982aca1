package rollout

import (
	"errors"
	"fmt"

	"djship/remote"
	"djship/secret"
)

// said is what an error says, without secrets in what the host has printed.
func said(err error) string {
	var become *remote.BecomeError
	var shell *remote.LoginShellError
	if errors.As(err, &become) || errors.As(err, &shell) {
		return secret.Masked(err.Error())
	}
	return err.Error()
}

// HintOf is what an error says to do next; "" where it says nothing.
func HintOf(err error) string {
	var advises interface{ Hint() string }
	if errors.As(err, &advises) {
		return advises.Hint()
	}
	return ""
}

// Plural says a number of things: "1 host", "2 hosts".
func Plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
