package runner

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"djship/remote"
)

// lookLimit is how long a host may take to answer a probe.
const lookLimit = time.Minute

// errLate says that a host did not answer in time.
var errLate = errors.New("no answer in time")

// Tethered is the body of a script that ends with its other side.
func Tethered(text string) *remote.Body {
	return newBody(Prelude() + "\nlifeline\n" + text + "\ndeath\n")
}

// askHost runs a tethered text and returns what it printed before the line "MARK end", within lookLimit.
// With errLate it returns what there was until then. heard, if not nil, is called with what there is as more comes.
func askHost(ctx context.Context, s Session, mark string, script remote.Script, heard func([]byte)) ([]byte, error) {
	// What is under way when all is said is not ended with ctx: a shell that stays would be.
	unended, end := context.WithCancelCause(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() { end(context.Cause(ctx)) })
	limited, cancelLimit := context.WithTimeoutCause(unended, lookLimit, errLate)
	cancel := func() { unhook(); cancelLimit(); end(nil) }
	script.Stays = true
	p, err := s.Exec(limited, script)
	if err != nil {
		cancel()
		if errors.Is(context.Cause(limited), errLate) {
			err = errLate
		}
		return nil, err
	}
	stop := beat(p.Stdin)
	out, err := readTo(p.Stdout, "\n"+mark+" end\n", heard)
	stop()
	if err == nil {
		unhook()
	} else {
		_ = p.Stdin.Close()
	}
	// The verdict stands; the exit status need not be waited for.
	wait := func() error { remote.Drain(p.Stdout); defer cancel(); return p.Wait() }
	much := errors.Is(err, errTooMuch)
	if much {
		cancel() // what prints without end is not heard to its end
	}
	if err == nil || much || ctx.Err() != nil {
		go func() { _ = wait() }()
		return out, err
	}
	ended := make(chan error, 1)
	go func() { ended <- wait() }()
	select {
	case lost := <-ended:
		switch {
		case lost != nil && !errors.Is(lost, errLate):
			return out, fmt.Errorf("the probe did not end: %w%s", lost, said(out, mark))
		case lost == nil && errors.Is(err, io.ErrUnexpectedEOF):
			return out, fmt.Errorf("the probe ended before its end%s", said(out, mark))
		}
	case <-time.After(leaveLimit):
	}
	if errors.Is(context.Cause(limited), errLate) {
		err = errLate
	}
	return out, err
}

// beat gives signs of life to what reads w, until stop is called.
func beat(w io.Writer) (stop func()) {
	done := make(chan struct{})
	go func() {
		tick := time.NewTicker(heartbeat)
		defer tick.Stop()
		for {
			select {
			case <-done:
				return
			case <-tick.C:
				_, _ = io.WriteString(w, "\n")
			}
		}
	}()
	return func() { close(done) }
}

// NewMark is a word that begins lines which must not be mistaken: one for each exec, which goes to the
// host by stdin and is known to nobody there but root's shell.
func NewMark() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return "djship" + hex.EncodeToString(b)
}

// Ask runs a script on a host and returns what it printed before its end mark. header sets variables.
func Ask(ctx context.Context, s Session, header string, body *remote.Body) (string, error) {
	mark := NewMark()
	out, err := askHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%s %s", mark, mark+"s", header), Body: body}, nil)
	if errors.Is(err, errLate) {
		return "", &StepError{Step: "look at the host", Reason: fmt.Sprintf("it has not answered within %v", lookLimit), Advice: whatHangs}
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(out), "\n"+mark+" end\n"), nil
}
