package remote_test

import (
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
)

// TestLiesAfterLogin has servers that say what nobody asked: the connection ends with a plain
// error, or what they say has no effect.
func TestLiesAfterLogin(t *testing.T) {
	flood := strings.Repeat("x", 30<<10)
	for name, test := range map[string]struct {
		say  func(*remotetest.LyingConn)
		says string
	}{
		"goodbye with escapes": {func(c *remotetest.LyingConn) { disconnect(c, paint+strings.Repeat("bye ", 50_000)) }, "bye"},
		"an unknown message":   {func(c *remotetest.LyingConn) { c.Send([]byte{77, 0, 0, 0, 0}); c.RecvAll() }, ""},
		"a message cut short":  {func(c *remotetest.LyingConn) { c.Send([]byte{remotetest.MsgChannelData}); c.RecvAll() }, ""},
		"data for no channel":  {func(c *remotetest.LyingConn) { c.Data(7, []byte(flood)); c.RecvAll() }, ""},
		"a channel nobody asked for": {func(c *remotetest.LyingConn) {
			c.Message(remotetest.MsgChannelConfirm, uint32Fields{})
			c.RecvAll()
		}, ""},
		"a login after the login":     {func(c *remotetest.LyingConn) { c.Send([]byte{remotetest.MsgUserAuthSuccess}); c.RecvAll() }, ""},
		"garbage instead of a packet": {func(c *remotetest.LyingConn) { c.Say(flood); c.RecvAll() }, ""},
		"requests for ever": {func(c *remotetest.LyingConn) {
			go c.RecvAll()
			for {
				c.Message(remotetest.MsgGlobalRequest, struct {
					Type  string
					Reply bool
					Data  string
				}{paint, true, flood})
			}
		}, "too many"},
		"requests for ever, answers unread": {func(c *remotetest.LyingConn) {
			for {
				c.Message(remotetest.MsgGlobalRequest, struct {
					Type  string
					Reply bool
				}{"tcpip-forward", true})
			}
		}, "no answer|too many"},
		"channels for ever": {func(c *remotetest.LyingConn) {
			go c.RecvAll()
			for i := uint32(0); ; i++ {
				openChannel(c, "auth-agent@openssh.com", i, flood)
			}
		}, "too many"},
	} {
		t.Run(name, func(t *testing.T) {
			ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
				c.Login()
				test.say(c)
			}).Endpoint(t)
			ep.ServerAliveInterval, ep.ServerAliveCountMax = 300*time.Millisecond, 2
			c := dial(t, new(remote.Dialer), ep)
			within(t, lieTime, func() { <-c.Done() })
			_, err := c.Exec(t.Context(), remote.Text("true"))
			as[*remote.LostError](t, err)
			saysPlainly(t, err)
			found := false
			for word := range strings.SplitSeq(test.says, "|") {
				found = found || strings.Contains(err.Error(), word)
			}
			if !found {
				t.Errorf("the error is %.300q, want something of %s", err.Error(), test.says)
			}
		})
	}
}

type uint32Fields struct{ A, B, C, D uint32 }

func openChannel(c *remotetest.LyingConn, kind string, id uint32, extra string) {
	c.Message(remotetest.MsgChannelOpen, struct {
		Type                  string
		From, Window, Maximum uint32
		Extra                 []byte `ssh:"rest"`
	}{kind, id, remotetest.Window, remotetest.MaxPacket, []byte(extra)})
}

// TestServerOpensNothing has a server that tries to get at the agent, the display and the network
// of the workstation, and to run something there: each is refused, and so are its requests.
func TestServerOpensNothing(t *testing.T) {
	kinds := []string{"auth-agent@openssh.com", "agent-connect", "auth-agent", "x11", "forwarded-tcpip",
		"forwarded-streamlocal@openssh.com", "direct-tcpip", "direct-streamlocal@openssh.com", "tun@openssh.com", "session", paint}
	requests := []string{"tcpip-forward", "streamlocal-forward@openssh.com", "hostkeys-00@openssh.com", paint}
	refused := make(chan string, len(kinds)+len(requests))
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		for i, kind := range kinds {
			openChannel(c, kind, uint32(i), "")
			switch p := c.Recv(); p[0] {
			case remotetest.MsgChannelFailure:
				refused <- kind
			default:
				t.Errorf("a channel of type %q is answered with message %d", kind, p[0])
			}
		}
		for _, kind := range requests {
			c.Message(remotetest.MsgGlobalRequest, struct {
				Type  string
				Reply bool
			}{kind, true})
			switch p := c.Recv(); p[0] {
			case remotetest.MsgRequestFailure:
				refused <- kind
			default:
				t.Errorf("a request for %q is answered with message %d", kind, p[0])
			}
		}
		close(refused)
		c.RecvAll()
	}).Endpoint(t)
	ep.AgentSocket, _ = startAgent(t)
	dial(t, new(remote.Dialer), ep)
	within(t, lieTime, func() {
		n := 0
		for range refused {
			n++
		}
		if n != len(kinds)+len(requests) {
			t.Errorf("%d are refused, want %d", n, len(kinds)+len(requests))
		}
	})
}

// TestNoAgentForwarding has sessions: nothing is asked for in them but a command, and a variable that may have what the command runs.
func TestNoAgentForwarding(t *testing.T) {
	remote.ShortSilence(t)
	var asked atomic.Pointer[[]string]
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		var kinds []string
		id := c.Confirm(remotetest.Window, remotetest.MaxPacket)
		for {
			p := c.Await(remotetest.MsgChannelRequest)
			var request struct {
				To    uint32
				Type  string
				Reply bool
				Rest  []byte `ssh:"rest"`
			}
			_ = ssh.Unmarshal(p[1:], &request)
			kinds = append(kinds, request.Type)
			asked.Store(&kinds)
			if request.Reply {
				c.Message(remotetest.MsgChannelRequestNo, struct{ To uint32 }{id})
			}
			if request.Type == "exec" {
				id = c.Confirm(remotetest.Window, remotetest.MaxPacket)
			}
		}
	}).Endpoint(t)
	ep.AgentSocket, _ = startAgent(t)
	c := dial(t, new(remote.Dialer), ep)
	_, err := c.Exec(t.Context(), remote.Text("true"))
	as[*remote.LoginShellError](t, err)
	if got := *asked.Load(); !slices.Equal(got, []string{"env", "exec", "exec"}) {
		t.Errorf("the sessions ask for %q, want one variable and two commands", got)
	}
}
