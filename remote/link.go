package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
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
	conn   *mux
	nc     *watchedConn

	mu   sync.Mutex
	info Info
	kept map[string]bool // which bases the host keeps, by their sums, as far as it was asked
	bare bool            // scripts do not get through by the environment
	err  error           // why the connection ended
	ends []func()

	done chan struct{} // closed when the connection has ended
}

// newLink starts to watch a connection that has just logged in. The client is made without
// ssh.NewClient, whose three goroutines do what watch does: with a thousand hosts they count.
func newLink(conn ssh.Conn, chans <-chan ssh.NewChannel, reqs <-chan *ssh.Request, nc *watchedConn, h *hop) *link {
	m := &mux{Conn: conn}
	l := &link{host: h.ep.name(), client: &ssh.Client{Conn: m}, conn: m, nc: nc, done: make(chan struct{})}
	key := h.verdict.Load().key
	l.info = Info{
		ServerVersion:   sentence("%s", conn.ServerVersion()),
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
	go l.watch(chans, reqs)
	l.keepAlive(or(h.ep.ServerAliveInterval, 5*time.Second), count)
	return l
}

// maxAsked is how often a server may ask for something in one connection. sshd asks for signs of
// life, and tells its keys once.
const maxAsked = 10_000

// watch refuses what the server asks for and waits for the connection's end.
func (l *link) watch(chans <-chan ssh.NewChannel, reqs <-chan *ssh.Request) {
	for asked := 1; chans != nil || reqs != nil; asked++ {
		if asked == maxAsked {
			l.end(errors.New("the server asked for too many things"))
		}
		select {
		case c, ok := <-chans:
			if !ok {
				chans = nil
				continue
			}
			_ = c.Reject(ssh.UnknownChannelType, "djship takes no channels")
		case r, ok := <-reqs:
			if !ok {
				reqs = nil
				continue
			}
			_ = r.Reply(false, nil)
		}
	}
	err := l.wait()
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

// waitLimit is how long the library may take to say how a connection has ended that is over.
const waitLimit = 2 * time.Second

// wait tells how the connection has ended, which is over. The library never says so where a server has sent much behind what it should not: the one of its goroutines
// that reads waits for the one that closes, and that for the first.
func (l *link) wait() error {
	said := make(chan error, 1)
	go func() { said <- l.client.Wait() }()
	select {
	case err := <-said:
		return err
	case <-time.After(waitLimit):
		_ = l.nc.Close()
		return io.EOF
	}
}

// A pulse asks a silent peer for a sign of life every interval, and ends the connection shortly
// before it has been silent for limit. Between its beats it costs no goroutine.
type pulse struct {
	link            *link
	interval, limit time.Duration
	timer           *time.Timer
	asked           time.Time
}

// keepAlive starts the pulse of a link; count+1 intervals of silence are its end.
func (l *link) keepAlive(interval time.Duration, count int) {
	p := &pulse{link: l, interval: interval, limit: interval*time.Duration(count) + interval*3/4, asked: time.Now()}
	// The timer stands still until it is noted, so that beat finds it.
	p.timer = time.AfterFunc(time.Hour, p.beat)
	l.onEnd(func() { p.timer.Stop() })
	p.timer.Reset(interval)
}

func (p *pulse) beat() {
	silent := time.Since(p.link.nc.lastHeard())
	switch {
	case p.link.ended():
		return
	case silent >= p.limit:
		p.link.end(fmt.Errorf("no answer for %s", silent.Round(time.Second)))
		return
	case silent >= p.interval && time.Since(p.asked) >= p.interval:
		p.asked = time.Now()
		// A dead peer's socket may not even take the question.
		go func() { _, _, _ = p.link.client.SendRequest("keepalive@openssh.com", true, nil) }()
	}
	next := p.interval
	if silent < p.interval {
		next = p.interval - silent
	}
	p.timer.Reset(min(next, p.limit-silent))
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
	l.conn.drain()
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
