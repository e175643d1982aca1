package remote

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/crypto/ssh"
)

// Info is what a login found out.
type Info struct {
	ServerVersion   string // "SSH-2.0-OpenSSH_9.2p1 Debian-2"
	HostKeyType     string // "ED25519"
	HostFingerprint string // "SHA256:..."
	Auth            string // what the login succeeded by: "key /home/a/.ssh/id_ed25519", "password"
	Become          string // how the last Exec became its user: "login", "sudo", "sudo with password"
	Warnings        []string
}

// A link is one authenticated connection, watched until it ends.
type link struct {
	host   string
	client *ssh.Client
	nc     *watchedConn

	mu   sync.Mutex
	info Info
	err  error // why the connection ended
	ends []func()

	done chan struct{} // closed when the connection has ended
}

// newLink starts to watch a connection that has just logged in.
func newLink(client *ssh.Client, nc *watchedConn, h *hop) *link {
	l := &link{host: h.ep.name(), client: client, nc: nc, done: make(chan struct{})}
	key := h.verdict.Load().key
	l.info = Info{
		ServerVersion:   string(client.ServerVersion()),
		HostKeyType:     keyTypeName(key),
		HostFingerprint: ssh.FingerprintSHA256(key),
		Auth:            h.offers.accepted,
	}
	if l.info.Auth == "" {
		l.info.Auth = "none"
	}
	count := h.ep.ServerAliveCountMax
	if count <= 0 {
		count = 3
	}
	go l.watch()
	go l.keepAlive(or(h.ep.ServerAliveInterval, 5*time.Second), count)
	return l
}

// watch waits for the connection's end.
func (l *link) watch() {
	err := l.client.Wait()
	l.mu.Lock()
	if l.err == nil {
		l.err = fmt.Errorf("it was closed by the other side")
		if err != nil && !hungUp(err) {
			l.err = plainNetError(err)
		}
	}
	ends := l.ends
	l.ends = nil
	close(l.done)
	l.mu.Unlock()
	for _, end := range ends {
		end()
	}
}

// keepAlive asks a silent peer for a sign of life every interval, and ends the connection shortly
// before it has been silent for count+1 of them.
func (l *link) keepAlive(interval time.Duration, count int) {
	limit := interval*time.Duration(count) + interval*3/4
	timer := time.NewTimer(interval)
	defer timer.Stop()
	asked := time.Now()
	for {
		select {
		case <-l.done:
			return
		case <-timer.C:
		}
		silent := time.Since(l.nc.lastHeard())
		if silent >= limit {
			l.end(fmt.Errorf("no answer for %s", silent.Round(time.Second)))
			return
		}
		if silent >= interval && time.Since(asked) >= interval {
			asked = time.Now()
			// A dead peer's socket may not even take the question.
			go func() { _, _, _ = l.client.SendRequest("keepalive@openssh.com", true, nil) }()
		}
		next := interval
		if silent < interval {
			next = interval - silent
		}
		timer.Reset(min(next, limit-silent))
	}
}

// end closes the connection and says why.
func (l *link) end(why error) {
	l.mu.Lock()
	if l.err == nil {
		l.err = why
	}
	l.mu.Unlock()
	// The client's own Close would wait for a packet to be written.
	_ = l.nc.Close()
}

var errClosed = errors.New("it was closed")

// close ends the connection in good order.
func (l *link) close() {
	l.end(errClosed)
	<-l.done
}

// cancelGrace is how long a host may take to confirm that a channel is closed.
const cancelGrace = 2 * time.Second

// closeWith closes a session when ctx ends, unless done was called by then. A host that does not
// react loses its connection, so that nobody waits for it.
func (l *link) closeWith(ctx context.Context, session *ssh.Session) (done func()) {
	finished := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		go func() { _ = session.Close() }()
		select {
		case <-finished:
		case <-l.done:
		case <-time.After(cancelGrace):
			l.end(errors.New("the host did not answer when it was to stop"))
		}
	})
	return sync.OnceFunc(func() {
		stop()
		close(finished)
	})
}

// onEnd has f called when the connection has ended, at once if it has.
func (l *link) onEnd(f func()) {
	l.mu.Lock()
	if !l.ended() {
		l.ends = append(l.ends, f)
		f = nil
	}
	l.mu.Unlock()
	if f != nil {
		f()
	}
}

func (l *link) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// lost is the error for something that was under way when the connection ended. It waits a moment
// for the end to be noticed, as a channel learns of it a little earlier than the link.
func (l *link) lost(err error) error {
	select {
	case <-l.done:
		l.mu.Lock()
		defer l.mu.Unlock()
		return &LostError{Host: l.host, Err: l.err}
	case <-time.After(100 * time.Millisecond):
		return &LostError{Host: l.host, Err: err}
	}
}
