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

// An eager channel does not wait for the server's leave to set a variable and to run a command: what the command reads goes out behind the
// request for it, a round trip earlier. A server that runs no commands is met by refuses.
type eager struct{ ssh.Channel }

func (c eager) SendRequest(name string, wantReply bool, payload []byte) (bool, error) {
	if name != "exec" && name != "env" {
		return c.Channel.SendRequest(name, wantReply, payload)
	}
	_, err := c.Channel.SendRequest(name, false, payload)
	return err == nil, err
}

// refuses tells whether the server says, being asked for it, that it runs no commands.
func (m *mux) refuses() bool {
	channel, said, err := m.Conn.OpenChannel("session", nil)
	if err != nil {
		return false
	}
	defer func() { _ = channel.Close() }()
	go ssh.DiscardRequests(said)
	ok, err := channel.SendRequest("exec", true, ssh.Marshal(struct{ Command string }{"exit"}))
	return err == nil && !ok
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
	return eager{channel}, said, nil
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
