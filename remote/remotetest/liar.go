package remotetest

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"djship/remote"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A Liar is an SSH server that says what a test has it say, packet by packet, in order or not.
type Liar struct {
	Addr    string // "127.0.0.1:port"
	Port    int
	KeyFile string // of a user; anybody may log in
	HostKey ssh.Signer

	ln net.Listener
	wg sync.WaitGroup

	gone   chan struct{}
	mu     sync.Mutex
	conns  []net.Conn
	closed bool
}

// Lie starts a server that ends with the test. Each connection is given to say, in a goroutine of
// its own, and closed when that returns.
func Lie(tb testing.TB, say func(*LyingConn)) *Liar {
	tb.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	l := &Liar{Addr: ln.Addr().String(), Port: ln.Addr().(*net.TCPAddr).Port, HostKey: NewSigner(tb), ln: ln, gone: make(chan struct{})}
	l.KeyFile, _ = NewKeyFile(tb, "")
	l.wg.Go(func() { l.accept(say) })
	tb.Cleanup(l.Close)
	return l
}

func (l *Liar) accept(say func(*LyingConn)) {
	for {
		nc, err := l.ln.Accept()
		if err != nil {
			return
		}
		l.mu.Lock()
		l.conns = append(l.conns, nc)
		if l.closed {
			_ = nc.Close()
		}
		l.mu.Unlock()
		c := &LyingConn{Conn: nc, HostKey: l.HostKey, gone: l.gone}
		l.wg.Go(func() {
			defer nc.Close()
			say(c)
		})
	}
}

// Close ends the server and its connections.
func (l *Liar) Close() {
	l.mu.Lock()
	if !l.closed {
		close(l.gone)
	}
	l.closed = true
	for _, nc := range l.conns {
		_ = nc.Close()
	}
	l.mu.Unlock()
	_ = l.ln.Close()
	l.wg.Wait()
}

// Endpoint is how to log in, with a known_hosts file that has the server's key.
func (l *Liar) Endpoint(tb testing.TB) remote.Endpoint {
	tb.Helper()
	known := filepath.Join(tb.TempDir(), "known_hosts")
	line := knownhosts.Line([]string{l.Addr}, l.HostKey.PublicKey()) + "\n"
	if err := os.WriteFile(known, []byte(line), 0o600); err != nil {
		tb.Fatal(err)
	}
	return remote.Endpoint{Name: "liar", Addr: "127.0.0.1", Port: l.Port, User: "dev",
		IdentityFiles: []string{l.KeyFile}, IdentitiesOnly: true, KnownHosts: []string{known}}
}

// Numbers of SSH's messages.
const (
	MsgDisconnect       = 1
	MsgIgnore           = 2
	msgServiceAccept    = 6
	msgKexInit          = 20
	msgNewKeys          = 21
	msgECDHInit         = 30
	msgECDHReply        = 31
	MsgUserAuthRequest  = 50
	MsgUserAuthFailure  = 51
	MsgUserAuthSuccess  = 52
	MsgUserAuthBanner   = 53
	MsgUserAuthInfoAsk  = 60
	MsgGlobalRequest    = 80
	MsgRequestSuccess   = 81
	MsgRequestFailure   = 82
	MsgChannelOpen      = 90
	MsgChannelConfirm   = 91
	MsgChannelFailure   = 92
	MsgWindowAdjust     = 93
	MsgChannelData      = 94
	MsgChannelExtended  = 95
	MsgChannelEOF       = 96
	MsgChannelClose     = 97
	MsgChannelRequest   = 98
	MsgChannelSuccess   = 99
	MsgChannelRequestNo = 100
)

// A LyingConn is one connection to a Liar. A method that finds the connection gone ends the
// goroutine that called it.
type LyingConn struct {
	net.Conn
	HostKey ssh.Signer // that the next Kex shows

	clientVersion, serverVersion string
	sessionID                    []byte
	in, out                      *packetCipher // nil before keys are agreed on

	deaf    atomic.Bool
	gone    chan struct{} // closed with the server
	later   [][]byte      // what came while keys were agreed on
	writing sync.Mutex
	once    sync.Once
	packets chan []byte
}

func (c *LyingConn) must(err error) {
	if err != nil {
		_ = c.Close()
		runtime.Goexit()
	}
}

// Say writes bytes as they are, outside of any packet.
func (c *LyingConn) Say(text string) {
	_, err := io.WriteString(c.Conn, text)
	c.must(err)
}

// Login greets, agrees on keys and lets anybody in.
func (c *LyingConn) Login() { c.LoginAs("SSH-2.0-liar") }

// LoginAs is Login as a server of that version.
func (c *LyingConn) LoginAs(version string) {
	c.meet(version)
	c.Recv() // the request to log in by no method at all
	c.Send([]byte{MsgUserAuthSuccess})
}

// Meet is Login up to the client's first request to log in.
func (c *LyingConn) Meet() { c.meet("SSH-2.0-liar") }

func (c *LyingConn) meet(version string) {
	c.Greet(version)
	c.Kex()
	c.Recv()
	c.Send(message(msgServiceAccept, struct{ Service string }{"ssh-userauth"}))
}

// Greet exchanges versions.
func (c *LyingConn) Greet(version string) {
	c.serverVersion = version
	c.Say(version + "\r\n")
	var line []byte
	for b := make([]byte, 1); b[0] != '\n'; line = append(line, b[0]) {
		_, err := io.ReadFull(c.Conn, b)
		c.must(err)
	}
	c.clientVersion = string(bytes.TrimRight(line, "\r\n"))
}

// Send sends one packet.
func (c *LyingConn) Send(payload []byte) {
	c.writing.Lock()
	defer c.writing.Unlock()
	_, err := c.Conn.Write(c.out.seal(payload))
	c.must(err)
}

// Message sends a packet of the given number; fields is a struct as ssh.Marshal takes it.
func (c *LyingConn) Message(number byte, fields any) { c.Send(message(number, fields)) }

func message(number byte, fields any) []byte {
	return append([]byte{number}, ssh.Marshal(fields)...)
}

// Recv gives the next packet.
func (c *LyingConn) Recv() []byte {
	if len(c.later) > 0 {
		next := c.later[0]
		c.later = c.later[1:]
		return next
	}
	return c.read()
}

func (c *LyingConn) read() []byte {
	payload, err := c.in.open(c.Conn)
	c.must(err)
	return payload
}

// Await drops packets until there is one of the given number.
func (c *LyingConn) Await(number byte) []byte {
	for {
		if p := c.Recv(); len(p) > 0 && p[0] == number {
			return p
		}
	}
}

// RecvAll drops all bytes that the client sends, whatever they are, until it is gone.
func (c *LyingConn) RecvAll() { _, _ = io.Copy(io.Discard, c.Conn) }

// What an honest server lets a client send on a channel, and in one packet.
const (
	Window    = 2 << 20
	MaxPacket = 32 << 10
)

// Confirm waits for the client to open a channel and takes it. The channel has the same number on
// both sides.
func (c *LyingConn) Confirm(window, maxPacket uint32) (id uint32) {
	open := c.Await(MsgChannelOpen)
	kind := binary.BigEndian.Uint32(open[1:])
	id = binary.BigEndian.Uint32(open[5+kind:])
	c.Message(MsgChannelConfirm, struct{ To, From, Window, MaxPacket uint32 }{id, id, window, maxPacket})
	return id
}

// Session takes a channel and the request to run a command or a subsystem in it.
func (c *LyingConn) Session() (id uint32, command string) {
	id = c.Confirm(Window, MaxPacket)
	return id, c.Granted(id)
}

// Granted grants the next request for a command or a subsystem. Variables are not taken.
func (c *LyingConn) Granted(id uint32) (command string) {
	for {
		var request struct {
			To      uint32
			Type    string
			Reply   bool
			Command string
			Rest    []byte `ssh:"rest"`
		}
		c.must(ssh.Unmarshal(c.Await(MsgChannelRequest)[1:], &request))
		if request.Type != "env" {
			c.Message(MsgChannelSuccess, struct{ To uint32 }{id})
			return request.Command
		}
	}
}

// Data sends text on a channel.
func (c *LyingConn) Data(id uint32, text []byte) {
	c.Message(MsgChannelData, struct {
		To   uint32
		Text []byte
	}{id, text})
}

// Ask sends a request about a channel, "exit-status" for one, with a payload in any form.
func (c *LyingConn) Ask(id uint32, kind string, payload []byte) {
	c.Message(MsgChannelRequest, struct {
		To      uint32
		Type    string
		Reply   bool
		Payload []byte `ssh:"rest"`
	}{id, kind, false, payload})
}

// Run runs the command of a session truly until it has printed "begun" and a newline; what it
// prints goes to the client. The command is left to itself then, and ends with the connection.
func (c *LyingConn) Run(id uint32, command string) {
	cmd := exec.Command("/bin/sh", "-c", command)
	stdin, err := cmd.StdinPipe()
	c.must(err)
	stdout, err := cmd.StdoutPipe()
	c.must(err)
	newGroup(cmd)
	c.must(cmd.Start())
	begun, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		var seen []byte
		for buf := make([]byte, 4<<10); ; {
			n, err := stdout.Read(buf)
			if seen = append(seen, buf[:n]...); n > 0 {
				c.Data(id, buf[:n])
			}
			if bytes.HasSuffix(seen, []byte("begun\n")) {
				close(begun)
				return
			}
			if err != nil {
				return
			}
		}
	}()
	for done := false; !done; {
		select {
		case <-begun:
			done = true
		case <-ended:
			done = true
		case p := <-c.pumped():
			if p == nil {
				done = true
			} else if p[0] == MsgChannelData {
				_, _ = stdin.Write(p[9:])
			}
		}
	}
	go func() {
		c.Wait()
		killGroup(cmd.Process.Pid)
		_ = cmd.Wait()
	}()
}

// Wait drops packets until the client is gone.
func (c *LyingConn) Wait() {
	for range c.pumped() {
	}
}

// Deaf has nothing be read any more after what comes next.
func (c *LyingConn) Deaf() { c.deaf.Store(true) }

// pumped gives the packets that come from now on; nil when there are no more.
func (c *LyingConn) pumped() chan []byte {
	c.once.Do(func() {
		c.packets = make(chan []byte)
		go func() {
			defer close(c.packets)
			for !c.deaf.Load() {
				c.packets <- c.Recv()
			}
			<-c.gone
		}()
	})
	return c.packets
}
