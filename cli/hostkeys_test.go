package cli

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/inventory"
	"djship/remote"
	"djship/remote/remotetest"
)

// A crowd passes connections on to a server and counts how many there are at once.
type crowd struct {
	port int
	mu   sync.Mutex
	now  int
	most int
}

func (c *crowd) add(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now += n
	c.most = max(c.most, c.now)
}

func crowdBefore(t *testing.T, s *remotetest.Server) *crowd {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	c := &crowd{port: ln.Addr().(*net.TCPAddr).Port}
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			c.add(1)
			go func() {
				defer c.add(-1)
				defer client.Close()
				time.Sleep(20 * time.Millisecond) // so that others that may come have come
				server, err := net.Dial("tcp", s.Addr)
				if err != nil {
					return
				}
				go func() { _, _ = io.Copy(client, server) }()
				_, _ = io.Copy(server, client)
				_ = server.Close()
			}()
		}
	}()
	return c
}

// Hosts whose keys are not known are dialled forks at once, as all others.
func TestHostKeysByForks(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := crowdBefore(t, s)
	n := &network{dialer: &remote.Dialer{}, forks: 3}
	for i := range 15 {
		ep := s.Endpoint(t, "me")
		ep.Name, ep.Port = fmt.Sprintf("web%d", i), c.port
		ep.HostKeyAlias, ep.KnownHosts = ep.Name, nil
		n.hosts = append(n.hosts, networkHost{Host: &inventory.Host{Name: ep.Name}, endpoint: ep})
	}
	if unknown := n.unknownKeys(t.Context()); len(unknown) != 15 {
		t.Errorf("%d keys were shown", len(unknown))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.most > 2*3 { // one that has ended may be seen to a moment later
		t.Errorf("%d connections at once, --forks 3", c.most)
	}
}

// A busy sshd, which hangs up before a word is said, is asked for its key again.
func TestHostKeysOfABusyServer(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{HangUp: 2})
	ep := s.Endpoint(t, "me")
	ep.KnownHosts = nil
	n := &network{dialer: &remote.Dialer{}, hosts: []networkHost{{Host: &inventory.Host{Name: "web1"}, endpoint: ep}}, forks: 1}
	if unknown := n.unknownKeys(t.Context()); len(unknown) != 1 {
		t.Errorf("%d keys were shown", len(unknown))
	}
}

func TestNobodyToAsk(t *testing.T) {
	for keys, want := range map[int]string{1: "1 host key is not known, ", 2: "2 host keys are not known, "} {
		if got := nobodyToAsk(keys); !strings.HasPrefix(got, want) {
			t.Error(got)
		}
	}
}
