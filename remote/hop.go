package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/crypto/ssh"
)

// addr is where the endpoint is dialled: "host:port".
func (ep Endpoint) addr() string {
	return net.JoinHostPort(strings.Trim(ep.Addr, "[]"), strconv.Itoa(ep.port()))
}

func (ep Endpoint) port() int {
	if ep.Port == 0 {
		return 22
	}
	return ep.Port
}

// name is what messages call the endpoint; a jump host may have no name of its own.
func (ep Endpoint) name() string {
	if ep.Name != "" {
		return ep.Name
	}
	return ep.Addr
}

// target is the endpoint as ssh's ProxyJump writes it.
func (ep Endpoint) target() string { return ep.User + "@" + ep.addr() }

func or(d, fallback time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return fallback
}

// errTimeout is why a hop's context ended when its ConnectTimeout passed.
var errTimeout = errors.New("no answer in time")

// errOtherKey says that a server showed two keys in one connection.
var errOtherKey = errors.New("the server shows another key in the middle of the connection")

// A hop is one login under way: the endpoint and what was seen of it so far, for the error to say
// at which stage it failed.
type hop struct {
	d    *Dialer
	ep   Endpoint
	via  *link // the jump host that leads there; nil for a direct connection
	jump bool  // the endpoint itself is a jump host

	ctx      context.Context // of the login, for the questions that it asks a person
	timer    *time.Timer
	deadline time.Time // when timer fires

	// The verdict comes from a goroutine of the handshake, which may outlive it.
	verdict atomic.Pointer[verdict]

	began   bool     // authentication has
	allowed []string // authentication methods of the server
	offers  offers
	banner  string // what the server had to say to the user
}

// A verdict is what became of the key that a server showed.
type verdict struct {
	key   ssh.PublicKey
	isNew bool  // it is to be written to known_hosts after login
	err   error // why it was not taken
}

// login opens the connection and logs in. Only ctx limits how long a person may take to type a
// passphrase; all else together must be done within ConnectTimeout.
func (h *hop) login(ctx context.Context) (*link, error) {
	timeout := or(h.ep.ConnectTimeout, 10*time.Second)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	h.deadline = time.Now().Add(timeout)
	h.timer = time.AfterFunc(timeout, func() { cancel(fmt.Errorf("%w (%s)", errTimeout, timeout)) })
	defer h.timer.Stop()
	h.ctx = ctx

	known, err := h.d.hostKeys.known(ctx, h.ep)
	if err != nil {
		return nil, h.explain(ctx, err)
	}
	raw, err := h.transport(ctx)
	if err != nil {
		return nil, h.explain(ctx, err)
	}
	nc := &watchedConn{Conn: raw, ack: newAcker(raw)}
	nc.touch()
	stop := context.AfterFunc(ctx, func() { nc.Close() })
	l, err := h.handshake(nc, known)
	if !stop() && err == nil {
		nc.Close()
		err = context.Cause(ctx)
	}
	if err != nil {
		return nil, h.explain(ctx, err)
	}
	if late := h.lateAgent(); late != nil {
		l.info.Warnings = append(l.info.Warnings, fmt.Sprintf("went without %v", late))
	}
	if v := h.verdict.Load(); v.isNew {
		if err := h.d.hostKeys.remember(ownKnownHosts(h.ep), knownName(h.ep), v.key); err != nil {
			l.info.Warnings = append(l.info.Warnings, fmt.Sprintf("the host key could not be written: %v", err))
		}
	}
	return l, nil
}

// transport opens the byte stream that SSH will speak on.
func (h *hop) transport(ctx context.Context) (net.Conn, error) {
	switch {
	case h.via != nil:
		nc, err := h.via.client.DialContext(ctx, "tcp", h.ep.addr())
		if err != nil {
			return nil, err
		}
		return newForwarded(nc), nil
	case h.ep.ProxyCommand != "":
		return startProxy(h.ep.ProxyCommand, h.ep.addr())
	}
	dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: 5 * time.Second, Interval: 5 * time.Second, Count: 3,
	}}
	return dialer.DialContext(ctx, "tcp", h.ep.addr())
}

// handshake agrees on keys, checks the host's and authenticates.
func (h *hop) handshake(nc *watchedConn, known knownKeys) (*link, error) {
	config := &ssh.ClientConfig{
		User:              h.ep.User,
		Auth:              h.authMethods(),
		HostKeyAlgorithms: known.algorithms(h.ep.HostKeyAlgorithms),
		HostKeyCallback: func(_ string, _ net.Addr, key ssh.PublicKey) error {
			v := &verdict{key: key}
			// Keys are agreed on again and again, and a new host is taken at its first word only.
			if before := h.verdict.Load(); before != nil && !sameKey(before.key, key) {
				v.err = &HostKeyError{Host: h.ep.name(), Name: knownName(h.ep), Err: errOtherKey}
			} else {
				v.isNew, v.err = known.judge(h.ep, key)
			}
			h.verdict.Store(v)
			return v.err
		},
		BannerCallback: func(message string) error {
			const longest = 4 << 10
			h.banner += message
			h.banner = h.banner[max(0, len(h.banner)-longest):]
			return nil
		},
		AuthCallback: func(c *ssh.ClientAuthContext) (ssh.AuthMethod, error) {
			h.began = true
			if len(c.AllowedMethods) > 0 {
				h.allowed = c.AllowedMethods
			}
			return nil, h.offers.refused(c.TriedMethods)
		},
	}
	conn, chans, reqs, err := ssh.NewClientConn(nc, h.ep.addr(), config)
	if err != nil {
		return nil, err
	}
	return newLink(conn, chans, reqs, nc, h), nil
}

// explain turns an error of any stage into the one that says what happened.
func (h *hop) explain(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	seen := h.verdict.Load()
	var badKey *HostKeyError
	switch {
	case errors.As(err, &badKey):
		return badKey
	case seen != nil && seen.err != nil:
		return seen.err
	case h.offers.err != nil:
		return h.offers.err
	case cause != nil && !errors.Is(cause, errTimeout):
		return cause
	case cause != nil:
		err = cause
	case h.began:
		e := &AuthError{Host: h.ep.name(), Addr: h.ep.addr(), User: h.ep.User,
			Tried: h.offers.tried(), Allow: h.allowed, Err: h.refusal(err)}
		e.NoKey = len(h.offers.keys) == 0 && !h.ep.Password.IsSet()
		if hungUp(err) {
			e.Said, e.Shut = lastSaid(h.banner), h.offers.accepted != ""
		}
		return e
	}
	var noCommon *ssh.AlgorithmNegotiationError
	if errors.As(err, &noCommon) {
		return &HostKeyError{Host: h.ep.name(), Name: knownName(h.ep), Err: err}
	}
	e := &UnreachableError{Host: h.ep.name(), Addr: h.ep.addr(), Err: plainNetError(err)}
	if h.jump {
		e.Hop = h.ep.name()
	}
	e.Retryable = seen == nil && hungUp(err)
	return e
}

// refusal is what of an authentication's error is worth telling besides what was tried.
func (h *hop) refusal(err error) error {
	if len(h.offers.notes) > 0 {
		return errors.Join(h.offers.notes...)
	}
	if strings.Contains(err.Error(), "unable to authenticate") || errors.Is(err, errNoMore) {
		return nil // what was tried says it all
	}
	return plainNetError(err)
}

// hungUp tells whether the server closed the connection, as a busy sshd does.
func hungUp(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// plainNetError drops from an error what the sentence around it says already.
func plainNetError(err error) error {
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "dial" {
		return op.Err
	}
	var open *ssh.OpenChannelError
	if errors.As(err, &open) {
		return fmt.Errorf("the jump host says: %s (%s)", open.Message, open.Reason)
	}
	if hungUp(err) {
		return fmt.Errorf("it hung up: %w", err)
	}
	if inner := errors.Unwrap(err); inner != nil && strings.HasPrefix(err.Error(), "ssh: handshake failed: ") {
		return inner
	}
	return err
}

// hold stops the clock while a person is asked; call the result to let it go on from there, as a
// server may ask for the key any number of times.
func (h *hop) hold() (release func()) {
	h.timer.Stop()
	left := time.Until(h.deadline)
	return func() {
		h.deadline = time.Now().Add(left)
		h.timer.Reset(left)
	}
}
