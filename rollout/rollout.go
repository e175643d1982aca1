package rollout

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// A Rollout is one invocation: hosts, what they should become, and how to get there.
type Rollout struct {
	ID      string // sorts by time, names the log folder
	Version string
	Command string
	Args    []string
	// Check only plans: all hosts at once, without a gate. What the first turn tells in which something is to be done
	// holds; those behind it are told as they look now, and what they would refuse is a note and no failure.
	// A turn that is taken once is told on the stage's first host.
	Check   bool
	Diff    bool     // events tell the text of files that are kept: a person's own
	Targets []Target // whose turns have the same names, and are taken in the same way
	Stages  []string // in order, each with at least one host; empty: one stage without a name
	Pace    Pace
	Pushed  Pushed
	// Stay leaves hosts as turns have changed them where their stage breaks: nothing is taken back.
	Stay    bool
	Forks   int    // hosts at once
	Holder  string // who runs this, for the host's lock
	Patient bool   // wait for a host's lock
	LogDir  string

	// Ask puts the question between two stages to a person. It returns when ctx ends; nil is nobody.
	Ask func(ctx context.Context, q Question) Answer
	// Agree asks a person, of a host, what a step refuses that they may say yes to; false is no, or that nobody is there. It is called once at a time, and returns when ctx ends; nil is nobody.
	Agree func(ctx context.Context, host, question string) bool
	// Sink takes the events.
	Sink Sink
	// Stop, when closed, lets no new host or step begin.
	Stop <-chan struct{}
	// Now is the clock.
	Now func() time.Time

	going  context.Context // ends with Stop
	events chan Event
	turns  []Turn // of the first target: what all have in common
	lives  []*life
	rolls  bool                      // there is more than one stage or batch
	final  sync.Map                  // the stages of which nothing is taken back any more
	agree  sync.Mutex                // while a person is asked by Agree
	shared atomic.Pointer[time.Time] // when one host has last changed something for all; nil for never
	end    RunEnd
}

// Pace is how fast a rollout goes and how much it may break. The zero Pace is all hosts of a stage at
// once, and an end at the first stage or batch in which one fails.
type Pace struct {
	Batch   []Share       // sizes of batches, as Batches takes them
	Canary  bool          // one host of each stage alone first; if it fails the rollout ends
	MaxFail Share         // hosts of a stage that may fail; a stage that fails whole ends the rollout anyway
	Wait    time.Duration // between batches, after one that has changed something
	Yes     bool          // every question between stages is answered
}

// The exit statuses that a rollout ends with; "Exit status" in the README lists all of djship's.
const (
	StatusOK          = 0
	StatusFailed      = 1
	StatusUnreachable = 3
	StatusGate        = 4
	StatusInterrupted = 130
)

// Run takes every host through its life and returns the exit status. When ctx ends, connections
// are cut at once; what runs on the hosts ends itself.
func (r *Rollout) Run(ctx context.Context) int {
	going, halt := context.WithCancel(ctx)
	defer halt()
	r.going = going
	go func() {
		select {
		case <-r.Stop:
			halt()
		case <-going.Done():
		}
	}()
	// Room for what a host has to tell at its end: while it waits to tell it, its connection is open.
	r.events = make(chan Event, 256+8*len(r.Targets))
	var drawn sync.WaitGroup
	drawn.Go(func() {
		for e := range r.events {
			switch e := e.(type) {
			case flushed:
				close(e)
			case eventList:
				for _, one := range e {
					r.emit(one)
				}
			default:
				r.emit(e)
			}
		}
	})
	began := r.Now()
	names := make([]string, len(r.Targets))
	r.lives = make([]*life, len(r.Targets))
	for i, h := range r.Targets {
		if names[i] = h.Name; !h.Turns.like(r.Targets[0].Turns) {
			panic("rollout: the turns of " + h.Name + " are others than those of " + names[0])
		}
		r.turns = r.Targets[0].Turns.list
		r.lives[i] = &life{run: r, target: h, batch: 1}
	}
	r.events <- RunStart{Version: r.Version, Command: r.Command, Args: r.Args, Check: r.Check, Hosts: names, Stages: r.Stages, Pushed: r.Pushed}
	passed := r.takeHosts(ctx)
	for _, l := range r.lives {
		if l.end == nil {
			l.leave(ctx)
		}
		l.tell()
		l.hangUp()
	}
	r.end = count(r.lives)
	r.end.Seconds, r.end.LogDir = r.Now().Sub(began).Seconds(), r.LogDir
	switch {
	case r.stopped(ctx):
		r.end.Status = StatusInterrupted
	case !passed:
		r.end.Status = StatusGate
	}
	r.events <- r.end
	close(r.events)
	drawn.Wait()
	return r.end.Status
}

func (r *Rollout) emit(e Event) {
	r.Sink.Take(Record{Time: r.Now().UTC(), Run: r.ID, Event: e})
}

// An eventList passes as one event: a thousand hosts that wait to tell each step alone would keep a thousand
// connections open meanwhile.
type eventList []Event

func (eventList) event() {}

// flushed passes among the events and is closed when the sink has all that were before it.
type flushed chan struct{}

func (flushed) event() {}

// takeHosts takes the hosts through their lives, as far as they get. It returns false where a gate
// stopped it.
func (r *Rollout) takeHosts(ctx context.Context) bool {
	stages := r.stages()
	r.rolls = !r.Check && (len(stages) > 1 || len(stages) == 1 && stages[0].rolls())
	switch {
	case r.rolls:
		return r.roll(ctx, stages)
	case r.Check:
		r.each(ctx, r.lives, func(l *life) { l.enter(0, 1) }, (*life).takeTurn)
	case len(stages) == 1:
		s := stages[0]
		s.takeTurns(ctx)
		why, left := s.broken(), len(s.left())
		s.settle(ctx, s.sinceBroken(ctx))
		if why != "" && left > 0 && !r.stopped(ctx) {
			r.events <- Gate{Stage: s.name, Status: GateFailed, Detail: why}
		}
	}
	return true
}

// WouldChange tells, after Run, whether a host is not as asked.
func (r *Rollout) WouldChange() bool { return r.end.WouldChange > 0 }

// NotDone returns, after Run, the hosts that are not as asked, or not known to be: what is left for
// another run.
func (r *Rollout) NotDone() []string {
	return r.hosts(func(l *life) bool { return l.unhealthy || !l.done() })
}

// Unreached returns, after Run, the hosts that could not be reached.
func (r *Rollout) Unreached() []string {
	return r.hosts(func(l *life) bool { return l.end != nil && l.end.Status == Unreachable })
}

// Untouched returns, after Run, the hosts of which no change has begun, as far as they have told.
func (r *Rollout) Untouched() []string {
	return r.hosts(func(l *life) bool { return l.begun == 0 })
}

// Past returns, after Run, the hosts that are through so many turns and not done.
func (r *Rollout) Past(turns int) []string {
	return r.hosts(func(l *life) bool { return l.through >= turns && (l.unhealthy || !l.done()) })
}

// hosts are the names of those that are as asked for, in order.
func (r *Rollout) hosts(that func(*life) bool) []string {
	var names []string
	for _, l := range r.lives {
		if that(l) {
			names = append(names, l.target.Name)
		}
	}
	return names
}

// each calls begin for one host after another, and then run for it beside others: Forks at once. When the
// run is stopped no further one begins.
func (r *Rollout) each(ctx context.Context, lives []*life, begin func(*life), run func(*life, context.Context)) {
	slots := make(chan struct{}, max(1, r.Forks))
	var running sync.WaitGroup
	for _, l := range lives {
		slots <- struct{}{}
		if r.stopped(ctx) {
			break
		}
		begin(l)
		running.Go(func() {
			defer func() { <-slots }()
			if err := Guarded(func() error { run(l, ctx); return nil }); err != nil {
				l.panicked(err)
			}
		})
	}
	running.Wait()
}

// stopped tells whether the run is to end.
func (r *Rollout) stopped(ctx context.Context) bool {
	select {
	case <-r.Stop:
		return true
	case <-ctx.Done():
		return true
	default:
		return false
	}
}

// untilStop returns a context that ends when the run is to end: for what changes nothing, and so
// may be cut anywhere.
func (r *Rollout) untilStop(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	forget := context.AfterFunc(r.going, cancel)
	return ctx, func() { forget(); cancel() }
}

// count adds the hosts up; the exit status follows from them.
func count(lives []*life) RunEnd {
	var e RunEnd
	for _, l := range lives {
		switch l.end.Status {
		case OK:
			e.OK++
		case Changed:
			e.Changed++
		case WouldChange:
			e.WouldChange++
		case Failed:
			e.Failed++
		case Unreachable:
			if e.Unreachable++; e.Unreachable == 1 {
				e.Cause = l.end.Cause
			} else if e.Cause != l.end.Cause {
				e.Cause = Various
			}
		case Skipped:
			e.Skipped++
		}
	}
	switch {
	case e.Failed > 0:
		e.Status = StatusFailed
	case e.Unreachable > 0:
		e.Status = StatusUnreachable
	}
	return e
}
