// Package remote is one host over SSH: dial it, through jump hosts if need be, check its key, log
// in, become root, run a script, upload files, open a forwarded channel. It prints nothing and
// retries nothing; what went wrong is told by the type of the error, what to do by its Hint.
package remote

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"

	"golang.org/x/crypto/ssh"
)

// A Conn is one login to a host. It is safe for concurrent use.
type Conn struct {
	link *link
	ep   Endpoint
}

// Close ends the connection. What still runs on the host loses its stdin; whether it ends is up to
// it.
func (c *Conn) Close() error {
	c.link.close()
	return nil
}

// Done is closed when the connection has ended, by Close or because the host is gone: a dead
// peer is noticed within ServerAliveInterval times ServerAliveCountMax+1.
func (c *Conn) Done() <-chan struct{} { return c.link.done }

// Addr is the IP address by which the host was reached, as the machine that dialled it has it: behind a
// NAT that is none of the host's own. It is "" where only a name is known, as with a ProxyCommand.
func (c *Conn) Addr() string {
	host := c.ep.Addr
	if len(c.ep.Jumps) == 0 && c.ep.ProxyCommand == "" {
		if h, _, err := net.SplitHostPort(c.link.nc.RemoteAddr().String()); err == nil {
			host = h
		}
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().String()
	}
	return ""
}

// Info tells what the login found out.
func (c *Conn) Info() Info {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	info := c.link.info
	info.Warnings = slices.Clone(info.Warnings)
	return info
}

// DialContext opens a connection from the host to addr ("localhost:80") through the SSH
// connection. It has no deadlines: SetDeadline is an error. The error is a *ForwardError, a
// *LostError or ctx's.
func (c *Conn) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	nc, err := c.link.client.DialContext(ctx, network, addr)
	var refused *ssh.OpenChannelError
	switch {
	case err == nil:
		return nc, nil
	case ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case errors.As(err, &refused):
		return nil, &ForwardError{Host: c.ep.name(), Addr: addr, Refused: refused.Reason != ssh.ConnectionFailed, Err: errors.New(refused.Message)}
	default:
		return nil, c.link.lost(err)
	}
}
