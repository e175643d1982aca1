package runner

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
	"djship/steps/advice"
	"djship/steps/model"
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
	// Sent of Size bytes of all blobs are sent or there already: for Sending.
	Sent, Size int64
}

// ProgressKind is what kind of Progress it is.
type ProgressKind int

// The kinds of Progress.
const (
	Locked  ProgressKind = iota // somebody else holds the lock; it is being waited for
	Upping                      // the lock is ours, files go up
	Sending                     // blobs are on their way; once a second at most, and when they are sent
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

const (
	heartbeat = 5 * time.Second // the guard takes 16 seconds of silence for death
	stepLimit = 10 * time.Minute
	// uploadLimit is for the bundle of a plan's files, some hundred KiB at most.
	uploadLimit = 5 * time.Minute
	// leaveLimit is what the guard gets to end the work once its stdin is closed.
	leaveLimit = 10 * time.Second
	tailLines  = 16
	// outputLimit is how much of what one change prints is told on, in bytes. The host keeps to a little
	// less; this is for one that does not.
	outputLimit = 5 << 20
)

// Apply makes the changes of a plan, in order, each followed by its own probe again. The host gets
// one exec and one upload. The error is a *StepError, a *LockedError, ErrStale, ErrStopped, or one
// of the session's.
func Apply(ctx context.Context, s Session, p model.Plan, job Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mark, sign := NewMark(), NewMark()
	process, err := s.Exec(ctx, Guard(mark, sign, job.Run, s.User(), job.Holder, job.Patient))
	if err != nil {
		return err
	}
	a := &application{ctx: ctx, cancel: cancel, session: s, plan: p, changes: p.Changes(), job: job, mark: mark, sign: sign, process: process, current: -1}
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
	ctx        context.Context
	cancel     func()
	session    Session
	plan       model.Plan
	changes    []model.Item
	job        Job
	mark, sign string
	process    Process

	stdin sync.Mutex

	holder  *Holder // of the lock, as told last; nil before
	state   state
	current int             // index of the running change, -1 before the first
	ended   int             // how many are made
	seen    strings.Builder // what the probe prints as root
	home    strings.Builder // and as the account of a site
	blobs   *blobUpload     // nil where the plan wants none
	tail    []string
	printed int // bytes, by the running change
	limit   *time.Timer
	expired atomic.Bool // a limit is over
	failed  error
}

// state is how far the other side has come.
type state int

const (
	waiting  state = iota // for the lock
	between               // changes, or before the first
	changing              // the current change is being made
	probing               // its probe runs again
	homing                // the part of it that the site's account runs
	over
)

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
	a.limit = time.AfterFunc(stepLimit, func() {
		a.expired.Store(true)
		_ = a.process.Stdin.Close()
		// What can't be killed is not waited for.
		time.AfterFunc(leaveLimit, a.cancel)
	})
	defer a.limit.Stop()
	marked := func(line string) bool { _, ok := ParseSignal(line, a.mark); return ok }
	err := lines(a.process.Stdout, marked, func(line string) bool {
		if signal, ok := ParseSignal(line, a.mark); ok {
			a.failed = a.take(signal)
		} else {
			a.failed = a.print(line)
		}
		return a.failed == nil && a.state != over
	})
	switch {
	case a.expired.Load():
		return a.stepError(fmt.Sprintf("took longer than %v", a.stepLimit()), "run the same command again, and see on the host, with `ps axf`, what it waits for")
	case a.failed != nil:
		return a.failed
	case a.state == over:
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
		return a.stepError(exit.Error(), advice.For(a.tail))
	case err != nil:
		return err
	}
	return &remote.LostError{Err: io.ErrUnexpectedEOF}
}

// take handles one signal of guard or work. One that does not belong where it comes is ErrGarbled.
func (a *application) take(s Signal) error {
	switch {
	case s.Kind == "locked" && a.state == waiting:
		return a.locked(s.Rest)
	case s.Kind == "ready" && a.state == waiting:
		a.state = between
		a.limit.Reset(stepLimit)
		return a.upload(s.Rest)
	case s.Kind == "spoiled" && a.state == between && a.current < 0:
		return a.stepError("what was uploaded is not what has arrived: somebody has changed it on the host meanwhile, or its disk is full",
			"look at who is logged in as "+a.session.User()+" on the host, and at `df -h /run`; then run the same command again")
	case a.blobs != nil && a.blobs.answers(s.Kind) && a.state == between && a.current < 0:
		return a.sendBlobs(s)
	case s.Kind == "begin" && a.state == between && s.Index == a.current+1 && s.Index < len(a.changes):
		a.state, a.current, a.tail, a.printed = changing, s.Index, nil, 0
		a.limit.Reset(a.stepLimit())
		a.job.Tell(Progress{Kind: Began, Index: s.Index})
	case s.Kind == "probe" && a.state == changing && s.Index == a.current:
		a.state = probing
		a.seen.Reset()
		a.home.Reset()
	case s.Kind == "home" && a.state == probing:
		a.state = homing
	case s.Kind == "done" && (a.state == probing || a.state == homing) && s.Index == a.current:
		a.state = between
		return a.verify()
	case s.Kind == "failed" && a.state == changing && s.Index == a.current:
		return a.stepError("exit status "+s.Rest, advice.For(a.tail))
	case s.Kind == "stale" && a.state == changing && s.Index == a.current:
		return ErrStale
	case s.Kind == "stopped" && a.state <= between:
		return ErrStopped
	case s.Kind == "over" && a.state != waiting:
		return a.end(s.Rest)
	default:
		return ErrGarbled
	}
	return nil
}

// end handles the status with which the work has ended.
func (a *application) end(status string) error {
	switch {
	case status == "143":
		return a.stepError("was ended on the host, by `djship unlock` or by hand", "run the same command again: it goes on where it was")
	case status != "0":
		return a.stepError("the work on the host ended with status "+status, advice.For(a.tail))
	case a.ended != len(a.changes) || a.state != between:
		return ErrGarbled
	}
	a.state = over
	return nil
}

// locked handles "locked PID STARTED HOLDER", which comes every few seconds while the lock is waited for.
func (a *application) locked(by string) error {
	holder := parseHolder(by)
	if !a.job.Patient {
		return &LockedError{holder}
	}
	a.limit.Reset(stepLimit)
	if a.holder == nil || *a.holder != holder {
		a.holder = &holder
		a.job.Tell(Progress{Kind: Locked, Text: holder.String()})
	}
	return nil
}

// upload answers "ready LAST".
func (a *application) upload(last string) error {
	if last != a.plan.Facts.Last {
		return ErrStale
	}
	a.job.Tell(Progress{Kind: Upping})
	bundle := Work(a.changes, a.job)
	if wanted := blobsOf(a.changes); wanted != nil {
		return a.askForBlobs(wanted, bundle)
	}
	return a.uploadBundle(bundle)
}

func (a *application) print(line string) error {
	var part *strings.Builder
	switch a.state {
	case probing:
		part = &a.seen
	case homing:
		part = &a.home
	default:
		a.tell(strings.TrimPrefix(line, ":"))
		return nil
	}
	if part.Len()+len(line) > ProbeLimit {
		return a.stepError(errTooMuch.Error(), printsWithoutEnd)
	}
	part.WriteString(line + "\n")
	return nil
}

// tell tells a line that a change has printed.
func (a *application) tell(line string) {
	kept := a.printed <= outputLimit
	a.printed += len(line) + 1
	switch {
	case !kept:
		return
	case a.printed > outputLimit:
		line = "(what it prints from here on is left out)"
	case a.current >= 0 && a.changes[a.current].Change.MayWait:
		if whom, ok := strings.CutPrefix(line, "waits: "); ok {
			a.job.Tell(Progress{Kind: Waiting, Index: a.current, Text: whom})
			return
		}
	}
	if strings.TrimSpace(line) != "" && !a.expired.Load() { // then it only says that it is being ended
		a.tail = append(a.tail, line)
		a.tail = a.tail[max(0, len(a.tail)-tailLines):]
	}
	a.job.Tell(Progress{Kind: Printed, Index: max(a.current, 0), Text: line})
	if meaning := advice.Compiles(line); meaning != "" {
		a.tell(meaning)
	}
}

// undone is what to do about a change that was made, and is not there a moment later.
const undone = "something on the host undoes it, or keeps it as it was: a tool that sets hosts up (Puppet, Chef, cloud-init), a cron job, a file system that " +
	"does not take it (`findmnt -T PATH`). Stop that, or have it want the same; -vv and the log tell what was done"

// verify plans the current step once more, from what its probe says now.
func (a *application) verify() error {
	step := a.changes[a.current].Step
	texts, err := parseHome(a.home.String(), a.sign)
	if err != nil {
		return unreadable("the site", a.home.String(), err)
	}
	again := step.Plan(a.plan.Facts, model.Observed{Text: a.seen.String() + texts[0]})
	if !again.Acts() && again.Verb != model.Refuse {
		a.ended++
		a.job.Tell(Progress{Kind: Ended, Index: a.current})
		return nil
	}
	return a.stepError(fmt.Sprintf("did not converge: it still wants to %s (%s)", again.Verb, again.Detail), undone)
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
