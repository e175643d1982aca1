package remote_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
	"djship/secret"
)

// sftpTo answers the SFTP requests that come on a channel, as answer says: what it returns is sent as
// it is.
func sftpTo(c *remotetest.LyingConn, id uint32, answer func(kind byte, request uint32) []byte) {
	var in []byte
	for {
		p := c.Await(remotetest.MsgChannelData)
		in = append(in, p[9:]...)
		for len(in) >= 9 {
			n := int(binary.BigEndian.Uint32(in)) + 4
			if len(in) < n {
				break
			}
			if reply := answer(in[4], binary.BigEndian.Uint32(in[5:])); reply != nil {
				c.Data(id, reply)
			}
			in = in[n:]
		}
	}
}

func sftpReply(kind byte, request uint32, rest ...byte) []byte {
	body := append(binary.BigEndian.AppendUint32([]byte{kind}, request), rest...)
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// sftpHonestly answers as a server does that keeps nothing, but for one kind of request.
func sftpHonestly(but byte, reply func(request uint32) []byte) func(byte, uint32) []byte {
	return func(kind byte, request uint32) []byte {
		switch {
		case kind == but:
			return reply(request)
		case kind == 1:
			return sftpReply(2, 3)
		case kind == 3:
			return sftpReply(102, request, 0, 0, 0, 1, 'h')
		default:
			return sftpReply(101, request, 0, 0, 0, 0)
		}
	}
}

// TestLiesToUploads has servers keep an upload from ending, or try to end the program: it is over in
// time, with a plain error.
func TestLiesToUploads(t *testing.T) {
	remote.ShortLimits(t)
	session := func(lie func(c *remotetest.LyingConn, id uint32)) func(*remotetest.LyingConn) {
		return func(c *remotetest.LyingConn) {
			id, _ := c.Session()
			lie(c, id)
		}
	}
	sftp := func(but byte, reply func(uint32) []byte) func(*remotetest.LyingConn) {
		return session(func(c *remotetest.LyingConn, id uint32) { sftpTo(c, id, sftpHonestly(but, reply)) })
	}
	nothing := func(uint32) []byte { return nil }
	for name, test := range map[string]struct {
		lie  func(*remotetest.LyingConn)
		says string // empty for no error
	}{
		"no channel":           {(*remotetest.LyingConn).Wait, "nothing moved"},
		"no answer to sftp":    {func(c *remotetest.LyingConn) { c.Confirm(remotetest.Window, remotetest.MaxPacket); c.Wait() }, "nothing moved"},
		"no window":            {func(c *remotetest.LyingConn) { c.Granted(c.Confirm(0, remotetest.MaxPacket)); c.Wait() }, "nothing moved"},
		"no version":           {session(func(c *remotetest.LyingConn, _ uint32) { c.Wait() }), "nothing moved"},
		"no handle":            {sftp(3, nothing), "nothing moved"},
		"no acknowledgements":  {sftp(6, nothing), "nothing moved"},
		"no end":               {sftp(0, nothing), ""},
		"success for a handle": {sftp(3, func(r uint32) []byte { return sftpReply(101, r, 0, 0, 0, 0) }), "was not asked"},
		"a handle for success": {sftp(6, func(r uint32) []byte { return sftpReply(102, r, 0, 0, 0, 1, 'h') }), "was not asked"},
		"an answer of 4 GiB":   {sftp(6, func(uint32) []byte { return []byte("\xff\xff\xff\xffe") }), "was not asked"},
		"a failure that paints": {sftp(6, func(r uint32) []byte {
			return sftpReply(101, r, append([]byte{0, 0, 0, 4, 0, 0, 0, byte(len(paint))}, paint...)...)
		}), "can't upload"},
		"complaints for ever": {session(func(c *remotetest.LyingConn, id uint32) {
			go c.Wait()
			for {
				c.Message(remotetest.MsgChannelExtended, struct {
					To, Kind uint32
					Text     []byte
				}{id, 1, []byte("x")})
			}
		}), "lost the connection"},
	} {
		t.Run(name, func(t *testing.T) {
			ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
				c.Login()
				test.lie(c)
			}).Endpoint(t)
			c := dial(t, new(remote.Dialer), ep)
			within(t, lieTime, func() {
				err := c.Upload(t.Context(), "/x", []remote.Upload{{Name: "bundle", Content: make([]byte, 1<<20)}})
				if test.says == "" && err == nil {
					return
				}
				saysPlainly(t, err)
				hint(t, err)
				if test.says == "" || !strings.Contains(err.Error(), test.says) {
					t.Errorf("error is %v, want %q", err, test.says)
				}
			})
		})
	}
}

// TestNothingBegins has servers that run no script and never say so.
func TestNothingBegins(t *testing.T) {
	remote.ShortLimits(t)
	for name, lie := range map[string]func(*remotetest.LyingConn){
		"no channel":     (*remotetest.LyingConn).Wait,
		"no answer":      func(c *remotetest.LyingConn) { c.Confirm(remotetest.Window, remotetest.MaxPacket); c.Wait() },
		"no window":      func(c *remotetest.LyingConn) { c.Granted(c.Confirm(0, remotetest.MaxPacket)); c.Wait() },
		"no word":        func(c *remotetest.LyingConn) { c.Session(); c.Wait() },
		"words for ever": func(c *remotetest.LyingConn) { endless(c) },
	} {
		for _, method := range []string{"", "sudo"} {
			t.Run(name+" "+method, func(t *testing.T) {
				ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
					c.Login()
					lie(c)
				}).Endpoint(t)
				ep.Become = remote.Become{Method: method, Password: secret.New(sentinel)}
				c := dial(t, new(remote.Dialer), ep)
				within(t, lieTime, func() {
					_, err := c.Exec(t.Context(), remote.Text(strings.Repeat("# long\n", 1000)))
					saysPlainly(t, err)
					hint(t, err)
					var lost *remote.LostError
					var shell *remote.LoginShellError
					if !errors.As(err, &lost) && !errors.As(err, &shell) {
						t.Errorf("error is %v", err)
					}
				})
			})
		}
	}
}
