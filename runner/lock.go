package runner

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"djship/assets"
	"djship/remote"
	"djship/shell"
	"djship/steps/model"
)

// A Holder is who holds a host's lock.
type Holder struct {
	PID     string // of the process, as the host numbers it
	Started string // when that began, in ticks since the host's boot; "-" where it is no run of djship's
	Who     string // the run, for a person; of another process its program
}

// Foreign tells whether a process holds the lock that is no run of djship's.
func (h Holder) Foreign() bool { return h.Started == "-" }

// String is the holder for a person, "" for nobody.
func (h Holder) String() string {
	if h.Foreign() {
		return fmt.Sprintf("%s (process %s), which is no run of djship's", h.Who, h.PID)
	}
	return h.Who
}

// parseHolder reads what lock_holder prints.
func parseHolder(line string) Holder {
	var h Holder
	h.PID, line, _ = strings.Cut(strings.TrimSpace(model.FirstLine(line)), " ")
	h.Started, h.Who, _ = strings.Cut(line, " ")
	return h
}

// LockHolder returns who holds a host's lock; the zero Holder is nobody.
func LockHolder(ctx context.Context, s Session) (Holder, error) {
	out, err := Ask(ctx, s, "break=", lockBody())
	return parseHolder(out), err
}

// BreakLock ends the run that holds a host's lock and waits until its work has ended. A run that holds
// it no more has ended by itself; another that holds it by now is left alone, and an error.
func BreakLock(ctx context.Context, s Session, h Holder) error {
	if h.Foreign() {
		return fmt.Errorf("the lock is held by %s: end it on the host", h)
	}
	out, err := Ask(ctx, s, "break="+shell.Quote(h.PID+" "+h.Started), lockBody())
	if err != nil {
		return err
	}
	switch strings.TrimSpace(out) {
	case "ended":
		return nil
	case "another":
		if now, err := LockHolder(ctx, s); err != nil || now == (Holder{}) {
			return err
		}
		return fmt.Errorf("another run holds the lock by now, which is left alone")
	}
	return fmt.Errorf("the run does not end: look on the host, with `ps axf`, at what it waits for")
}

var lockBody = sync.OnceValue(func() *remote.Body { return Tethered(assets.Text("shell/lock.sh") + assets.Text("shell/unlock.sh")) })
