package steps

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"djship/remote"
)

// A Job is one application of a plan.
type Job struct {
	Run     string // the run's id, a word
	Holder  string // who holds the host's lock from now on, for others to read
	Patient bool   // wait for the lock
	Now     time.Time
	// Stop ends the job after the change that is running. It may be nil.
	Stop <-chan struct{}
	// Tell is called for each thing that happens, from one goroutine.
	Tell func(Progress)
}

// Progress is what happens while a plan is applied.
type Progress struct {
	Kind  ProgressKind
	Index int    // of the change
	Text  string // Locked: the holder; Waiting: for whom; Printed: the line
}

// ProgressKind is what kind of Progress it is.
type ProgressKind int

// The kinds of Progress.
const (
	Locked  ProgressKind = iota // somebody else holds the lock; it is being waited for
	Upping                      // the lock is ours, files go up
	Began                       // a change begins
	Waiting                     // a change waits for somebody else on the host
	Printed                     // a change printed a line
	Ended                       // a change is made, and its probe agrees
)

var (
	// ErrStale says that another run has changed the host since the plan was made: plan again.
	ErrStale = errors.New("another run has changed the host meanwhile")
	// ErrStopped says that Job.Stop ended the job between two changes.
	ErrStopped = errors.New("stopped")
)

// A LockedError says that another run is at work on the host.
type LockedError struct{ Holder string }

func (e *LockedError) Error() string {
	if e.Holder == "" {
		return "another run is at work on this host"
	}
	return "another run is at work on this host: " + e.Holder
}

// Hint says what to do about it.
func (e *LockedError) Hint() string {
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

const (
	heartbeat = 5 * time.Second // the guard takes 16 seconds of silence for death
	stepLimit = 10 * time.Minute
	// leaveLimit is what the guard gets to end the work once its stdin is closed.
	leaveLimit = 10 * time.Second
	tailLines  = 16
)

// Apply makes the changes of a plan, in order, each followed by its own probe again. The host gets
// one exec and one upload. The error is a *StepError, a *LockedError, ErrStale, ErrStopped, or one
// of the session's.
func Apply(ctx context.Context, s Session, p Plan, job Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mark := markOfRun()
	process, err := s.Exec(ctx, Guard(mark, job.Run, s.User(), job.Holder, job.Patient))
	if err != nil {
		return err
	}
	a := &application{ctx: ctx, session: s, plan: p, changes: p.Changes(), job: job, mark: mark, process: process, current: -1}
	go a.live()
	err = a.follow()
	// The guard leaves nothing behind; wait until it has.
	_ = process.Stdin.Close()
	defer time.AfterFunc(leaveLimit, cancel).Stop()
	remote.Drain(process.Stdout)
	return err
}

// application is the state of one Apply.
type application struct {
	ctx     context.Context
	session Session
	plan    Plan
	changes []Item
	job     Job
	mark    string
	process Process

	stdin sync.Mutex

	holder  *string // of the lock, as told last; nil before
	current int     // index of the running change, -1 before the first
	ended   int     // how many are made
	probing bool
	seen    strings.Builder
	tail    []string
	limit   *time.Timer
	expired atomic.Bool // a limit is over
	failed  error
	over    bool
}

// say writes one line to the guard.
func (a *application) say(line string) {
	a.stdin.Lock()
	defer a.stdin.Unlock()
	_, _ = io.WriteString(a.process.Stdin, line+"\n")
}

// live gives signs of life, and passes a wish to stop on.
func (a *application) live() {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	stop := a.job.Stop
	for {
		select {
		case <-a.ctx.Done():
			return
		case <-stop:
			stop = nil
			a.say("stop")
		case <-tick.C:
			a.say("")
		}
	}
}

// follow reads what guard and work print until it is over.
func (a *application) follow() error {
	a.limit = time.AfterFunc(stepLimit, func() { a.expired.Store(true); _ = a.process.Stdin.Close() })
	defer a.limit.Stop()
	marked := func(line string) bool { _, ok := ParseSignal(line, a.mark); return ok }
	err := lines(a.process.Stdout, marked, func(line string) bool {
		if signal, ok := ParseSignal(line, a.mark); ok {
			a.take(signal)
		} else {
			a.print(line)
		}
		return a.failed == nil && !a.over
	})
	switch {
	case a.expired.Load():
		return a.stepError(fmt.Sprintf("took longer than %v", a.stepLimit()), "run the same command again, and see on the host, with `ps axf`, what it waits for")
	case a.failed != nil:
		return a.failed
	case a.over:
		return nil
	case a.ctx.Err() != nil:
		return context.Cause(a.ctx)
	case err != nil:
		return err
	}
	err = a.process.Wait()
	var exit *remote.ExitError
	switch {
	case errors.As(err, &exit):
		return a.stepError(exit.Error(), advice(a.tail))
	case err != nil:
		return err
	}
	return &remote.LostError{Err: io.ErrUnexpectedEOF}
}

// take handles one signal of guard or work.
func (a *application) take(s Signal) {
	switch s.Kind {
	case "locked":
		a.locked(s.Rest)
	case "ready":
		a.limit.Reset(stepLimit)
		a.failed = a.upload(s.Rest)
	case "begin":
		if s.Index != a.current+1 || s.Index >= len(a.changes) {
			a.failed = ErrGarbled
			return
		}
		a.current, a.tail, a.probing = s.Index, nil, false
		a.limit.Reset(a.stepLimit())
		a.job.Tell(Progress{Kind: Began, Index: s.Index})
	case "probe", "done", "failed":
		if s.Index != a.current {
			a.failed = ErrGarbled
			return
		}
		a.end(s)
	case "waits":
		a.job.Tell(Progress{Kind: Waiting, Index: max(a.current, 0), Text: s.Rest})
	case "stopped":
		a.failed = ErrStopped
	case "over":
		switch {
		case s.Rest == "143":
			a.failed = a.stepError("was ended on the host, by `djship unlock` or by hand", "run the same command again: it goes on where it was")
		case s.Rest != "0":
			a.failed = a.stepError("the work on the host ended with status "+s.Rest, advice(a.tail))
		case a.ended != len(a.changes):
			a.failed = ErrGarbled
		}
		a.over = true
	}
}

// locked handles "locked PID HOLDER", which comes every few seconds while the lock is waited for.
func (a *application) locked(by string) {
	_, holder, _ := strings.Cut(by, " ")
	if !a.job.Patient {
		a.failed = &LockedError{holder}
		return
	}
	a.limit.Reset(stepLimit)
	if a.holder == nil || *a.holder != holder {
		a.holder = &holder
		a.job.Tell(Progress{Kind: Locked, Text: holder})
	}
}

// end handles what comes after the running change has done its work.
func (a *application) end(s Signal) {
	switch s.Kind {
	case "probe":
		a.probing = true
		a.seen.Reset()
	case "done":
		a.probing = false
		if a.failed = a.verify(); a.failed == nil {
			a.ended++
			a.job.Tell(Progress{Kind: Ended, Index: s.Index})
		}
	case "failed":
		a.failed = a.stepError("exit status "+s.Rest, advice(a.tail))
	}
}

// upload answers "ready FOLDER LAST".
func (a *application) upload(ready string) error {
	folder, last, _ := strings.Cut(ready, " ")
	if last != a.plan.Facts.Last {
		return ErrStale
	}
	a.job.Tell(Progress{Kind: Upping})
	if err := a.session.Upload(a.ctx, folder, Work(a.changes, a.mark, a.job)); err != nil {
		return err
	}
	a.say("go")
	return nil
}

func (a *application) print(line string) {
	if a.probing {
		if a.seen.Len()+len(line) > ProbeLimit {
			a.failed = ErrGarbled
			return
		}
		a.seen.WriteString(line + "\n")
		return
	}
	if strings.TrimSpace(line) != "" && !a.expired.Load() { // then it only says that it is being ended
		a.tail = append(a.tail, line)
		a.tail = a.tail[max(0, len(a.tail)-tailLines):]
	}
	a.job.Tell(Progress{Kind: Printed, Index: max(a.current, 0), Text: line})
}

// verify plans the current step once more, from what its probe says now.
func (a *application) verify() error {
	step := a.changes[a.current].Step
	facts := a.plan.Facts
	again := step.Plan(facts, Observed{Text: a.seen.String()})
	if !again.Acts() && again.Verb != Refuse {
		return nil
	}
	return a.stepError(fmt.Sprintf("did not converge: it still wants to %s (%s)", again.Verb, again.Detail), "run it with -vv and look at what the step printed; then report it, this should not happen")
}

func (a *application) stepLimit() time.Duration {
	if a.current >= 0 && a.changes[a.current].Change.Limit > 0 {
		return a.changes[a.current].Change.Limit
	}
	return stepLimit
}

func (a *application) stepError(reason, advice string) error {
	name := "start of the work"
	if a.current >= 0 {
		name = a.changes[a.current].Step.Name()
	}
	return &StepError{Step: name, Reason: reason, Tail: a.tail, Advice: advice}
}
