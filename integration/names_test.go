//go:build linux

package integration

import (
	"encoding/binary"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"djship/integration/testbed"
)

// A nameServer answers for names of a test, at port 53 of this machine's end of a host's cable: addresses in random order, as a round robin
// of many hosts has them. What else it is asked it asks this machine's own.
type nameServer struct {
	at       string // its address, which all hosts reach
	upstream string

	mu    sync.Mutex
	names map[string][]netip.Addr // a name without addresses is known and has none
}

// serveNames starts a name server for some hosts, which ask it from then on. It ends with the test.
func serveNames(t testing.TB, hosts ...*testbed.Host) *nameServer {
	t.Helper()
	at := strings.TrimSuffix(hosts[0].Addr(), ".2") + ".1"
	s := &nameServer{at: at, names: map[string][]netip.Addr{}}
	for _, h := range hosts {
		s.upstream = nameserver(on(t, h, "cat /etc/resolv.conf"))
	}
	conn, err := net.ListenPacket("udp", net.JoinHostPort(at, "53"))
	if err != nil {
		t.Fatal(err)
	}
	stream, err := net.Listen("tcp", net.JoinHostPort(at, "53"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(); stream.Close() })
	go s.serve(conn)
	go s.serveStream(stream)
	for _, h := range hosts {
		on(t, h, "rm -f /etc/resolv.conf; echo 'nameserver "+at+"' >/etc/resolv.conf")
	}
	return s
}

// nameserver is the first of a resolv.conf, or of this machine's.
func nameserver(text string) string {
	for _, text := range []string{text, func() string { b, _ := os.ReadFile("/etc/resolv.conf"); return string(b) }()} {
		for line := range strings.Lines(text) {
			if words := strings.Fields(line); len(words) == 2 && words[0] == "nameserver" {
				return net.JoinHostPort(words[1], "53")
			}
		}
	}
	return ""
}

// lead has names lead to hosts, to none of them where there are none.
func (s *nameServer) lead(names []string, hosts ...*testbed.Host) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		s.names[name+"."] = nil
		for _, h := range hosts {
			s.names[name+"."] = append(s.names[name+"."], netip.MustParseAddr(h.Addr()))
		}
	}
}

// leadHere has a name lead to this machine, where a server answers to whatever is asked by 404.
func (s *nameServer) leadHere(t testing.TB, name string) {
	t.Helper()
	listener, err := net.Listen("tcp", net.JoinHostPort(s.at, "80"))
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: time.Minute}
	t.Cleanup(func() { server.Close() })
	go server.Serve(listener)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[name+"."] = []netip.Addr{netip.MustParseAddr(s.at)}
}

func (s *nameServer) serve(conn net.PacketConn) {
	for {
		asked := make([]byte, 4096)
		n, from, err := conn.ReadFrom(asked)
		if err != nil {
			return
		}
		go func() {
			if answer := s.answer(asked[:n]); answer != nil {
				conn.WriteTo(answer, from)
			}
		}()
	}
}

// serveStream answers by TCP, where two bytes with its length stand before each message.
func (s *nameServer) serveStream(from net.Listener) {
	for {
		c, err := from.Accept()
		if err != nil {
			return
		}
		go func() {
			defer c.Close()
			for {
				var length [2]byte
				if _, err := io.ReadFull(c, length[:]); err != nil {
					return
				}
				asked := make([]byte, binary.BigEndian.Uint16(length[:]))
				if _, err := io.ReadFull(c, asked); err != nil {
					return
				}
				answer := s.answer(asked)
				if _, err := c.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
					return
				}
			}
		}()
	}
}

// answer is the reply to a question; nil for none.
func (s *nameServer) answer(asked []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(asked) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	s.mu.Lock()
	addrs, known := s.names[strings.ToLower(q.Name.String())]
	s.mu.Unlock()
	if !known {
		return s.ask(asked)
	}
	reply := dnsmessage.Message{Header: dnsmessage.Header{ID: m.ID, Response: true, Authoritative: true, RecursionAvailable: true, RecursionDesired: m.RecursionDesired}, Questions: m.Questions}
	if len(addrs) == 0 {
		reply.RCode = dnsmessage.RCodeNameError
	}
	if q.Type == dnsmessage.TypeA {
		for _, i := range rand.Perm(len(addrs)) {
			reply.Answers = append(reply.Answers, dnsmessage.Resource{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: dnsmessage.ClassINET, TTL: 1}, Body: &dnsmessage.AResource{A: addrs[i].As4()}})
		}
	}
	packed, err := reply.Pack()
	if err != nil {
		return nil
	}
	return packed
}

// ask passes a question on.
func (s *nameServer) ask(asked []byte) []byte {
	c, err := net.DialTimeout("udp", s.upstream, 5*time.Second)
	if err != nil {
		return nil
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	answer := make([]byte, 4096)
	if _, err := c.Write(asked); err != nil {
		return nil
	}
	n, err := c.Read(answer)
	if err != nil {
		return nil
	}
	return answer[:n]
}
