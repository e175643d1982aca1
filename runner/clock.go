package runner

import (
	"fmt"
	"sync/atomic"
	"time"

	"djship/steps/model"
)

const (
	heartbeat = 5 * time.Second // the guard takes 16 seconds of silence for death
	stepLimit = 10 * time.Minute
	// uploadLimit is for the bundle of a plan's files, some hundred KiB at most.
	uploadLimit = 5 * time.Minute
	// leaveLimit is what the guard gets to end the work once its stdin is closed.
	leaveLimit = 10 * time.Second
)

// A clock ends what takes too long: each change has a limit of its own, and so has the wait for what comes before
// the first.
type clock struct {
	timer   *time.Timer
	limit   time.Duration // that runs
	expired atomic.Bool   // it is over
}

// startClock starts one with the limit of a step; end is called, once, when a limit is over.
func startClock(end func()) *clock {
	k := &clock{limit: stepLimit}
	k.timer = time.AfterFunc(stepLimit, func() {
		k.expired.Store(true)
		end()
	})
	return k
}

// begin starts the limit of a change, or with the zero Change that of a step.
func (k *clock) begin(c model.Change) {
	k.limit = stepLimit
	if c.Limit > 0 {
		k.limit = c.Limit
	}
	k.timer.Reset(k.limit)
}

func (k *clock) stop() { k.timer.Stop() }

// tooLong is the reason of an error.
func tooLong(limit time.Duration) string { return fmt.Sprintf("took longer than %v", limit) }
