package remote

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// An idleLimit ends what makes no progress for a time.
type idleLimit struct {
	limit time.Duration

	mu      sync.Mutex
	timer   *time.Timer
	stopped bool
}

// limitIdle has end called, once and in a goroutine of its own, when nothing has moved for limit.
func limitIdle(limit time.Duration, end func(why error)) *idleLimit {
	l := &idleLimit{limit: limit}
	l.timer = time.AfterFunc(limit, func() { end(fmt.Errorf("nothing moved for %s", limit)) })
	return l
}

// moved tells of progress.
func (l *idleLimit) moved() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.stopped && l.timer.Stop() {
		l.timer.Reset(l.limit)
	}
}

// stop lifts the limit.
func (l *idleLimit) stop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stopped = true
	l.timer.Stop()
}

// A movingWriter counts each write that the other side has taken as progress.
type movingWriter struct {
	io.WriteCloser
	limit *idleLimit
}

// Write writes p.
func (w movingWriter) Write(p []byte) (int, error) {
	n, err := w.WriteCloser.Write(p)
	if n > 0 {
		w.limit.moved()
	}
	return n, err
}
