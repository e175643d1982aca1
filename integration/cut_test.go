//go:build linux

package integration

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"djship/integration/testbed"
)

// A cutter passes connections on to a host's sshd and ends them after so many bytes in both
// directions together.
type cutter struct {
	listener net.Listener
	to       string

	mu   sync.Mutex
	now  *allowance
	open []*net.TCPConn
}

// An allowance is how much may pass, and what comes then.
type allowance struct {
	bytes  int64
	silent bool // what comes is silence, else a reset
	passed atomic.Int64
	once   sync.Once
	cut    chan struct{} // closed when it is used up
}

const uncut = 1 << 60

// cutterFor listens at an address of this machine until the test ends.
func cutterFor(t testing.TB, h *testbed.Host) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{listener: l, to: h.Addr() + ":22"}
	c.allow(uncut, false)
	t.Cleanup(func() {
		_ = l.Close()
		c.hangUp()
	})
	go c.serve()
	return c
}

// allow ends what is open, and allows so much to all connections from now on together.
func (c *cutter) allow(bytes int64, silent bool) *allowance {
	c.hangUp()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = &allowance{bytes: bytes, silent: silent, cut: make(chan struct{})}
	return c.now
}

func (c *cutter) serve() {
	for {
		in, err := c.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", c.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		c.mu.Lock()
		a := c.now
		c.open = append(c.open, in.(*net.TCPConn), out.(*net.TCPConn))
		c.mu.Unlock()
		go c.carry(a, in, out)
		go c.carry(a, out, in)
	}
}

func (c *cutter) carry(a *allowance, from, to net.Conn) {
	buf := make([]byte, 512)
	for {
		n, err := from.Read(buf)
		if err != nil {
			_ = to.(*net.TCPConn).CloseWrite()
			return
		}
		beyond := a.passed.Add(int64(n)) - a.bytes
		if beyond > 0 {
			n = max(0, n-int(beyond))
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
		if beyond > 0 {
			a.once.Do(func() { close(a.cut) })
			if !a.silent {
				c.hangUp()
			}
			return // in silence the connections stay open, and nobody reads them
		}
	}
}

// hangUp resets what is open.
func (c *cutter) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.open {
		_ = conn.SetLinger(0)
		_ = conn.Close()
	}
	c.open = nil
}
