package remote_test

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"

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
			ep.ConnectTimeout, ep.Password = time.Second, secret.New(sentinel)
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
			_, err := c.Exec(t.Context(), remote.Text("true"))
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
	p, err := dial(t, new(remote.Dialer), ep).Exec(t.Context(), remote.Text("echo begun"))
	if err != nil {
		t.Fatal(err)
	}
	remote.Drain(p.Stdout)
	if got := as[*remote.ExitError](t, p.Wait()); got.Status != 5 {
		t.Errorf("it ended with %v", got)
	}
}
