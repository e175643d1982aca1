package remote

import (
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"time"
)

// A proxyConn is a connection by a ProxyCommand: its stdin and stdout.
type proxyConn struct {
	io.Reader
	io.WriteCloser
	cmd    *exec.Cmd
	kill   func()
	addr   proxyAddr
	stderr Tail
	once   sync.Once
	err    error
}

// proxyAddr is the address that a proxy leads to: "host:port".
type proxyAddr string

func (proxyAddr) Network() string  { return "proxy" }
func (a proxyAddr) String() string { return string(a) }

// startProxy runs a command that leads to addr.
func startProxy(command, addr string) (net.Conn, error) {
	ctx, kill := context.WithCancel(context.Background())
	c := &proxyConn{cmd: shellCommand(ctx, command), kill: kill, addr: proxyAddr(addr)}
	in, err := c.cmd.StdinPipe()
	if err != nil {
		kill()
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		kill()
		return nil, err
	}
	c.WriteCloser, c.Reader, c.cmd.Stderr = in, out, &c.stderr
	if err := c.cmd.Start(); err != nil {
		kill()
		return nil, fmt.Errorf("ProxyCommand: %w", err)
	}
	return c, nil
}

// Read reads what the command prints.
func (c *proxyConn) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	if n == 0 && err != nil {
		err = c.explain(err)
	}
	return n, err
}

// Write gives the command its input.
func (c *proxyConn) Write(p []byte) (int, error) {
	n, err := c.WriteCloser.Write(p)
	if err != nil {
		err = c.explain(err)
	}
	return n, err
}

// saysHungUp is what an ssh in a ProxyCommand says of a busy server.
var saysHungUp = regexp.MustCompile(`kex_exchange_identification|[Cc]onnection (closed|reset)`)

// explain tells of a command that has ended what it had to complain.
func (c *proxyConn) explain(err error) error {
	_ = c.Close()
	said := strings.TrimSpace(c.stderr.String())
	switch {
	case said == "":
		return err
	case saysHungUp.MatchString(said):
		return fmt.Errorf("ProxyCommand says: %s (%w)", said, err)
	default:
		return fmt.Errorf("ProxyCommand says: %s", said)
	}
}

// Close ends the command and all it has started.
func (c *proxyConn) Close() error {
	c.once.Do(func() {
		c.err = c.WriteCloser.Close()
		c.kill()
		_ = c.cmd.Wait()
	})
	return c.err
}

func (c *proxyConn) LocalAddr() net.Addr              { return c.addr }
func (c *proxyConn) RemoteAddr() net.Addr             { return c.addr }
func (c *proxyConn) SetDeadline(time.Time) error      { return nil }
func (c *proxyConn) SetReadDeadline(time.Time) error  { return nil }
func (c *proxyConn) SetWriteDeadline(time.Time) error { return nil }
