package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"djship/remote"
	"djship/steps/advice"
	"djship/steps/model"
)

// A conversation is one Apply: what guard and work print, and what is said to them.
type conversation struct {
	ctx     context.Context
	session Session
	plan    model.Plan
	changes []model.Item
	job     Job
	mark    string
	running Running
	bundle  []byte
	parcel  bool         // it was sent with the guard
	wanted  []model.Blob // those that are too large for it

	stdin sync.Mutex // of running

	clock   *clock
	output  output
	again   observation
	blobs   *blobUpload // nil where the plan wants none
	seen    []byte      // of what comes then
	holder  *Holder     // of the lock, as told last; nil before
	state   state
	current int // index of the running change, -1 before the first
	ended   int // how many are made
}

// state is how far the other side has come.
type state int

const (
	waiting  state = iota // for the lock
	between               // changes, or before the first
	changing              // the current change is being made
	probing               // its probe runs again
	homing                // the part of it that the site's account runs
	looking               // all changes are made; what comes then is being looked at
	over
)

// say writes one line to the guard.
func (c *conversation) say(line string) {
	c.stdin.Lock()
	defer c.stdin.Unlock()
	_, _ = io.WriteString(c.running.Stdin, line+"\n")
}

// live gives signs of life, and passes a wish to stop on.
func (c *conversation) live() {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	stop := c.job.Stop
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-stop:
			stop = nil
			c.say("stop")
		case <-tick.C:
			c.say("")
		}
	}
}

// follow reads what guard and work print until it is over.
func (c *conversation) follow() error {
	var failed, lost error
	for w := newWire(c.running.Stdout, c.mark); failed == nil && lost == nil && c.state != over; {
		var t token
		switch t, lost = w.next(); {
		case lost != nil:
		case t.marked:
			failed = c.take(t)
		default:
			failed = c.print(t.text)
		}
	}
	switch {
	case c.state == looking && c.clock.expired.Load():
		return nil // all is made; who looks next meets it again
	case c.clock.expired.Load():
		return c.stepError(tooLong(c.clock.limit), "run the same command again, and see on the host, with `ps axf`, what it waits for")
	case failed != nil:
		return failed
	case c.state == over:
		return nil
	case c.ctx.Err() != nil:
		return context.Cause(c.ctx)
	case !errors.Is(lost, io.EOF):
		return lost
	}
	err := c.running.Wait()
	var exit *remote.ExitError
	switch {
	case errors.As(err, &exit):
		return c.stepError(exit.Error(), advice.For(c.output.tail))
	case err != nil:
		return err
	}
	return &remote.LostError{Err: io.ErrUnexpectedEOF}
}

// take handles one signal of guard or work. One that does not belong where it comes is ErrGarbled.
func (c *conversation) take(mark token) error {
	s := ParseSignal(string(mark.text))
	switch {
	case s.Kind == "locked" && c.state == waiting:
		return c.locked(s.Rest)
	case s.Kind == "ready" && c.state == waiting:
		c.state = between
		c.clock.begin(model.Change{})
		return c.upload(s.Rest)
	case s.Kind == "spoiled" && c.state == between && c.current < 0:
		return c.stepError("what was uploaded is not what has arrived: somebody has changed it on the host meanwhile, or its disk is full",
			"look at who is logged in as "+c.session.User()+" on the host, and at `df -h /run`; then run the same command again")
	case c.blobs != nil && c.blobs.answers(s.Kind) && c.state == between && c.current < 0:
		return c.sendBlobs(s)
	case s.Kind == "basis" && c.state == between && c.current < 0:
		nowKeeps(c.session, basis())
	case s.Kind == "begin" && c.state == between && s.Index == c.current+1 && s.Index < len(c.changes):
		c.state, c.current = changing, s.Index
		item := c.changes[s.Index]
		c.output.begin(s.Index, item.Step)
		c.clock.begin(item.Change)
		c.job.Tell(Progress{Kind: Began, Index: s.Index})
	case s.Kind == "probe" && c.state == changing && s.Index == c.current:
		c.state = probing
		c.again.begin()
	case s.Kind == "home" && c.state == probing:
		c.again.root.end(mark)
		c.state = homing
	case s.Kind == "done" && (c.state == probing || c.state == homing) && s.Index == c.current:
		c.part().end(mark)
		c.state = between
		return c.verify()
	case s.Kind == "failed" && c.state == changing && s.Index == c.current:
		return c.stepError("exit status "+s.Rest, advice.For(c.output.tail))
	case s.Kind == "stale" && c.state == changing && s.Index == c.current:
		return ErrStale
	case s.Kind == "look" && c.job.Then != nil && c.state == between && c.ended == len(c.changes):
		c.state = looking
		c.clock.begin(model.Change{Schedule: model.Schedule{Limit: lookLimit}})
	case s.Kind == "stopped" && c.state <= between:
		return ErrStopped
	case s.Kind == "over" && c.state != waiting:
		return c.end(s.Rest)
	default:
		return ErrGarbled
	}
	return nil
}

// end handles the status with which the work has ended.
func (c *conversation) end(status string) error {
	switch {
	case status == "143":
		return c.stepError("was ended on the host, by `djship unlock` or by hand", "run the same command again: it goes on where it was")
	case status != "0":
		return c.stepError("the work on the host ended with status "+status, advice.For(c.output.tail))
	case c.ended != len(c.changes) || c.state != between && c.state != looking:
		return ErrGarbled
	}
	if c.state == looking {
		c.job.Then.see(c.seen)
	}
	c.state = over
	return nil
}

// locked handles "locked PID STARTED HOLDER", which comes every few seconds while the lock is waited for.
func (c *conversation) locked(by string) error {
	holder := parseHolder(by)
	if !c.job.Patient {
		return &LockedError{holder}
	}
	c.clock.begin(model.Change{})
	if c.holder == nil || *c.holder != holder {
		c.holder = &holder
		c.job.Tell(Progress{Kind: Locked, Text: holder.String()})
	}
	return nil
}

// upload answers "ready LAST".
func (c *conversation) upload(last string) error {
	if last != c.plan.Facts.Last {
		return ErrStale
	}
	if c.parcel {
		return nil
	}
	c.job.Tell(Progress{Kind: Uploading})
	bundle := c.bundle
	if c.wanted != nil {
		return c.askForBlobs(c.wanted, bundle)
	}
	ctx, cancel := context.WithTimeoutCause(c.ctx, uploadLimit, errLate)
	defer cancel()
	if err := c.session.Upload(ctx, uploads(c.job.Run), []remote.Upload{{Name: "bundle", Content: bundle}}); err != nil {
		if errors.Is(err, errLate) {
			return c.stepError(fmt.Sprintf("the upload of %d KiB took longer than %v", len(bundle)>>10, uploadLimit), "look at the connection to the host, then run the same command again")
		}
		return err
	}
	c.say(goLine(bundle))
	return nil
}

// goLine has the guard take the bundle and begin.
func goLine(bundle []byte) string {
	return fmt.Sprintf("go %d %s", len(bundle), model.Sum(string(bundle)))
}

// part is where a probe's lines go, nil while none runs.
func (c *conversation) part() *part {
	switch c.state {
	case probing:
		return &c.again.root
	case homing:
		return &c.again.home
	}
	return nil
}

// print handles a line: of a change, or of the probe that follows it.
func (c *conversation) print(line []byte) error {
	part := c.part()
	switch {
	case c.state == looking:
		if len(c.seen)+len(line) < ProbeLimit { // else it lacks its end, and is looked at anew
			c.seen = append(append(c.seen, line...), '\n')
		}
	case part == nil:
		c.output.print(strings.TrimPrefix(string(line), ":"))
	case len(part.text)+len(line) > ProbeLimit:
		return c.stepError(errTooMuch.Error(), printsWithoutEnd)
	default:
		part.add(line)
	}
	return nil
}

// verify ends the current change where its probe agrees.
func (c *conversation) verify() error {
	reason, err := c.again.verify(c.changes[c.current].Step, c.plan.Facts)
	switch {
	case err != nil:
		return err
	case reason != "":
		return c.stepError(reason, undone)
	}
	c.ended++
	c.job.Tell(Progress{Kind: Ended, Index: c.current})
	return nil
}

func (c *conversation) stepError(reason, advice string) error {
	name := "start of the work"
	if c.current >= 0 {
		name = c.changes[c.current].Step.Name()
	}
	return &StepError{Step: name, Reason: reason, Tail: c.output.tail, Advice: advice}
}
