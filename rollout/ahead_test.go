package rollout

import (
	"context"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A doors is a connection that counts what is opened over it.
type doors struct {
	Connection
	addr   string
	mu     sync.Mutex
	opened []net.Conn // the other ends
}

func (d *doors) Addr() string { return d.addr }

func (d *doors) DialContext(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened = append(d.opened, there)
	return here, nil
}

// What is opened ahead serves the first who asks for its address, within five seconds; who comes then has another. Where nobody wants it it is closed.
func TestAheadServesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &doors{addr: "192.0.2.7"}
		s := &onShell{Connection: d}
		dial := func(addr string, opened int) {
			t.Helper()
			conn, err := s.DialContext(t.Context(), "tcp", addr)
			d.mu.Lock()
			defer d.mu.Unlock()
			if err != nil || len(d.opened) != opened {
				t.Errorf("%s: %v, %d are opened, want %d", addr, err, len(d.opened), opened)
			}
			_ = conn.Close()
		}
		s.openAhead(t.Context())
		synctest.Wait()
		dial("127.0.0.1:80", 2)
		dial("192.0.2.7:80", 2)
		dial("192.0.2.7:80", 3)
		s.openAhead(t.Context())
		time.Sleep(aheadAge + time.Second)
		dial("192.0.2.7:80", 5)
		s.ahead.drop()
		d.mu.Lock()
		defer d.mu.Unlock()
		if _, err := d.opened[3].Read(make([]byte, 1)); err == nil {
			t.Error("what nobody wants is not closed")
		}
	})
}
