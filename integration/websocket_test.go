//go:build linux

package integration

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A websocket that is open at a switch goes on in the old release while that drains, and is closed then: the push waits no longer. One that is opened anew is
// the new release's.
func TestSlowWebsocketsDrain(t *testing.T) {
	slow(t)
	h, w := up(t, 12, site)
	dir := fromCorpus(t, "websocket", nil)
	push := []string{"push", "example", "--dir", dir, "--hold", "0"}
	w.djship(0, push...)
	socket := openWebsocket(t, h)
	same(t, "an answer", socket.echo(t, "before"), "echo: before")
	echoes, closed := make(chan int), make(chan time.Duration, 1)
	began := time.Now()
	go func() {
		n := 0
		for ; socket.said("still here") == nil; n++ {
			time.Sleep(time.Second)
		}
		closed <- time.Since(began)
		echoes <- n
	}()
	commitAll(t, dir, map[string]string{"chat/asgi.py": "\n"})
	w.djship(0, push...)
	took := time.Since(began)
	select {
	case n := <-echoes:
		if lived := <-closed; n < 20 || lived > took+time.Second {
			t.Errorf("the old socket was answered %d times, and closed after %v of a push of %v", n, lived, took)
		}
	case <-time.After(5 * time.Second):
		t.Error("the old socket is still open")
	}
	if took > 2*time.Minute {
		t.Errorf("the push took %v", took)
	}
	same(t, "an answer of the new release", openWebsocket(t, h).echo(t, "after"), "echo: after")
}

// A websocket is a client's end of one, of texts of less than 126 bytes: RFC 6455.
type websocket struct {
	conn net.Conn
	in   *bufio.Reader
}

// openWebsocket opens one at the site, through nginx.
func openWebsocket(t *testing.T, h *testbed.Host) *websocket {
	t.Helper()
	conn, err := net.DialTimeout("tcp", h.Addr()+":80", 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprint(conn, "GET /echo HTTP/1.1\r\nHost: example.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second)) // a read fails then, too
	w := &websocket{conn, bufio.NewReader(conn)}
	answer, err := http.ReadResponse(w.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "the handshake", answer.Status, "101 Switching Protocols")
	return w
}

// echo says something and returns the answer.
func (w *websocket) echo(t *testing.T, text string) string {
	t.Helper()
	answer, err := w.ask(text)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// said says something, which must be answered.
func (w *websocket) said(text string) error {
	answer, err := w.ask(text)
	if err == nil && !strings.HasSuffix(answer, text) {
		err = fmt.Errorf("answered %q", answer)
	}
	return err
}

func (w *websocket) ask(text string) (string, error) {
	_ = w.conn.SetDeadline(time.Now().Add(20 * time.Second)) // what comes next fails then, too
	// The last frame of a text, masked by zeros, which leave it as it is.
	if _, err := w.conn.Write(append([]byte{0x81, 0x80 | byte(len(text)), 0, 0, 0, 0}, text...)); err != nil {
		return "", err
	}
	head := make([]byte, 2)
	if _, err := io.ReadFull(w.in, head); err != nil {
		return "", err
	}
	if head[0] != 0x81 {
		return "", fmt.Errorf("a frame of kind %x", head[0])
	}
	answer := make([]byte, head[1])
	_, err := io.ReadFull(w.in, answer)
	return string(answer), err
}
