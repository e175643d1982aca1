// Package runner carries lists of steps out on a host: Look reads it, by one exec, and plans; Apply makes a plan's
// changes, by one upload and one exec, each followed by its own probe again. It knows the model of a step and no
// step, and reaches hosts by a Session.
//
// Data flows one way. Probe turns a list into one shell text; ParseProbe turns what it printed into facts and
// observations; Work turns a plan into an archive, which a process on the host (Guard) takes and runs; Apply reads
// what that prints, and tells of it.
package runner

import (
	"context"
	"io"
	"net"

	"djship/remote"
)

// A Session is one login to a host, as root wherever it matters. Its methods may be called at once.
type Session interface {
	// Exec starts a shell text as root.
	Exec(ctx context.Context, script remote.Script) (Running, error)
	// Upload puts files into a folder of the login user's, all at once.
	Upload(ctx context.Context, dir string, files []remote.Upload) error
	// DialContext opens a connection from the host to addr.
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	// User is the login name.
	User() string
	Close() error
}

// Running is a shell text that has begun on a host.
type Running struct {
	Stdin  io.WriteCloser
	Stdout io.Reader // what it prints, errors too
	Wait   func() error
}

// A direct session takes much by the stdin of what it runs: whatever bytes, without an upload.
type direct interface{ Direct() bool }

// SSH is the Session of a real login.
type SSH struct {
	*remote.Conn
	Login string // the login name
}

// User implements Session.
func (s SSH) User() string { return s.Login }

// Direct tells that a stdin takes any bytes, be it a terminal: see remote.
func (SSH) Direct() bool { return true }

// Exec implements Session.
func (s SSH) Exec(ctx context.Context, script remote.Script) (Running, error) {
	p, err := s.Conn.Exec(ctx, script)
	if err != nil {
		return Running{}, err
	}
	return Running{Stdin: p.Stdin, Stdout: p.Stdout, Wait: p.Wait}, nil
}
