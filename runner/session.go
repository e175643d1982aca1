// Package runner carries lists of steps out on a host: Look reads it, by one exec, and plans; Apply makes a plan's
// changes, by one upload and one exec, each followed by its own probe again. It knows the model of a step and no
// step, and reaches hosts by a Session.
//
// Data flows one way. Probe turns a list into one shell text; ParseProbe turns what it printed into facts and
// observations; Work turns a plan into an archive, which a process on the host (Guard) takes and runs; Apply reads
// what that prints, and tells of it.
package runner

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"djship/remote"
	"djship/steps/model"
)

// A Session is one login to a host, as root wherever it matters. Its methods may be called at once.
type Session interface {
	// Exec starts a shell text as root.
	Exec(ctx context.Context, script remote.Script) (Process, error)
	// Upload puts files into a folder of the login user's, all at once.
	Upload(ctx context.Context, dir string, files []remote.Upload) error
	// DialContext opens a connection from the host to addr.
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	// User is the login name.
	User() string
	Close() error
}

// A Process is a shell text that runs on a host.
type Process struct {
	Stdin  io.WriteCloser
	Stdout io.Reader // what it prints, errors too
	Wait   func() error
}

// SSH is the Session of a real login.
type SSH struct {
	*remote.Conn
	Login string // the login name
}

// User implements Session.
func (s SSH) User() string { return s.Login }

// Exec implements Session.
func (s SSH) Exec(ctx context.Context, script remote.Script) (Process, error) {
	p, err := s.Conn.Exec(ctx, script)
	if err != nil {
		return Process{}, err
	}
	return Process{Stdin: p.Stdin, Stdout: p.Stdout, Wait: p.Wait}, nil
}

// lookLimit is how long a host may take to answer a probe.
const lookLimit = time.Minute

const printsWithoutEnd = "see on the host what prints so much when that is looked at: a program in /usr/local in the place of the system's, or a file that has grown without end"

// Look reads a host by one exec and plans the list for it. Nothing is written there. A probe that hangs,
// or prints without end, is a *StepError that names the step which was looked at.
func Look(ctx context.Context, s Session, list *List) (model.Plan, error) {
	plans, err := LookAtAll(ctx, s, list, list)
	if err != nil {
		return model.Plan{}, err
	}
	return plans[0], nil
}

// LookAtAll is Look for several lists by one exec: each is planned by itself, as if it alone were asked for. all is
// the list of all their steps, in order; a name that two of them have is there twice.
func LookAtAll(ctx context.Context, s Session, all *List, lists ...*List) ([]model.Plan, error) {
	mark, sign := NewMark(), NewMark()
	out, err := AskHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%s", mark, sign), Body: all.probe()})
	switch {
	case errors.Is(err, errTooMuch):
		return nil, &StepError{Step: lookedAt(all.Steps, mark, out), Reason: errTooMuch.Error(),
			Advice: printsWithoutEnd}
	case errors.Is(err, errLate):
		return nil, &StepError{Step: lookedAt(all.Steps, mark, out), Reason: fmt.Sprintf("took longer than %v to be looked at", lookLimit),
			Advice: whatHangs}
	case err != nil:
		return nil, err
	}
	facts, seen, err := ParseProbe(all.Steps, mark, sign, out)
	if err != nil {
		return nil, err
	}
	plans := make([]model.Plan, len(lists))
	for i, list := range lists {
		n := len(list.Steps)
		plans[i] = model.NewPlan(list.Steps, facts, seen[:n:n])
		seen = seen[n:]
	}
	return plans, nil
}

// whatHangs is what to do about a host that does not answer what it is asked.
const whatHangs = "see on the host what hangs: a network file system that does not answer (`mount`), a directory service (`getent passwd`), or a disk (`dmesg`)"

// lookedAt names what the last part of an answer that was cut off is about.
func lookedAt(list []model.Step, mark string, out []byte) string {
	at := bytes.LastIndex(out, []byte("\n"+mark+" "))
	if at < 0 {
		return "start of the probe"
	}
	first, text, _ := bytes.Cut(out[at+len(mark)+2:], []byte("\n"))
	name := string(first)
	account, home := strings.CutPrefix(name, "home ")
	n, ok := number(name)
	switch {
	case ok && n < len(list):
		return list[n].Name()
	case home:
		return "home of " + account
	case name == "facts" && bytes.Contains(text, []byte("\navailable ")) && !bytes.Contains(text, []byte("\ndisk ")):
		return "disks (df)" // which is asked next
	case name == "facts":
		return "facts of the host"
	}
	return name
}

// errLate says that a host did not answer in time.
var errLate = errors.New("no answer in time")

// Tethered is the body of a script that ends with its other side.
func Tethered(text string) *remote.Body {
	return remote.NewBody(Prelude() + "\nlifeline\n" + text + "\nkill \"$life\"\n")
}

// AskHost runs a tethered text and returns what it printed before the line "MARK end", within lookLimit.
// With errLate it returns what there was until then.
func AskHost(ctx context.Context, s Session, mark string, script remote.Script) ([]byte, error) {
	limited, cancel := context.WithTimeoutCause(ctx, lookLimit, errLate)
	p, err := s.Exec(limited, script)
	if err != nil {
		cancel()
		if errors.Is(context.Cause(limited), errLate) {
			err = errLate
		}
		return nil, err
	}
	stop := beat(p.Stdin)
	out, err := readTo(p.Stdout, "\n"+mark+" end\n")
	stop()
	_ = p.Stdin.Close()
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
	out, err := AskHost(ctx, s, mark, remote.Script{First: fmt.Sprintf("mark=%s sign=%s %s", mark, mark+"s", header), Body: body})
	if errors.Is(err, errLate) {
		return "", &StepError{Step: "look at the host", Reason: fmt.Sprintf("it has not answered within %v", lookLimit), Advice: whatHangs}
	}
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(string(out), "\n"+mark+" end\n"), nil
}
