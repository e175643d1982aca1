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
	// End is what the host's history says of the run once all changes are made; "" for that it is done.
	End End
	// Stop ends the job after the change that is running. It may be nil.
	Stop <-chan struct{}
	// Then is what is looked at once all changes are made, by the same exec; nil for nothing.
	Then *Then
	// Tell is called for each thing that happens, from one goroutine.
	Tell func(Progress)

	blobs   []stagedFile // those that go with the bundle
	kept    bool         // the host keeps the basis
	known   bool         // that, or that it does not, is known
	uploads bool         // blobs are uploaded, however small: for tests of that
}

// End is what a host's history says of a run whose changes are made.
type End string

// The ends of a run's changes.
const (
	Part   End = "part"   // more is to come: the run is not done by them
	Undone End = "undone" // they have taken back what the run did
)

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
// one exec, and one upload where there is much to send. The error is a *StepError, a *LockedError, ErrStale, ErrStopped, or one
// of the session's.
func Apply(ctx context.Context, s Session, p model.Plan, job Job) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	mark, sign := NewMark(), NewMark()
	c := &conversation{ctx: ctx, session: s, plan: p, changes: p.Changes(), job: job, mark: mark, current: -1}
	running, err := c.begin(sign)
	if err != nil {
		return err
	}
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
	if err != nil {
		_ = running.Stdin.Close()
	}
	defer time.AfterFunc(leaveLimit, cancel).Stop()
	remote.Drain(running.Stdout)
	return err
}

// begin starts the guard. What is small goes with it.
func (c *conversation) begin(sign string) (Running, error) {
	guard := urging(Guard(c.mark, sign, c.job.Run, c.session.User(), c.job.Holder, c.job.Patient), c.changes)
	if c.wanted = blobsOf(c.changes); !c.job.uploads {
		c.job.blobs, c.wanted = smallBlobs(c.wanted)
	}
	c.job.kept, c.job.known = Keeps(c.session, basis())
	c.bundle = Work(c.changes, c.job)
	d, ok := c.session.(direct)
	c.parcel = ok && d.Direct() && c.wanted == nil && len(c.bundle) <= parcelLimit
	if c.parcel {
		guard = withParcel(guard, c.bundle, c.plan.Facts.Last)
	}
	var err error
	if c.running, err = c.session.Exec(c.ctx, guard); err != nil {
		return Running{}, err
	}
	if c.parcel {
		c.job.Tell(Progress{Kind: Uploading})
		_, _ = c.running.Stdin.Write(append(c.bundle, '\n')) // an error is heard of at the other end
	}
	return c.running, nil
}
