package report

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"syscall"
)

// Streams hand what is written to a program's standard streams on from goroutines of their own, so
// that a reader that is slow, or has stopped reading, holds nothing up: no write waits.
type Streams struct {
	Out, Err io.Writer
	queues   []*queue
}

// backlog is how much a reader may be behind, in bytes. What would be more is dropped.
const backlog = 32 << 20

// Decouple returns Streams for out and err. broken is called once if somebody reads one of them no
// more: the pipe is closed, or the terminal gone.
func Decouple(out, err io.Writer, broken func()) *Streams {
	broken = sync.OnceFunc(broken)
	q := newQueue(broken)
	s := &Streams{Err: stream{q, err}, Out: stream{q, out}, queues: []*queue{q}}
	if !sameFile(out, err) { // else what is written to one stays behind what was written to the other
		other := newQueue(broken)
		s.Out, s.queues = stream{other, out}, append(s.queues, other)
	}
	return s
}

func sameFile(a, b io.Writer) bool {
	fileA, okA := a.(*os.File)
	fileB, okB := b.(*os.File)
	if !okA || !okB {
		return a == b
	}
	infoA, errA := fileA.Stat()
	infoB, errB := fileB.Stat()
	return errA == nil && errB == nil && os.SameFile(infoA, infoB)
}

// Settle waits until all that was written is handed on, or nobody reads it any more, or ctx ends. It
// returns how much was dropped because a reader was too far behind: lines, or frames of a live view.
func (s *Streams) Settle(ctx context.Context) (dropped int) {
	for _, q := range s.queues {
		select {
		case <-q.empty():
		case <-ctx.Done():
		}
		q.mu.Lock()
		dropped += q.dropped
		q.mu.Unlock()
	}
	return dropped
}

// A queue is what is to be written, in order.
type queue struct {
	broken func()

	mu      sync.Mutex
	chunks  []chunk
	size    int // of chunks and of what is being written
	busy    bool
	idle    []chan struct{} // closed when all is written
	dropped int
	gone    map[io.Writer]error // that take nothing more
}

type chunk struct {
	to   io.Writer
	text []byte
}

func newQueue(broken func()) *queue {
	return &queue{broken: broken, gone: map[io.Writer]error{}}
}

// A stream is one end of a queue.
type stream struct {
	q  *queue
	to io.Writer
}

// Write takes all of p or, where the reader is too far behind, nothing. The error is that of an
// earlier write.
func (s stream) Write(p []byte) (int, error) {
	q := s.q
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.gone[s.to] != nil:
		return 0, q.gone[s.to]
	case q.size+len(p) > backlog:
		q.dropped++
		return len(p), nil
	}
	q.size += len(p)
	if last := len(q.chunks) - 1; last >= 0 && q.chunks[last].to == s.to {
		q.chunks[last].text = append(q.chunks[last].text, p...)
	} else {
		q.chunks = append(q.chunks, chunk{s.to, append([]byte(nil), p...)})
	}
	if !q.busy {
		q.busy = true
		go q.run()
	}
	return len(p), nil
}

// behind tells whether the reader has much to catch up on.
func (s stream) behind() bool {
	s.q.mu.Lock()
	defer s.q.mu.Unlock()
	return s.q.size > 256<<10
}

// run writes until there is nothing left.
func (q *queue) run() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.chunks) > 0 {
		c := q.chunks[0]
		q.chunks = q.chunks[1:]
		err := q.gone[c.to]
		if err == nil {
			q.mu.Unlock()
			_, err = c.to.Write(c.text)
			q.mu.Lock()
		}
		if err != nil && q.gone[c.to] == nil {
			q.gone[c.to] = err
			if Unread(err) {
				go q.broken()
			}
		}
		q.size -= len(c.text)
	}
	q.chunks, q.busy = nil, false
	for _, idle := range q.idle {
		close(idle)
	}
	q.idle = nil
}

// empty returns what is closed when all is written.
func (q *queue) empty() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	idle := make(chan struct{})
	if !q.busy {
		close(idle)
	} else {
		q.idle = append(q.idle, idle)
	}
	return idle
}

// Unread tells whether an error of writing says that nobody reads any more.
func Unread(err error) bool {
	// The numbers are Windows' own: a pipe that has been ended, or is being closed.
	const brokenPipe, noData = syscall.Errno(109), syscall.Errno(232)
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.EIO) ||
		os.PathSeparator == '\\' && (errors.Is(err, brokenPipe) || errors.Is(err, noData))
}
