package remotetest

import (
	"net"
	"sync"
)

// A wire is a connection that counts flights and can be cut.
type wire struct {
	net.Conn
	s    *Server
	left int64 // bytes until it is cut; 0 is never

	mu    sync.Mutex
	wrote bool // since the last read
	once  sync.Once
	gone  chan struct{}
}

func (w *wire) Read(p []byte) (int, error) {
	n, err := w.Conn.Read(p)
	w.mu.Lock()
	if w.wrote && n > 0 {
		w.s.count(func(c *Counts) { c.Flights++ })
	}
	w.wrote = false
	w.mu.Unlock()
	if w.left > 0 && n > 0 {
		if w.left -= int64(n); w.left <= 0 {
			w.cut()
			return 0, net.ErrClosed
		}
	}
	return n, err
}

// cut ends the connection in the way that the options say.
func (w *wire) cut() {
	if !w.s.opts.GoSilent {
		reset(w)
		return
	}
	<-w.gone
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.wrote = true
	w.mu.Unlock()
	return w.Conn.Write(p)
}

func (w *wire) Close() error {
	w.once.Do(func() { close(w.gone) })
	return w.Conn.Close()
}

// reset closes a connection without a goodbye.
func reset(nc net.Conn) {
	if w, ok := nc.(*wire); ok {
		if tcp, ok := w.Conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	}
	_ = nc.Close()
}
