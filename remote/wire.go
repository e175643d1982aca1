package remote

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// A watchedConn knows when its peer was last heard of, and acknowledges at once what it reads.
type watchedConn struct {
	net.Conn
	ack   func()
	heard atomic.Int64 // Unix nanoseconds
}

func (c *watchedConn) touch() { c.heard.Store(time.Now().UnixNano()) }

// lastHeard is when the peer last sent something.
func (c *watchedConn) lastHeard() time.Time { return time.Unix(0, c.heard.Load()) }

func (c *watchedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.touch()
		c.ack()
	}
	return n, err
}

// A forwarded is a connection through a jump host. Close ends a Read at once, whether or not the
// jump host still answers.
type forwarded struct {
	net.Conn
	in *io.PipeReader
}

func newForwarded(nc net.Conn) *forwarded {
	in, out := io.Pipe()
	go func() {
		_, err := io.Copy(out, nc)
		_ = out.CloseWithError(err) // nil is io.EOF
	}()
	return &forwarded{nc, in}
}

func (f *forwarded) Read(p []byte) (int, error) { return f.in.Read(p) }

// Close tells the jump host without waiting for it.
func (f *forwarded) Close() error {
	go func() { _ = f.Conn.Close() }()
	return f.in.Close()
}
