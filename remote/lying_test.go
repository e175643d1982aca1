package remote_test

import (
	"context"
	"errors"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
)

// Limits for what a lying server may cost, far from what a busy machine needs.
const (
	lieTime   = 8 * time.Second
	lieMemory = 64 << 20
)

const paint = "\x1b[2J\x1b]0;title\x07\u202e\none\r\ntwo\x00"

// within runs f and fails where it takes too long or too much memory.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	before, most := stats.HeapAlloc, uint64(0)
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	over := time.After(limit)
	for {
		select {
		case <-done:
			if most > before+lieMemory {
				t.Errorf("took %d MiB of memory", (most-before)>>20)
			}
			return
		case <-over:
			stacks := make([]byte, 1<<20)
			t.Fatalf("not done after %s:\n%s", limit, stacks[:runtime.Stack(stacks, true)])
		case <-time.After(20 * time.Millisecond):
			runtime.ReadMemStats(&stats)
			most = max(most, stats.HeapAlloc)
		}
	}
}

// saysPlainly fails where a message is long, has more than a line or could paint on a screen.
func saysPlainly(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	text := err.Error()
	if len(text) > 3000 {
		t.Errorf("the error has %d bytes", len(text))
	}
	if at := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }); at >= 0 {
		t.Errorf("the error has control characters: %.300q", text)
	}
}

func disconnect(c *remotetest.LyingConn, reason string) {
	c.Message(remotetest.MsgDisconnect, struct {
		Reason         uint32
		Text, Language string
	}{2, reason, "en"})
	c.RecvAll()
}

func refuse(c *remotetest.LyingConn, methods string, partial bool) {
	c.Message(remotetest.MsgUserAuthFailure, struct {
		Methods string
		Partial bool
	}{methods, partial})
}

// TestLiesBeforeLogin has servers that never let anybody in, in all kinds of ways: Dial ends within
// its timeout, with an error that says little.
func TestLiesBeforeLogin(t *testing.T) {
	flood := strings.Repeat("x", 32<<10)
	for name, test := range map[string]struct {
		say  func(*remotetest.LyingConn)
		says string
	}{
		"endless version": {func(c *remotetest.LyingConn) {
			for c.Say("SSH-2.0-"); ; {
				c.Say(flood)
			}
		}, "version"},
		"endless lines": {func(c *remotetest.LyingConn) {
			for {
				c.Say("Welcome " + paint + "\r\n")
			}
		}, "version"},
		"silence": {func(c *remotetest.LyingConn) { c.RecvAll() }, "no answer in time"},
		"one byte a moment": {func(c *remotetest.LyingConn) {
			for c.Say("SSH-2.0-"); ; time.Sleep(10 * time.Millisecond) {
				c.Say("x")
			}
		}, "no answer in time|version"},
		"huge packet": {func(c *remotetest.LyingConn) {
			c.Greet("SSH-2.0-x")
			c.Say("\xff\xff\xff\xff" + flood)
			c.RecvAll()
		}, "packet"},
		"negative packet": {func(c *remotetest.LyingConn) {
			c.Greet("SSH-2.0-x")
			c.Say("\x80\x00\x00\x00\x05" + flood)
			c.RecvAll()
		}, "packet"},
		"empty packet": {func(c *remotetest.LyingConn) {
			c.Greet("SSH-2.0-x")
			c.Say("\x00\x00\x00\x00" + flood)
			c.RecvAll()
		}, "packet"},
		"keys before all": {func(c *remotetest.LyingConn) {
			c.Greet("SSH-2.0-x")
			c.Send([]byte{21})
			c.Send([]byte{remotetest.MsgUserAuthSuccess})
			c.RecvAll()
		}, "can't reach"},
		"in before it is asked": {func(c *remotetest.LyingConn) {
			c.Greet("SSH-2.0-x")
			c.Kex()
			c.Send([]byte{remotetest.MsgUserAuthSuccess})
			c.RecvAll()
		}, "unexpected|can't reach|refused"},
		"ignore for ever": {func(c *remotetest.LyingConn) {
			for c.Meet(); ; {
				c.Message(remotetest.MsgIgnore, struct{ Data string }{flood})
			}
		}, "no answer in time"},
		"banner for ever": {func(c *remotetest.LyingConn) {
			for c.Meet(); ; {
				c.Message(remotetest.MsgUserAuthBanner, struct{ Text, Language string }{paint + flood, ""})
			}
		}, "no answer in time"},
		"new keys for ever": {func(c *remotetest.LyingConn) {
			for c.Meet(); ; {
				c.Kex()
			}
		}, "no answer in time|refused"},
		"goodbye with escapes": {func(c *remotetest.LyingConn) {
			c.Meet()
			disconnect(c, paint+strings.Repeat("bye ", 50_000))
		}, "bye"},
		"methods with escapes": {func(c *remotetest.LyingConn) {
			c.Meet()
			refuse(c, strings.Repeat(paint+",", 1000), false)
			c.RecvAll()
		}, "refused the login"},
		"a refusal for ever": {func(c *remotetest.LyingConn) {
			for c.Meet(); ; {
				refuse(c, "publickey,password,keyboard-interactive", false)
				c.Recv()
			}
		}, "refused the login"},
		"10,000 questions": {func(c *remotetest.LyingConn) {
			c.Meet()
			refuse(c, "keyboard-interactive", false)
			c.Recv() // none
			c.Recv() // keyboard-interactive
			askFor(c, 10_000)
			c.RecvAll()
		}, "only a password can be given|prompts|refused"},
		"no question, for ever": {func(c *remotetest.LyingConn) {
			c.Meet()
			refuse(c, "keyboard-interactive", false)
			for {
				askFor(c, 0)
				c.Recv()
			}
		}, "no answer in time"},
		"more questions than there are": {func(c *remotetest.LyingConn) {
			c.Meet()
			refuse(c, "keyboard-interactive", false)
			c.Message(remotetest.MsgUserAuthInfoAsk, struct {
				Name, Instruction, Language string
				N                           uint32
			}{paint, paint, "", 0xffffffff})
			c.RecvAll()
		}, "refused the login"},
		"one more signature": {func(c *remotetest.LyingConn) {
			refuse := func() { refuse(c, "publickey", true) }
			for c.Meet(); ; {
				p := c.Recv()
				if has, key, ok := signedRequest(p); ok && !has {
					c.Message(60, key)
					continue
				}
				time.Sleep(100 * time.Millisecond)
				refuse()
			}
		}, "no answer in time"},
	} {
		t.Run(name, func(t *testing.T) {
			ep := remotetest.Lie(t, test.say).Endpoint(t)
			ep.ConnectTimeout, ep.Password = time.Second, remote.NewSecret(sentinel)
			within(t, lieTime, func() {
				_, err := new(remote.Dialer).Dial(t.Context(), ep)
				saysPlainly(t, err)
				noSecret(t, err)
				found := false
				for word := range strings.SplitSeq(test.says, "|") {
					found = found || strings.Contains(err.Error(), word)
				}
				if !found {
					t.Errorf("the error is %.500q, want something of %s", err.Error(), test.says)
				}
			})
		})
	}
}

// askFor sends questions with escapes in them, by keyboard-interactive.
func askFor(c *remotetest.LyingConn, n int) {
	type question struct {
		Text string
		Echo bool
	}
	var rest []byte
	for range n {
		rest = append(rest, ssh.Marshal(question{paint, false})...)
	}
	c.Message(remotetest.MsgUserAuthInfoAsk, struct {
		Name, Instruction, Language string
		N                           uint32
		Rest                        []byte `ssh:"rest"`
	}{paint, paint, "", uint32(n), rest})
}

// acceptableKey is the answer to an offer of a key.
type acceptableKey struct {
	Algo string
	Blob []byte
}

// signedRequest reads a request to log in by key; has says that it is signed.
func signedRequest(p []byte) (has bool, key acceptableKey, ok bool) {
	var request struct {
		User, Service, Method string
		Has                   bool
		Algo                  string
		Blob                  []byte
		Rest                  []byte `ssh:"rest"`
	}
	if len(p) == 0 || p[0] != remotetest.MsgUserAuthRequest || ssh.Unmarshal(p[1:], &request) != nil {
		return false, acceptableKey{}, false
	}
	return request.Has, acceptableKey{request.Algo, request.Blob}, request.Method == "publickey"
}

// TestVersionPaints has a server whose version would change the terminal's title.
func TestVersionPaints(t *testing.T) {
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.LoginAs("SSH-2.0-x\x1b]0;title\x07\u202e")
		c.RecvAll()
	}).Endpoint(t)
	if got := dial(t, new(remote.Dialer), ep).Info().ServerVersion; got != "SSH-2.0-x]0;title" {
		t.Errorf("the version is %q", got)
	}
}

// TestOtherKeyInTheMiddle has a new host that shows one key to be taken by --accept-new, and another
// one later.
func TestOtherKeyInTheMiddle(t *testing.T) {
	for name, strict := range map[string]remote.StrictHostKey{"accept-new": remote.StrictAcceptNew, "no": remote.StrictNo} {
		t.Run(name, func(t *testing.T) {
			next := make(chan struct{})
			l := remotetest.Lie(t, func(c *remotetest.LyingConn) {
				c.Login()
				<-next
				c.HostKey = remotetest.NewSigner(t)
				c.Kex()
				c.RecvAll()
			})
			ep := l.Endpoint(t)
			ep.StrictHostKey = strict
			if err := os.Remove(ep.KnownHosts[0]); err != nil {
				t.Fatal(err)
			}
			c := dial(t, new(remote.Dialer), ep)
			close(next)
			within(t, lieTime, func() { <-c.Done() })
			_, err := c.Exec(t.Context(), "true")
			if as[*remote.LostError](t, err); !strings.Contains(err.Error(), "another key in the middle") {
				t.Errorf("error is %v", err)
			}
			saysPlainly(t, err)
			known, err := os.ReadFile(ep.KnownHosts[0])
			if err != nil || strings.Count(string(known), "\n") != 1 || !strings.Contains(string(known), strings.TrimSpace(keyText(l.HostKey.PublicKey()))) {
				t.Errorf("known_hosts is %q, %v", known, err)
			}
		})
	}
}

// TestSameKeyAgain has a server that agrees on new keys in the middle, as sshd does.
func TestSameKeyAgain(t *testing.T) {
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		c.Kex()
		id, command := c.Session()
		c.Run(id, command)
		c.Ask(id, "exit-status", status(5))
		closeChannel(c, id)
		c.Wait()
	}).Endpoint(t)
	p, err := dial(t, new(remote.Dialer), ep).Exec(t.Context(), "echo begun")
	if err != nil {
		t.Fatal(err)
	}
	remote.Drain(p.Stdout)
	if got := as[*remote.ExitError](t, p.Wait()); got.Status != 5 {
		t.Errorf("it ended with %v", got)
	}
}

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
			_, err := c.Exec(t.Context(), "true")
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

// TestNoAgentForwarding has a session: nothing but a command is asked for in it.
func TestNoAgentForwarding(t *testing.T) {
	var asked atomic.Pointer[[]string]
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		id := c.Confirm(remotetest.Window, remotetest.MaxPacket)
		var kinds []string
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
			c.Message(remotetest.MsgChannelRequestNo, struct{ To uint32 }{id})
		}
	}).Endpoint(t)
	ep.AgentSocket, _ = startAgent(t)
	c := dial(t, new(remote.Dialer), ep)
	_, err := c.Exec(t.Context(), "true")
	as[*remote.LoginShellError](t, err)
	if got := *asked.Load(); len(got) != 1 || got[0] != "exec" {
		t.Errorf("the session asks for %q, want exec only", got)
	}
}

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
	p, err := c.Exec(ctx, "echo begun; cat >/dev/null")
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
