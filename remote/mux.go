package remote

import (
	"sync"

	"golang.org/x/crypto/ssh"
)

// A mux is a connection that can always be ended. What a server says about a session, such as its
// exit status, waits for the session to hear it; a session that has heard something malformed hears
// nothing more, and the connection would wait for it, and not see its own end.
type mux struct {
	ssh.Conn

	mu      sync.Mutex
	drained bool
	said    []<-chan *ssh.Request // of each session
}

// OpenChannel opens a channel.
func (m *mux) OpenChannel(name string, data []byte) (ssh.Channel, <-chan *ssh.Request, error) {
	channel, said, err := m.Conn.OpenChannel(name, data)
	if err != nil || name != "session" {
		return channel, said, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = append(m.said, said)
	if m.drained {
		go ssh.DiscardRequests(said)
	}
	return channel, said, nil
}

// drain drops what is said from now on. The connection is closed.
func (m *mux) drain() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.drained = true
	for _, said := range m.said {
		go ssh.DiscardRequests(said)
	}
	m.said = nil
}
