package rollout

import (
	"cmp"
	"context"
	"net"
	"sync/atomic"
	"time"
)

// An ahead is a connection to a host's port 80 that is opened while the host is looked at, as long as it is not known which site is to be asked
// there: a round trip less for whoever asks then. It serves one request.
type ahead struct {
	addr   string
	since  time.Time
	taken  atomic.Bool
	opened chan struct{} // closed when conn is set; it is nil where none could be opened
	conn   net.Conn
}

// aheadAge is how old it may be when it is used: nginx gives up in time on those who say nothing.
const aheadAge = 5 * time.Second

// openAhead begins to open one.
func openAhead(ctx context.Context, s Connection) *ahead {
	a := &ahead{addr: net.JoinHostPort(cmp.Or(s.Addr(), loopback), "80"), since: time.Now(), opened: make(chan struct{})}
	go func() {
		defer close(a.opened)
		if conn, err := s.DialContext(ctx, "tcp", a.addr); err == nil {
			a.conn = conn
		}
	}()
	return a
}

// take returns it where it leads to an address, and nobody has it; nil where another is to be opened.
func (a *ahead) take(ctx context.Context, addr string) net.Conn {
	if a == nil || a.addr != addr || time.Since(a.since) > aheadAge || !a.taken.CompareAndSwap(false, true) {
		return nil
	}
	select {
	case <-a.opened:
		return a.conn
	case <-ctx.Done():
		go a.close()
		return nil
	}
}

// drop closes it where nobody has it.
func (a *ahead) drop() {
	if a != nil && a.taken.CompareAndSwap(false, true) {
		go a.close()
	}
}

func (a *ahead) close() {
	<-a.opened
	if a.conn != nil {
		_ = a.conn.Close()
	}
}
