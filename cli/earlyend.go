package cli

import (
	"context"
	"sync"
	"time"
)

// An earlyEnd is how a run comes to its end before its time.
type earlyEnd struct {
	ctx  context.Context // ended by the second Ctrl-C, and then all is cut
	stop chan struct{}   // closed by the first, and then nothing new begins
	done func()

	once   sync.Once
	cancel context.CancelFunc
	say    func(string)
}

// endEarly turns Ctrl-C into a wish to stop, which it says, and a second one into the end of ctx.
func (env Env) endEarly(say func(string)) *earlyEnd {
	e := &earlyEnd{stop: make(chan struct{}), say: say}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	done := env.signals.handle(func() {
		if !e.stopNew("stopping: steps that run end first; Ctrl-C once more cuts them") {
			e.cancel()
		}
	}, e.cancel)
	e.done = func() { done(); e.cancel() }
	return e
}

// unread is for output that nobody reads any more: as Ctrl-C once.
func (e *earlyEnd) unread() {
	e.stopNew("stopping: nobody reads the output any more; steps that run end first; Ctrl-C cuts them")
}

// stopNew says why and has nothing new begin; false where that was said before.
func (e *earlyEnd) stopNew(why string) (first bool) {
	e.once.Do(func() {
		first = true
		close(e.stop)
		e.say(why)
	})
	return first
}

// lastWordsLimit is how long a run that was cut waits for its last words to be read.
const lastWordsLimit = 2 * time.Second

// settling returns a context for waiting, after the run, until its output is read: the next Ctrl-C
// ends it.
func (e *earlyEnd) settling() (context.Context, context.CancelFunc) {
	if e.ctx.Err() != nil {
		return context.WithTimeout(context.Background(), lastWordsLimit)
	}
	ctx, cancel := context.WithCancel(e.ctx)
	select {
	case <-e.stop:
		return ctx, cancel
	default:
	}
	go func() {
		select {
		case <-e.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, cancel
}
