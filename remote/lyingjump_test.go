package remote_test

import (
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"
)

// TestLyingJumpHosts has jump hosts that let everybody in and then keep them waiting: each login
// through one ends within the timeouts of both.
func TestLyingJumpHosts(t *testing.T) {
	for name, lie := range map[string]func(*remotetest.LyingConn){
		"takes no channel":      (*remotetest.LyingConn).Wait,
		"runs no command":       func(c *remotetest.LyingConn) { c.Confirm(remotetest.Window, remotetest.MaxPacket); c.Wait() },
		"a command without end": func(c *remotetest.LyingConn) { endless(c) },
		"a window of nothing": func(c *remotetest.LyingConn) {
			c.Confirm(0, remotetest.MaxPacket)
			c.Confirm(0, remotetest.MaxPacket)
			c.Wait()
		},
		"refuses without end":     func(c *remotetest.LyingConn) { refuseAll(c) },
		"a channel of itself":     func(c *remotetest.LyingConn) { openChannel(c, "direct-tcpip", 0, ""); c.Wait() },
		"closes what is not open": func(c *remotetest.LyingConn) { closeChannel(c, 0); c.Wait() },
	} {
		t.Run(name, func(t *testing.T) {
			jump := remotetest.Lie(t, func(c *remotetest.LyingConn) {
				c.LoginAs("SSH-2.0-OpenSSH_9.2p1 Debian-2")
				lie(c)
			}).Endpoint(t)
			jump.ConnectTimeout = time.Second
			ep := remotetest.Start(t, remotetest.Options{}).Endpoint(t, "dev")
			ep.ConnectTimeout, ep.Jumps = time.Second, []remote.Endpoint{jump}
			within(t, lieTime, func() {
				_, err := new(remote.Dialer).Dial(t.Context(), ep)
				as[*remote.UnreachableError](t, err)
				saysPlainly(t, err)
			})
		})
	}
}

// endless grants a command and prints for ever.
func endless(c *remotetest.LyingConn) {
	id, _ := c.Session()
	go c.Wait()
	for {
		c.Data(id, make([]byte, 16<<10))
		time.Sleep(10 * time.Millisecond)
	}
}

// refuseAll refuses each channel, with words that paint.
func refuseAll(c *remotetest.LyingConn) {
	for {
		c.Await(remotetest.MsgChannelOpen)
		c.Message(remotetest.MsgChannelFailure, struct {
			To, Reason uint32
			Text, In   string
		}{0, 99, paint, ""})
	}
}
