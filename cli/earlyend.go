package cli

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"djship/rollout"
)

// An earlyEnd is how a run comes to its end before its time.
type earlyEnd struct {
	ctx  context.Context // ended by the second Ctrl-C, and then all is cut
	stop chan struct{}   // closed by the first, and then nothing new begins
	done func()

	once   sync.Once
	cancel context.CancelFunc
	say    func(string)
	asked  atomic.Pointer[rollout.Question] // that waits for its answer; nil for none
}

// endEarly turns Ctrl-C into a wish to stop, which it says, and a second one into the end of ctx.
func (env Env) endEarly(say func(string)) *earlyEnd {
	e := &earlyEnd{stop: make(chan struct{}), say: say}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	done := env.signals.handle(func() {
		if !e.stopNew("stopping: " + e.whatEnds("Ctrl-C once more")) {
			e.cancel()
		}
	}, e.cancel)
	e.done = func() { done(); e.cancel() }
	return e
}

// unread is for output that nobody reads any more: as Ctrl-C once.
func (e *earlyEnd) unread() {
	e.stopNew("stopping: nobody reads the output any more; " + e.whatEnds("Ctrl-C"))
}

// whatEnds says what comes to its end now, and what cuts it.
func (e *earlyEnd) whatEnds(cut string) string {
	if q := e.asked.Load(); q != nil {
		return q.Next + " is not begun, and no step runs"
	}
	return "steps that run end first; " + cut + " cuts them"
}

// watch is ask, of which e knows when a question waits for its answer: then all hosts rest.
func (e *earlyEnd) watch(ask func(context.Context, rollout.Question) rollout.Answer) func(context.Context, rollout.Question) rollout.Answer {
	return func(ctx context.Context, q rollout.Question) rollout.Answer {
		e.asked.Store(&q)
		defer e.asked.Store(nil)
		return ask(ctx, q)
	}
}

// stopNew says why and has nothing new begin; false where that was said before.
func (e *earlyEnd) stopNew(why string) (first bool) {
	e.once.Do(func() {
		first = true
		if e.asked.Load() != nil {
			endQuestion()
		}
		close(e.stop)
		e.say(why)
	})
	return first
}

// endQuestion ends the terminal's line, on which a question and what was typed stand.
func endQuestion() {
	tty, err := openTTY()
	if err != nil {
		return
	}
	defer tty.Close()
	say(tty, "\n")
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
