package remote

import (
	"context"
	"errors"
	"io"
	"time"

	"djship/delta"

	"golang.org/x/crypto/ssh"
)

// A Process is a script that has begun on the host.
type Process struct {
	Stdin  io.WriteCloser // the script's stdin
	Stdout io.Reader      // the script's stdout and stderr; it must be read, to its end, for the script to go on

	ctx   context.Context
	link  *link
	how   string        // how the user to become was reached
	ended chan struct{} // closed when err is set
	err   error         // what the session's own Wait said
}

// Exec runs a script by the host's /bin/sh as the Become user, whatever the login shell is. The script
// comes by the session's environment, or by stdin, so that no other account can read it; stdin, or what follows there, is its own. It starts in
// / with umask 022, PATH with the sbin directories, LC_ALL=C.UTF-8, and stderr going where stdout goes.
//
// Exec returns when the script has begun, which proves that becoming has succeeded, and drops all
// that was printed before. Otherwise the error is a *BecomeError, a *LoginShellError, a *LostError
// or ctx's. When ctx ends the process's channel is closed: the script's stdin ends, and it has to
// end itself. A host that does not confirm that within two seconds loses its connection.
func (c *Conn) Exec(ctx context.Context, script Script) (*Process, error) {
	// doas reads passwords from a terminal only.
	b := c.ep.Become
	tty := b.Method == "doas" && b.usesPassword()
	p, err := c.begin(ctx, script, tty)
	var refused *BecomeError
	if errors.As(err, &refused) && refused.Kind == BecomeNoTTY && !tty {
		p, err = c.begin(ctx, script, true)
	}
	if err != nil {
		return nil, err
	}
	c.link.mu.Lock()
	c.link.info.Become = p.how
	c.link.mu.Unlock()
	return p, nil
}

// Wait waits for the script's end: nil for status 0, *ExitError, *LostError where the connection
// went away, or the error of Exec's ctx. Call it after reading Stdout to its end.
func (p *Process) Wait() error {
	<-p.ended
	var exit *ssh.ExitError
	switch {
	case p.err == nil:
		return nil
	case p.ctx.Err() != nil:
		return context.Cause(p.ctx)
	case errors.As(p.err, &exit):
		return &ExitError{Status: exit.ExitStatus(), Signal: exit.Signal()}
	default:
		return p.link.lost(errors.New("the host did not say how the script ended"))
	}
}

// Drain reads r to its end, and drops what comes, by a buffer so small that a thousand hosts at once
// don't mind it.
func Drain(r io.Reader) {
	var buf [512]byte
	for {
		if _, err := r.Read(buf[:]); err != nil {
			return
		}
	}
}

// begin starts the command and waits until the script in it has begun.
func (c *Conn) begin(ctx context.Context, script Script, tty bool) (*Process, error) {
	m := newMarks()
	var packed string
	var whole func() string
	if c.mayKeep(script.basis()) && !tty {
		packed, whole = m.packBriefly(script), func() string { return m.pack(script) }
	} else {
		packed = m.pack(script)
	}
	offered, load := c.mayCarry(tty, len(packed)), loader
	if offered {
		load = carriedLoader
	}
	command, err := c.ep.Become.command(m, load, len(packed))
	if err != nil {
		return nil, err
	}
	// The last word, for a host that grants no session, answers no request or takes no script.
	wall := time.AfterFunc(beginLimit+cancelGrace, func() { c.link.end(errors.New("the host runs nothing")) })
	defer wall.Stop()
	session, err := c.openSession(ctx)
	if err != nil {
		return nil, err
	}
	done := c.link.closeWith(ctx, session)
	s := &start{conn: c, marks: m, session: session, tty: tty, packed: packed, offered: offered, whole: whole}
	stdout, err := s.run(command)
	if err != nil {
		done()
		_ = session.Close()
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, err
	}
	c.noteKept(script.basis(), s)
	if offered && s.packed == "" {
		c.carriesNothing()
	}
	p := &Process{Stdin: s.stdin, Stdout: stdout, ctx: ctx, link: c.link, how: s.how(), ended: make(chan struct{})}
	go func() {
		p.err = session.Wait()
		done()
		_ = session.Close()
		close(p.ended)
	}()
	return p, nil
}

// Keeps tells whether the host keeps a basis; known is false where it has not been asked.
func (c *Conn) Keeps(basis *delta.Basis) (kept, known bool) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	kept, known = c.link.kept[basis.Sum]
	return kept, known
}

// mayCarry tells whether a script of so many bytes, packed, is offered by the environment.
func (c *Conn) mayCarry(tty bool, size int) bool {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	return !tty && !c.link.bare && size <= carriedLimit
}

// carriesNothing notes that what was offered has not come.
func (c *Conn) carriesNothing() {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	c.link.bare = true
}

// mayKeep tells whether it is worth to ask the host for a basis.
func (c *Conn) mayKeep(basis *delta.Basis) bool {
	if basis == nil {
		return false
	}
	kept, known := c.Keeps(basis)
	return kept || !known
}

// noteKept notes what a script that was sent briefly has found.
func (c *Conn) noteKept(basis *delta.Basis, s *start) {
	if s.whole == nil {
		return
	}
	c.setKept(basis, !s.lacks)
}

// NowKeeps notes that the host has been given a basis.
func (c *Conn) NowKeeps(basis *delta.Basis) { c.setKept(basis, true) }

func (c *Conn) setKept(basis *delta.Basis, kept bool) {
	c.link.mu.Lock()
	defer c.link.mu.Unlock()
	if c.link.kept == nil {
		c.link.kept = map[string]bool{}
	}
	c.link.kept[basis.Sum] = kept
}

// openSession opens a channel; a ctx that ends leaves the answer to be thrown away.
func (c *Conn) openSession(ctx context.Context) (*ssh.Session, error) {
	type opened struct {
		session *ssh.Session
		err     error
	}
	answer := make(chan opened, 1)
	go func() {
		session, err := c.link.client.NewSession()
		answer <- opened{session, err}
	}()
	select {
	case o := <-answer:
		var refused *ssh.OpenChannelError
		if errors.As(o.err, &refused) {
			return nil, &SessionError{Host: c.ep.name(), Err: errors.New(refused.Message)}
		}
		if o.err != nil {
			return nil, c.link.lost(o.err)
		}
		return o.session, nil
	case <-ctx.Done():
		go func() {
			if o := <-answer; o.session != nil {
				_ = o.session.Close()
			}
		}()
		return nil, context.Cause(ctx)
	}
}
