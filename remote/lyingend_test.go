package remote_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
)

// begun starts a script on a server that runs it truly until it has begun, and lies from then on.
func begun(t *testing.T, ctx context.Context, lie func(c *remotetest.LyingConn, id uint32)) (*remote.Conn, *remote.Process) {
	t.Helper()
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		id, command := c.Session()
		c.Run(id, command)
		lie(c, id)
	}).Endpoint(t)
	ep.ServerAliveInterval, ep.ServerAliveCountMax = 300*time.Millisecond, 2
	c := dial(t, new(remote.Dialer), ep)
	p, err := c.Exec(ctx, remote.Text("echo begun; cat >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	return c, p
}

func status(n byte) []byte { return []byte{0, 0, 0, n} }

func closeChannel(c *remotetest.LyingConn, id uint32) {
	c.Message(remotetest.MsgChannelClose, struct{ To uint32 }{id})
}

func signalled(name, text string) []byte {
	return ssh.Marshal(struct {
		Signal   string
		Core     bool
		Text, In string
	}{name, false, text, ""})
}

// TestLiesAboutTheEnd has servers say how a script ended in ways that nobody should: what Wait says
// is plain, and the connection can be closed.
func TestLiesAboutTheEnd(t *testing.T) {
	for name, test := range map[string]struct {
		lie  func(c *remotetest.LyingConn, id uint32)
		says string // empty for no error
	}{
		"twice": {func(c *remotetest.LyingConn, id uint32) {
			c.Ask(id, "exit-status", status(0))
			c.Ask(id, "exit-status", status(7))
			closeChannel(c, id)
		}, "exit status 7"},
		"a signal with escapes": {func(c *remotetest.LyingConn, id uint32) {
			c.Ask(id, "exit-signal", signalled(paint+"KILL", paint))
			closeChannel(c, id)
		}, "killed by signal [2J]0;title; one; twoKILL"},
		"a signal without end": {func(c *remotetest.LyingConn, id uint32) {
			c.Ask(id, "exit-signal", signalled(strings.Repeat("KILL", 7000), ""))
			closeChannel(c, id)
		}, "killed by signal KILL"},
		"a status cut short, and more": {func(c *remotetest.LyingConn, id uint32) {
			for range 1000 {
				c.Ask(id, "exit-status", []byte{0})
			}
			closeChannel(c, id)
		}, "lost the connection"},
		"a signal cut short, and more": {func(c *remotetest.LyingConn, id uint32) {
			for range 1000 {
				c.Ask(id, "exit-signal", []byte{0xff, 0xff, 0xff, 0xff, 'x'})
			}
			closeChannel(c, id)
		}, "lost the connection"},
		"requests for ever": {func(c *remotetest.LyingConn, id uint32) {
			for range 20_000 {
				c.Ask(id, paint, []byte("x"))
			}
			c.Ask(id, "exit-status", status(3))
			closeChannel(c, id)
		}, "exit status 3"},
		"nothing": {func(c *remotetest.LyingConn, id uint32) { closeChannel(c, id) }, "did not say how"},
		"more than the window": {func(c *remotetest.LyingConn, id uint32) {
			for range 10 * remotetest.Window / remotetest.MaxPacket {
				c.Data(id, make([]byte, remotetest.MaxPacket))
			}
		}, "lost the connection|did not say"},
		"more than a packet may hold": {func(c *remotetest.LyingConn, id uint32) { c.Data(id, make([]byte, 100<<10)) }, "lost the connection"},
		"a length that is not the data's": {func(c *remotetest.LyingConn, id uint32) {
			c.Message(remotetest.MsgChannelData, struct{ To, Length, Data uint32 }{id, 0xffffffff, 0})
		}, "lost the connection"},
		"a window beyond all": {func(c *remotetest.LyingConn, id uint32) {
			c.Message(remotetest.MsgWindowAdjust, struct{ To, More uint32 }{id, 0xffffffff})
		}, "lost the connection"},
		"to no channel, and more": {func(c *remotetest.LyingConn, id uint32) {
			for n := range uint32(100) { // more than the library holds before and behind
				if n == 40 {
					c.Data(id+9, []byte("x"))
				}
				c.Ask(id, "exit-status", []byte{0})
			}
			closeChannel(c, id)
		}, "lost the connection"},
		"a second confirmation": {func(c *remotetest.LyingConn, id uint32) {
			c.Message(remotetest.MsgChannelConfirm, uint32Fields{id, id, 0, 9})
		}, "lost the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			c, p := begun(t, t.Context(), func(c *remotetest.LyingConn, id uint32) {
				test.lie(c, id)
				c.Wait()
			})
			within(t, lieTime, func() {
				time.Sleep(50 * time.Millisecond) // what comes unread is in the window
				remote.Drain(p.Stdout)
				err := p.Wait()
				saysPlainly(t, err)
				found := false
				for word := range strings.SplitSeq(test.says, "|") {
					found = found || strings.Contains(err.Error(), word)
				}
				if !found {
					t.Errorf("the error is %.300q, want something of %s", err.Error(), test.says)
				}
				_ = c.Close()
			})
		})
	}
}

// TestLiesWhileItRuns has servers that keep a script from ending: its ctx still ends it.
func TestLiesWhileItRuns(t *testing.T) {
	for name, lie := range map[string]func(c *remotetest.LyingConn, id uint32){
		"output for ever": func(c *remotetest.LyingConn, id uint32) {
			for {
				c.Data(id, make([]byte, 16<<10))
				time.Sleep(5 * time.Millisecond) // as fast as it is read, at most
			}
		},
		"single bytes": func(c *remotetest.LyingConn, id uint32) {
			for range 200_000 {
				c.Data(id, []byte{'x'})
			}
			c.Wait()
		},
		"ignore for ever": func(c *remotetest.LyingConn, id uint32) {
			for {
				c.Message(remotetest.MsgIgnore, struct{ Data string }{"x"})
				time.Sleep(time.Millisecond)
			}
		},
		"half a rekey": func(c *remotetest.LyingConn, id uint32) {
			c.Send(append([]byte{20}, make([]byte, 16)...))
			c.Wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			why := errors.New("enough")
			time.AfterFunc(500*time.Millisecond, func() { cancel(why) })
			within(t, lieTime, func() {
				c, p := begun(t, ctx, lie)
				defer c.Close()
				go func() {
					for { // more than any window holds
						if _, err := p.Stdin.Write(make([]byte, 64<<10)); err != nil {
							return
						}
					}
				}()
				remote.Drain(p.Stdout)
				err := p.Wait()
				saysPlainly(t, err)
				var lost *remote.LostError
				if !errors.Is(err, why) && !errors.As(err, &lost) {
					t.Errorf("error is %v", err)
				}
			})
		})
	}
}

// TestTakesNothing has a server that goes on talking and reads no more: keepalives see nothing wrong.
func TestTakesNothing(t *testing.T) {
	remote.ShortWrites(t)
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		id, command := c.Session()
		c.Run(id, command)
		c.Message(remotetest.MsgWindowAdjust, struct{ To, More uint32 }{id, 1 << 30})
		c.Deaf()
		for {
			c.Message(remotetest.MsgIgnore, struct{ Data string }{"x"})
			time.Sleep(10 * time.Millisecond)
		}
	}).Endpoint(t)
	c := dial(t, new(remote.Dialer), ep)
	p, err := c.Exec(t.Context(), remote.Text("echo begun; cat >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	within(t, lieTime, func() {
		for err == nil {
			_, err = p.Stdin.Write(make([]byte, 64<<10))
		}
		remote.Drain(p.Stdout)
		err := p.Wait()
		if as[*remote.LostError](t, err); !strings.Contains(err.Error(), "takes nothing") {
			t.Errorf("error is %v", err)
		}
	})
}
