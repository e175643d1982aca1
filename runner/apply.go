package runner

import (
	"context"
	"time"

	"djship/remote"
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
	Locked    ProgressKind = iota // somebody else holds the lock; it is being waited for
	Uploading                     // the lock is ours, files go up
	Sending                       // blobs are on their way; once a second at most, and when they are sent
	Began                         // a change begins
	Waiting                       // a change waits for somebody else on the host
	Printed                       // a change printed a line
	Ended                         // a change is made, and its probe agrees
)

// Apply makes the changes of a plan, in order, each followed by its own probe again. The host gets
// one exec and one upload. The error is a *StepError, a *LockedError, ErrStale, ErrStopped, or one
// of the session's.
func Apply(ctx context.Context, s Session, p model.Plan, job Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mark, sign := NewMark(), NewMark()
	running, err := s.Exec(ctx, Guard(mark, sign, job.Run, s.User(), job.Holder, job.Patient))
	if err != nil {
		return err
	}
	c := &conversation{ctx: ctx, session: s, plan: p, changes: p.Changes(), job: job, mark: mark, running: running, current: -1}
	c.again = observation{sign: sign}
	c.clock = startClock(func() {
		_ = running.Stdin.Close()
		// What can't be killed is not waited for.
		time.AfterFunc(leaveLimit, cancel)
	})
	defer c.clock.stop()
	c.output = output{tell: job.Tell, ending: c.clock.expired.Load}
	go c.live()
	err = c.follow()
	// The guard leaves nothing behind; wait until it has.
	_ = running.Stdin.Close()
	defer time.AfterFunc(leaveLimit, cancel).Stop()
	remote.Drain(running.Stdout)
	return err
}
