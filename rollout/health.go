package rollout

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"djship/remote"
)

// Health is how a site is known to work: asked through nginx, as a visitor asks.
type Health struct {
	Domain string
	Path   string // begins with a slash
}

const (
	healthLimit = 30 * time.Second       // for the site to come up
	healthTimes = 3                      // good answers in a row, where something was changed
	healthEach  = 10 * time.Second       // for one answer
	healthPause = 500 * time.Millisecond // after one that was not good
)

// A reply is what became of one request.
type reply struct {
	status int
	err    error
}

// check asks until the site has answered so many times in a row with a status from 200 to 399,
// healthLimit at most; when stop is closed a bad answer is not waited out. early, if not nil, is a
// request that is on its way already. The text says what the site answered. The error is an
// *UnhealthyError, or why no answer can come any more.
func (h Health) check(ctx context.Context, s Session, early <-chan reply, times int, stop <-chan struct{}) (string, error) {
	limited, cancel := context.WithTimeout(ctx, healthLimit)
	defer cancel()
	way, last := forwarded, "no answer"
	for good := 0; limited.Err() == nil; early = nil {
		if early == nil {
			early = h.send(limited, s, way)
		}
		var r reply
		select {
		case r = <-early:
		case <-limited.Done():
			continue
		}
		var forward *remote.ForwardError
		switch {
		case errors.As(r.err, &forward) && forward.Refused:
			way = tunnelled
			continue
		case r.err != nil:
			last, good = r.err.Error(), 0
		case r.status < 200 || r.status > 399:
			last, good = fmt.Sprintf("status %d", r.status), 0
		default:
			if good++; good == times {
				return fmt.Sprintf("%s: %d", h.url(), r.status), nil
			}
			continue
		}
		select {
		case <-limited.Done():
		case <-stop:
			cancel()
		case <-s.Done():
			return "", cmp.Or(r.err, errHungUp)
		case <-time.After(healthPause):
		}
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	return "", &UnhealthyError{h, last}
}

// errHungUp says that a connection ended while the next request waited.
var errHungUp = errors.New("the connection to the host ended before the site was known to answer")

func (h Health) url() string { return "http://" + h.Domain + h.Path }

// port is where visitors come in, seen from the host.
const port = "127.0.0.1:80"

// A way leads to that port.
type way func(context.Context, Session) (io.ReadWriteCloser, error)

// send puts one request on its way.
func (h Health) send(ctx context.Context, s Session, by way) <-chan reply {
	answer := make(chan reply, 1)
	go func() {
		status, err := h.ask(ctx, s, by)
		answer <- reply{status, err}
	}()
	return answer
}

// ask sends one request and returns the status of the answer.
func (h Health) ask(ctx context.Context, s Session, by way) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, healthEach)
	defer cancel()
	conn, err := by(ctx, s)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.url(), nil)
	if err != nil {
		return 0, err
	}
	request.Close = true
	request.Header.Set("User-Agent", "djship")
	if err := request.Write(conn); err != nil {
		return 0, unanswered(ctx, err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), request)
	if err != nil {
		return 0, unanswered(ctx, err)
	}
	// The body is not closed, as that would read it to its end: the connection is.
	return response.StatusCode, nil
}

func unanswered(ctx context.Context, err error) error {
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return fmt.Errorf("no answer within %v", healthEach)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("the connection to " + port + " was closed without an answer")
	}
	return err
}

// forwarded is the way over a forwarded channel of the SSH connection.
func forwarded(ctx context.Context, s Session) (io.ReadWriteCloser, error) {
	return s.DialContext(ctx, "tcp", port)
}

// tunnelled is the way through bash on the host, for an sshd that forwards nothing.
func tunnelled(ctx context.Context, s Session) (io.ReadWriteCloser, error) {
	ctx, cancel := context.WithCancel(ctx)
	p, err := s.Exec(ctx, `exec timeout 15 bash -c 'exec 3<>/dev/tcp/`+strings.Replace(port, ":", "/", 1)+` || exit; cat <&3 & cat >&3; wait' 2>/dev/null`)
	if err != nil {
		cancel()
		return nil, err
	}
	return &tunnel{p.Stdout, p.Stdin, sync.OnceFunc(func() {
		cancel()
		_ = p.Stdin.Close()
		go func() { remote.Drain(p.Stdout); _ = p.Wait() }()
	})}, nil
}

type tunnel struct {
	io.Reader
	io.Writer
	end func()
}

func (t *tunnel) Close() error {
	t.end()
	return nil
}

// An UnhealthyError says that a site does not answer as it should, though every step went well.
type UnhealthyError struct {
	Health Health
	Last   string // what the last request met
}

func (e *UnhealthyError) Error() string {
	return fmt.Sprintf("%s does not answer as it should within %v: %s", e.Health.url(), healthLimit, e.Last)
}

// Hint says where to look.
func (e *UnhealthyError) Hint() string {
	return "look on the host at `supervisorctl status`, logs/gunicorn.log in the site's home, and /var/log/nginx/" + e.Health.Domain + ".error.log"
}
