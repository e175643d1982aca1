package steps

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"sync"

	"djship/remote"
)

// A Session is one login to a host, as root wherever it matters. Its methods may be called at once.
type Session interface {
	// Exec starts a shell text as root.
	Exec(ctx context.Context, script string) (Process, error)
	// Upload puts files into a folder of the login user's, all at once.
	Upload(ctx context.Context, dir string, files []remote.Upload) error
	// DialContext opens a connection from the host to addr.
	DialContext(ctx context.Context, network, addr string) (net.Conn, error)
	// User is the login name.
	User() string
	Close() error
}

// A Process is a shell text that runs on a host.
type Process struct {
	Stdin  io.WriteCloser
	Stdout io.Reader // what it prints, errors too
	Wait   func() error
}

// SSH is the Session of a real login.
type SSH struct {
	*remote.Conn
	Login string // the login name
}

// User implements Session.
func (s SSH) User() string { return s.Login }

// Exec implements Session.
func (s SSH) Exec(ctx context.Context, script string) (Process, error) {
	p, err := s.Conn.Exec(ctx, script)
	if err != nil {
		return Process{}, err
	}
	return Process{Stdin: p.Stdin, Stdout: p.Stdout, Wait: p.Wait}, nil
}

// Look reads a host by one exec and plans the list for it. Nothing is written there.
func Look(ctx context.Context, s Session, list []Step) (Plan, error) {
	mark := markOfRun()
	p, err := s.Exec(ctx, probeOfRun(list))
	if err != nil {
		return Plan{}, err
	}
	out, err := readTo(p.Stdout, "\n"+mark+" end\n")
	if err != nil {
		_ = p.Stdin.Close()
		if lost := p.Wait(); lost != nil && ctx.Err() == nil {
			return Plan{}, fmt.Errorf("the probe did not end: %w%s", lost, said(out, mark))
		}
		return Plan{}, err
	}
	// The verdict stands; the exit status need not be waited for.
	go func() { remote.Drain(p.Stdout); _ = p.Wait() }()
	facts, seen, err := ParseProbe(list, mark, out)
	if err != nil {
		return Plan{}, err
	}
	return NewPlan(list, facts, seen), nil
}

// probes are the texts of this run's probes, by list.
var probes sync.Map

// probeOfRun is the Probe of a list, which many hosts may share, with the mark of the run.
func probeOfRun(list []Step) string {
	type key struct {
		first *Step
		n     int
	}
	var k key
	if len(list) > 0 {
		k = key{&list[0], len(list)}
	}
	text, ok := probes.Load(k)
	if !ok {
		text, _ = probes.LoadOrStore(k, Probe(list, markOfRun()))
	}
	return text.(string)
}

// markOfRun begins lines that must not be mistaken. No host knows the word before it is sent there.
// It is one for all of them, so that a probe is one text, packed once for a thousand hosts.
var markOfRun = sync.OnceValue(func() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return "djship" + hex.EncodeToString(b)
})
