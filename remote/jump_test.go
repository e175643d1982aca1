package remote_test

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
)

// output runs a script and gives what it printed.
func output(t *testing.T, c *remote.Conn, script string) string {
	t.Helper()
	p, err := c.Exec(t.Context(), remote.Text(script))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(p.Stdout)
	if err != nil {
		t.Error(err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	return string(out)
}

// TestJumps goes through two jump hosts to many hosts, each hop with a host key and a user key of
// its own; the jump hosts are logged in to once.
func TestJumps(t *testing.T) {
	const hosts = 12
	target := remotetest.Start(t, remotetest.Options{})
	inner := remotetest.Start(t, remotetest.Options{Forwards: map[string]string{"target:22": target.Addr}})
	outer := remotetest.Start(t, remotetest.Options{Forwards: map[string]string{"inner:22": inner.Addr}})

	named := func(s *remotetest.Server, name string) remote.Endpoint {
		ep := s.Endpoint(t, "dev")
		ep.Name, ep.Addr, ep.Port = name, name, 22
		ep.KnownHosts = []string{writeFile(t, "known_hosts", name+" "+keyText(s.HostKey))}
		return ep
	}
	ep := named(target, "target")
	ep.Jumps = []remote.Endpoint{outer.Endpoint(t, "dev"), named(inner, "inner")}

	var d remote.Dialer
	if !d.KnowsKey(ep) {
		t.Error("KnowsKey is false though every hop is known")
	}
	conns := make([]*remote.Conn, hosts)
	var wg sync.WaitGroup
	for i := range conns {
		wg.Go(func() {
			c, err := d.Dial(t.Context(), ep)
			if err != nil {
				t.Error(err)
				return
			}
			conns[i] = c
		})
	}
	wg.Wait()
	if t.Failed() {
		return
	}
	if got := output(t, conns[0], "echo hello"); got != "hello\n" {
		t.Errorf("printed %q", got)
	}
	for name, s := range map[string]*remotetest.Server{"outer": outer, "inner": inner} {
		if n := s.Counts().Logins; n != 1 {
			t.Errorf("%d logins to %s, want 1", n, name)
		}
	}
	if n := target.Counts().Logins; n != hosts {
		t.Errorf("%d logins to the target, want %d", n, hosts)
	}

	for i, c := range conns {
		if i > 0 && outer.Counts().Open != 1 {
			t.Fatalf("the jump host's connection was closed with %d users left", hosts-i)
		}
		_ = c.Close()
	}
	for outer.Counts().Open > 0 || inner.Counts().Open > 0 { // the test's own limit ends this
		if t.Context().Err() != nil {
			t.Fatal("the jump hosts' connections stay open")
		}
	}
	dial(t, &d, ep)
	if n := outer.Counts().Logins; n != 2 {
		t.Errorf("%d logins to the first jump host after all had left it, want 2", n)
	}
}

// TestJumpErrors has each hop fail in turn; the error says which it was.
func TestJumpErrors(t *testing.T) {
	target := remotetest.Start(t, remotetest.Options{})
	good := remotetest.Start(t, remotetest.Options{})
	refusing := remotetest.Start(t, remotetest.Options{RefuseKeys: true})
	unknown := remotetest.Start(t, remotetest.Options{})
	stranger := unknown.Endpoint(t, "dev")
	stranger.KnownHosts = nil
	gone := remotetest.Start(t, remotetest.Options{})
	gone.Close()

	via := func(jumps ...remote.Endpoint) remote.Endpoint {
		ep := target.Endpoint(t, "dev")
		ep.Name, ep.Jumps = "target", jumps
		return ep
	}
	var d remote.Dialer
	_, err := d.Dial(t.Context(), via(good.Endpoint(t, "dev"), gone.Endpoint(t, "dev")))
	if u := as[*remote.UnreachableError](t, err); u.Host != "target" || u.Hop == "" || u.Retryable {
		t.Errorf("error is %+v", u)
	}
	_, err = d.Dial(t.Context(), via(refusing.Endpoint(t, "dev")))
	if a := as[*remote.AuthError](t, err); a.Addr != refusing.Addr {
		t.Errorf("error is about %s, want the jump host %s", a.Addr, refusing.Addr)
	}
	_, err = d.Dial(t.Context(), via(good.Endpoint(t, "dev"), stranger))
	key := as[*remote.UnknownHostKeyError](t, err)
	if key.Addr != unknown.Addr {
		t.Errorf("error is about %s, want the jump host %s", key.Addr, unknown.Addr)
	}
	if err := d.Accept(key); err != nil {
		t.Fatal(err)
	}
	dial(t, &d, via(good.Endpoint(t, "dev"), stranger))

	closed := via(good.Endpoint(t, "dev"))
	closed.Port = gone.Port
	_, err = d.Dial(t.Context(), closed)
	if u := as[*remote.UnreachableError](t, err); u.Hop != "" || !strings.Contains(err.Error(), "Connection refused") {
		t.Errorf("error does not tell what the jump host said of the target: %v", err)
	}
	hint(t, err)
}

// TestJumpLost has the jump host go away: what runs behind it is lost, and the next Dial logs in anew.
func TestJumpLost(t *testing.T) {
	target, jump := remotetest.Start(t, remotetest.Options{}), remotetest.Start(t, remotetest.Options{})
	ep := target.Endpoint(t, "dev")
	ep.Jumps = []remote.Endpoint{jump.Endpoint(t, "dev")}
	var d remote.Dialer
	c := dial(t, &d, ep)
	p, err := c.Exec(t.Context(), remote.Text("cat"))
	if err != nil {
		t.Fatal(err)
	}
	jump.Drop()
	as[*remote.LostError](t, p.Wait())
	<-c.Done()
	if got := output(t, dial(t, &d, ep), "echo back"); got != "back\n" {
		t.Errorf("printed %q", got)
	}
}

// TestJumpSilent closes a connection whose jump host answers no more.
func TestJumpSilent(t *testing.T) {
	target := remotetest.Start(t, remotetest.Options{})
	jump := remotetest.Start(t, remotetest.Options{CutAfter: 20_000, GoSilent: true})
	ep := target.Endpoint(t, "dev")
	ep.Jumps = []remote.Endpoint{jump.Endpoint(t, "dev")}
	ep.ServerAliveInterval, ep.Jumps[0].ServerAliveInterval = time.Hour, time.Hour
	c, err := new(remote.Dialer).Dial(t.Context(), ep)
	if err != nil {
		t.Fatal(err)
	}
	p, err := c.Exec(t.Context(), remote.Text("cat >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Stdin.Write(make([]byte, 20_000))
	_ = c.Close()
	as[*remote.LostError](t, p.Wait())
}

// TestJumpCancelled gives up on one of two hosts behind a jump host that does not answer.
func TestJumpCancelled(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	target := remotetest.Start(t, remotetest.Options{})
	ep := target.Endpoint(t, "dev")
	ep.Jumps = []remote.Endpoint{{Name: "jump", Addr: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, User: "dev"}}

	var d remote.Dialer
	errs := make(chan error)
	ctx1, cancel1 := context.WithCancel(t.Context())
	ctx2, cancel2 := context.WithCancel(t.Context())
	for _, ctx := range []context.Context{ctx1, ctx2} {
		go func() {
			_, err := d.Dial(ctx, ep)
			errs <- err
		}()
	}
	nc, err := silent.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	cancel1()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	cancel2()
	if err := <-errs; !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := io.Copy(io.Discard, nc); err != nil && !errors.Is(err, io.EOF) {
		t.Logf("the jump host's connection ended: %v", err)
	}
}

func TestProxyCommand(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.ProxyCommand = "sh -c 'echo no way to there >&2; exit 1'"
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	if as[*remote.UnreachableError](t, err); !strings.Contains(err.Error(), "no way to there") {
		t.Errorf("error does not tell what the command said: %v", err)
	}
	ep.ProxyCommand = needs(t, "bash") + " -c 'exec 3<>/dev/tcp/127.0.0.1/" + portOf(s.Addr) + "; cat <&3 & exec cat >&3'"
	c := dial(t, new(remote.Dialer), ep)
	if got := output(t, c, "echo through"); got != "through\n" {
		t.Errorf("printed %q", got)
	}
}

// TestJumpAuthorityIsItsOwn has an authority that known_hosts of the jump host names, not the target's.
func TestJumpAuthorityIsItsOwn(t *testing.T) {
	ca, key := remotetest.NewSigner(t), remotetest.NewSigner(t)
	target := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{hostCert(t, ca, key, nil), key}})
	jump := remotetest.Start(t, remotetest.Options{HostKeys: []ssh.Signer{hostCert(t, ca, key, nil)}})
	trusting := jump.Endpoint(t, "dev")
	trusting.KnownHosts = []string{writeFile(t, "jump_known", "@cert-authority * "+keyText(ca.PublicKey()))}
	ep := target.Endpoint(t, "dev")
	ep.KnownHosts = []string{writeFile(t, "known", "")}
	ep.Jumps = []remote.Endpoint{trusting}
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	if got := as[*remote.UnknownHostKeyError](t, err); got.Addr != target.Addr {
		t.Errorf("unknown is %s, want the target %s", got.Addr, target.Addr)
	}
}
