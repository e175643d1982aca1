package remote

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"djship/secret"
)

// A Dialer opens connections. Keys, agents and known_hosts files are read once for all of them, and
// hosts behind the same jump host share one connection to it. It is safe for concurrent use, and
// the zero value works.
type Dialer struct {
	// Passphrase asks a person for the passphrase of a private key; nil where nobody can be asked.
	// It is called when a server would take the key, never twice at once for the same one, again
	// after a wrong answer (three times at most), and then never again in this run. It returns when
	// ctx ends.
	Passphrase func(ctx context.Context, path string) (secret.Value, error)

	hostKeys hostKeys
	keys     keyring
	pace     pace

	mu    sync.Mutex
	jumps map[string]*sharedLink // by the path of logins that leads to it
}

// Accept trusts a host key for the rest of this run, and writes it to known_hosts: whatever becomes of
// the login, nobody is asked again. The error is why it could not be written.
func (d *Dialer) Accept(k *UnknownHostKeyError) error {
	d.hostKeys.accept(k.Name, k.Key)
	return d.hostKeys.remember(k.File, k.Name, k.Key)
}

// KnowsKey tells whether the host and every jump host on the way to it have a key that is known
// already, so that nobody need be asked. It contacts nothing.
func (d *Dialer) KnowsKey(ep Endpoint) bool {
	for _, hop := range append(ep.Jumps[:len(ep.Jumps):len(ep.Jumps)], ep) {
		known, err := d.hostKeys.known(context.Background(), hop)
		if err != nil || !known.usable() {
			return false
		}
	}
	return true
}

// Dial logs in to a host, through its jump hosts if it has any. Its error is one of
// *UnreachableError, *AuthError, *UnknownHostKeyError, *ChangedHostKeyError, *RevokedHostKeyError,
// *HostKeyError, *PassphraseError, *AgentError, or ctx's. Nothing is tried twice.
func (d *Dialer) Dial(ctx context.Context, ep Endpoint) (*Conn, error) {
	via, release, err := d.jump(ctx, ep.Jumps)
	if err != nil {
		return nil, forHost(err, ep)
	}
	l, err := d.login(ctx, &hop{d: d, ep: ep, via: via})
	if err != nil {
		release()
		return nil, err
	}
	l.onEnd(release)
	return &Conn{link: l, ep: ep}, nil
}

// login logs in to one hop, at the pace that its server can bear.
func (d *Dialer) login(ctx context.Context, h *hop) (*link, error) {
	free, err := d.pace.enter(ctx, h.ep.addr())
	if err != nil {
		return nil, err
	}
	defer free()
	l, err := h.login(ctx)
	var u *UnreachableError
	if errors.As(err, &u) && u.Retryable {
		d.pace.slow(h.ep.addr())
	}
	return l, err
}

// forHost makes an error of a jump host tell which host it was needed for.
func forHost(err error, ep Endpoint) error {
	var u *UnreachableError
	if errors.As(err, &u) {
		named := *u
		named.Host = ep.name()
		return &named
	}
	return err
}

// A sharedLink is a jump host's connection, and who uses it.
type sharedLink struct {
	users  int
	cancel context.CancelFunc // gives up dialling
	done   chan struct{}      // closed when link and err are set
	link   *link
	err    error
}

// jump gives the connection to the last of a chain of jump hosts; nil for an empty chain. release
// must be called once; the connection is closed with its last user.
func (d *Dialer) jump(ctx context.Context, chain []Endpoint) (l *link, release func(), err error) {
	if len(chain) == 0 {
		return nil, func() {}, nil
	}
	path := make([]string, len(chain))
	for i, ep := range chain {
		path[i] = ep.target() + " " + ep.ProxyCommand
	}
	key := strings.Join(path, ",")

	d.mu.Lock()
	s, ok := d.jumps[key]
	if ok && s.link != nil && s.link.ended() {
		ok = false
	}
	if !ok {
		dialCtx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		s = &sharedLink{cancel: cancel, done: make(chan struct{})}
		if d.jumps == nil {
			d.jumps = map[string]*sharedLink{}
		}
		d.jumps[key] = s
		go d.dialJump(dialCtx, s, chain)
	}
	s.users++
	d.mu.Unlock()

	release = sync.OnceFunc(func() { d.releaseJump(key, s) })
	select {
	case <-s.done:
	case <-ctx.Done():
		release()
		return nil, nil, context.Cause(ctx)
	}
	if s.err != nil {
		release()
		return nil, nil, s.err
	}
	return s.link, release, nil
}

func (d *Dialer) releaseJump(key string, s *sharedLink) {
	d.mu.Lock()
	s.users--
	last := s.users == 0
	if (last || s.err != nil) && d.jumps[key] == s {
		delete(d.jumps, key)
	}
	d.mu.Unlock()
	if last {
		s.cancel()
		go func() {
			if <-s.done; s.link != nil {
				s.link.close()
			}
		}()
	}
}

// dialJump logs in to the last host of a chain, through the others.
func (d *Dialer) dialJump(ctx context.Context, s *sharedLink, chain []Endpoint) {
	before, ep := chain[:len(chain)-1], chain[len(chain)-1]
	via, release, err := d.jump(ctx, before)
	var l *link
	if err == nil {
		l, err = d.login(ctx, &hop{d: d, ep: ep, via: via, jump: true})
		if err != nil {
			release()
		}
	}
	if err == nil {
		l.onEnd(release)
		l.warmUp(warmUpLimit)
	}
	d.mu.Lock()
	s.link, s.err = l, err
	d.mu.Unlock()
	close(s.done)
}

// pace keeps from flooding a server that has shown that it minds: sshd drops connections at random
// when about ten are not logged in yet (MaxStartups). The zero value is ready.
type pace struct {
	mu   sync.Mutex
	slot map[string]chan struct{}
}

// politeLogins is how many logins may be under way to a server that has dropped one.
const politeLogins = 8

// enter waits for a turn at addr; the result ends it.
func (p *pace) enter(ctx context.Context, addr string) (leave func(), err error) {
	p.mu.Lock()
	slots := p.slot[addr]
	p.mu.Unlock()
	if slots == nil {
		return func() {}, nil
	}
	select {
	case slots <- struct{}{}:
		return func() { <-slots }, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// slow limits addr from now on.
func (p *pace) slow(addr string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slot == nil {
		p.slot = map[string]chan struct{}{}
	}
	if p.slot[addr] == nil {
		p.slot[addr] = make(chan struct{}, politeLogins)
	}
}

// warmUpLimit is how long a jump host may take over a command that does nothing.
const warmUpLimit = 3 * time.Second

// warmUp runs a command that does nothing: sshd before 10.1 sends small packets without delay only
// after the first one, and each login through this link is many small packets. A jump host that
// does not run it in time may still be good to go through.
func (l *link) warmUp(limit time.Duration) {
	if !delaysPackets(string(l.client.ServerVersion())) {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		session, err := l.client.NewSession()
		if err != nil {
			return
		}
		defer session.Close()
		_ = session.Run("true")
	}()
	select {
	case <-done:
	case <-l.done:
	case <-time.After(limit):
	}
}

// delaysPackets tells whether a server is OpenSSH before 10.1.
func delaysPackets(version string) bool {
	_, number, ok := strings.Cut(version, "OpenSSH_")
	if !ok {
		return false
	}
	var major, minor int
	if _, err := fmt.Sscanf(number, "%d.%d", &major, &minor); err != nil {
		return false
	}
	return major < 10 || major == 10 && minor < 1
}
