package remote

import (
	"bytes"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// A watchedConn knows when its peer was last heard of, and acknowledges at once what it reads.
type watchedConn struct {
	net.Conn
	ack   func()
	heard atomic.Int64 // Unix nanoseconds
	stuck atomic.Bool  // the peer took nothing for writeLimit
}

// writeLimit is how long a peer may take nothing of what is sent to it. It may say something all the
// while, so that keepalives see no end.
var writeLimit = time.Minute

var errStuck = errors.New("the host takes nothing of what is sent to it")

func (c *watchedConn) touch() { c.heard.Store(time.Now().UnixNano()) }

// lastHeard is when the peer last sent something.
func (c *watchedConn) lastHeard() time.Time { return time.Unix(0, c.heard.Load()) }

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.touch()
		c.ack()
	}
	return n, c.explain(err)
}

func (c *watchedConn) Write(p []byte) (int, error) {
	limit := time.AfterFunc(writeLimit, func() {
		c.stuck.Store(true)
		_ = c.Conn.Close()
	})
	defer limit.Stop()
	n, err := c.Conn.Write(p)
	return n, c.explain(err)
}

func (c *watchedConn) explain(err error) error {
	if err != nil && c.stuck.Load() {
		return errStuck
	}
	return err
}

// A forwarded is a connection through a jump host. Close ends a Read and a Write at once, whether or
// not the jump host still answers, or takes anything.
type forwarded struct {
	net.Conn
	in     *io.PipeReader
	closed chan struct{}
	once   sync.Once
}

func newForwarded(nc net.Conn) *forwarded {
	in, out := io.Pipe()
	go func() {
		_, err := io.Copy(out, nc)
		_ = out.CloseWithError(err) // nil is io.EOF
	}()
	return &forwarded{Conn: nc, in: in, closed: make(chan struct{})}
}

func (f *forwarded) Read(p []byte) (int, error) { return f.in.Read(p) }

// Write waits for the jump host's leave to send, which may never come.
func (f *forwarded) Write(p []byte) (int, error) {
	type written struct {
		n   int
		err error
	}
	done, own := make(chan written, 1), bytes.Clone(p)
	go func() {
		n, err := f.Conn.Write(own)
		done <- written{n, err}
	}()
	select {
	case w := <-done:
		return w.n, w.err
	case <-f.closed:
		return 0, net.ErrClosed
	}
}

// Close tells the jump host without waiting for it.
func (f *forwarded) Close() error {
	f.once.Do(func() { close(f.closed) })
	go func() { _ = f.Conn.Close() }()
	return f.in.Close()
}
