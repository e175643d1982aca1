package remote

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pkg/sftp"
)

// A fakeSFTP answers an SFTP client's requests as reply says.
type fakeSFTP struct {
	t     testing.TB
	reply func(kind byte, id uint32, answer func(kind byte, words ...any)) // nil answers nothing
}

// rawBytes is no packet: what is answered with it goes out as it is.
const rawBytes = 0

// sftpPacket makes a packet of numbers, strings and bytes; a string has its length before it.
func sftpPacket(kind byte, words ...any) []byte {
	body := []byte{kind}
	for _, w := range words {
		switch w := w.(type) {
		case int:
			body = binary.BigEndian.AppendUint32(body, uint32(w))
		case uint32:
			body = binary.BigEndian.AppendUint32(body, w)
		case string:
			body = append(binary.BigEndian.AppendUint32(body, uint32(len(w))), w...)
		case []byte:
			body = append(body, w...)
		}
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), body...)
}

// serve reads requests until the client is gone.
func (f fakeSFTP) serve(from io.Reader, to io.WriteCloser) {
	defer to.Close()
	for {
		head := make([]byte, 4)
		if _, err := io.ReadFull(from, head); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(head))
		if _, err := io.ReadFull(from, body); err != nil {
			return
		}
		f.reply(body[0], binary.BigEndian.Uint32(body[1:]), func(kind byte, words ...any) {
			if kind == rawBytes {
				_, _ = to.Write(words[0].([]byte))
				return
			}
			_, _ = to.Write(sftpPacket(kind, words...))
		})
	}
}

// honest answers as a server does that keeps nothing.
func honest(kind byte, id uint32, answer func(byte, ...any)) {
	switch kind {
	case sftpInit:
		answer(sftpVersion, 3)
	case sftpOpen:
		answer(sftpHandle, id, "h")
	default:
		answer(sftpStatus, id, 0, "", "")
	}
}

// upload puts content on a server, as Upload does, and tells why it was given up.
func (f fakeSFTP) upload(content []byte, limit time.Duration) (err, why error) {
	toServer, fromClient := io.Pipe()
	toClient, fromServer := io.Pipe()
	var once sync.Once
	end := func(reason error) {
		once.Do(func() {
			why = reason
			_ = toServer.CloseWithError(reason)
			_ = fromServer.CloseWithError(reason)
			_ = toClient.CloseWithError(reason)
		})
	}
	idle := limitIdle(limit, end)
	defer idle.stop()
	served := make(chan struct{})
	go func() {
		defer close(served)
		f.serve(toServer, fromServer)
	}()
	g := guardSFTP(toClient, fromClient, idle, end)
	client, err := sftp.NewClientPipe(g, g, sftp.UseConcurrentWrites(true), sftp.MaxConcurrentRequestsPerFile(128))
	if err == nil {
		err = put(client, "/", Upload{Name: "x", Content: content})
		_ = client.Close()
	}
	end(io.ErrClosedPipe)
	<-served
	return err, why
}

// TestSFTPLies has servers that answer an upload in all kinds of ways: it ends, in time, with an
// error, and never by the end of the program.
func TestSFTPLies(t *testing.T) {
	after := func(first byte, lie func(id uint32, answer func(byte, ...any))) fakeSFTP {
		return fakeSFTP{t, func(kind byte, id uint32, answer func(byte, ...any)) {
			if kind == first {
				lie(id, answer)
			} else {
				honest(kind, id, answer)
			}
		}}
	}
	nothing := func(uint32, func(byte, ...any)) {}
	long := strings.Repeat("/", 10<<20)
	for name, test := range map[string]struct {
		server fakeSFTP
		says   string
	}{
		"no version":                 {after(sftpInit, nothing), "nothing moved"},
		"no handle":                  {after(sftpOpen, nothing), "nothing moved"},
		"data never acknowledged":    {after(sftpWrite, nothing), "nothing moved"},
		"no answer to close":         {after(sftpClose, nothing), "nothing moved"},
		"a version of 10 MB":         {after(sftpInit, func(_ uint32, answer func(byte, ...any)) { answer(sftpVersion, 3, long, "") }), ""},
		"a version cut short":        {after(sftpInit, func(_ uint32, answer func(byte, ...any)) { answer(sftpVersion, []byte{0}) }), ""},
		"another version":            {after(sftpInit, func(_ uint32, answer func(byte, ...any)) { answer(sftpVersion, -1) }), ""},
		"names for a version":        {after(sftpInit, func(_ uint32, answer func(byte, ...any)) { answer(104, 3, 1, "../../etc/shadow", "\x1b", 0) }), ""},
		"success for a handle":       {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, 0, "ok", "") }), "was not asked"},
		"a handle of 10 MB":          {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id, long) }), "was not asked"},
		"a handle of 10 KB":          {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id, long[:10<<10]) }), "was not asked"},
		"an empty handle":            {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id, "") }), "was not asked"},
		"a handle beyond its packet": {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id, -1, []byte("h")) }), "was not asked"},
		"a name for a handle":        {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(104, id, 1, "..\x00/\x1b", "x", 0) }), "was not asked"},
		"data for a handle":          {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(103, id, -1) }), "was not asked"},
		"another request's answer":   {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id+7, "h") }), "was not asked"},
		"two answers": {after(sftpOpen, func(id uint32, answer func(byte, ...any)) {
			answer(sftpHandle, id, "h")
			answer(sftpHandle, id, "h")
		}), "was not asked"},
		"a second version":        {after(sftpOpen, func(id uint32, answer func(byte, ...any)) { answer(sftpVersion, 3) }), "was not asked"},
		"a handle for a write":    {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpHandle, id, "h") }), "was not asked"},
		"a status cut short":      {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id) }), "was not asked"},
		"an empty answer":         {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, []byte{}) }), "was not asked"},
		"a status of 10 MB":       {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, 4, long, "") }), "was not asked"},
		"a status with escapes":   {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, 4, "\x1b[2J\n", "") }), ""},
		"a status beyond its end": {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, 4, -1) }), ""},
		"an unknown status":       {after(sftpWrite, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, -1, "", "") }), ""},
		"a length of all ones":    {after(sftpWrite, func(_ uint32, answer func(byte, ...any)) { answer(rawBytes, []byte("\xff\xff\xff\xffe")) }), "was not asked"},
		"a negative length":       {after(sftpOpen, func(_ uint32, answer func(byte, ...any)) { answer(rawBytes, []byte("\x80\x00\x00\x00e")) }), "was not asked"},
		"a length of nothing":     {after(sftpOpen, func(_ uint32, answer func(byte, ...any)) { answer(rawBytes, make([]byte, 4)) }), "was not asked"},
		"half a packet":           {after(sftpOpen, func(_ uint32, answer func(byte, ...any)) { answer(rawBytes, []byte{0, 0, 0, 9, sftpHandle}) }), "nothing moved"},
		"a banner":                {after(sftpInit, func(_ uint32, answer func(byte, ...any)) { answer(rawBytes, []byte("Welcome \x1b[2J\n")) }), ""},
		"no success at the end":   {after(sftpClose, func(id uint32, answer func(byte, ...any)) { answer(sftpStatus, id, 4, "quota", "") }), ""},
		"answers for ever": {after(sftpOpen, func(id uint32, answer func(byte, ...any)) {
			for range 1000 {
				answer(sftpStatus, id, 4, "", "")
			}
		}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			done := make(chan struct{})
			go func() {
				defer close(done)
				limit := 5 * time.Second
				if test.says == "nothing moved" {
					limit = 200 * time.Millisecond
				}
				err, why := test.server.upload(make([]byte, 1<<20), limit)
				if err == nil && name != "no answer to close" {
					t.Error("no error")
				}
				if test.says != "" && (why == nil || !strings.Contains(why.Error(), test.says)) {
					t.Errorf("given up because of %v (%v), want %q", why, err, test.says)
				}
				upload := &UploadError{Path: "/x", Err: errors.Join(err, why)}
				if text := upload.Error(); len(text) > maxSentence+10 || strings.ContainsAny(text, "\x1b\n\x00") {
					t.Errorf("it says %.200q", text)
				}
			}()
			select {
			case <-done:
			case <-time.After(30 * time.Second):
				t.Fatal("it does not end")
			}
		})
	}
}

// TestSFTPGuardIsTransparent has an honest server, which is slow: that is no idling.
func TestSFTPGuardIsTransparent(t *testing.T) {
	var got bytes.Buffer
	slow := fakeSFTP{t, func(kind byte, id uint32, answer func(byte, ...any)) {
		if kind == sftpWrite {
			got.WriteByte('.')
			time.Sleep(20 * time.Millisecond)
		}
		honest(kind, id, answer)
	}}
	err, why := slow.upload(make([]byte, 1<<20), 500*time.Millisecond)
	if err != nil || !errors.Is(why, io.ErrClosedPipe) {
		t.Errorf("it ended with %v, %v", err, why)
	}
	if got.Len() != 32 {
		t.Errorf("%d writes, want 32", got.Len())
	}
}

// FuzzSFTPGuard has a server answer with any bytes at all, whatever is asked.
func FuzzSFTPGuard(f *testing.F) {
	f.Add(sftpPacket(sftpHandle, 1, "h"), sftpPacket(sftpStatus, 2, 0, "", ""))
	f.Add(sftpPacket(sftpStatus, 1, 0, "", ""), []byte{})
	f.Add(sftpPacket(sftpHandle, 1, "h"), sftpPacket(sftpHandle, 2, "h"))
	f.Fuzz(func(t *testing.T, opened, written []byte) {
		server := fakeSFTP{t, nil}
		raw := make(chan []byte, 4)
		server.reply = func(kind byte, id uint32, answer func(byte, ...any)) {
			switch kind {
			case sftpOpen:
				raw <- opened
			case sftpWrite, sftpClose:
				raw <- written
			default:
				answer(sftpVersion, 3)
				return
			}
			answer(rawBytes, <-raw)
		}
		_, _ = server.upload([]byte("content"), 50*time.Millisecond)
	})
}

// TestIdleLimit has a limit that is moved on, and one that is stopped.
func TestIdleLimit(t *testing.T) {
	ended := make(chan error, 1)
	l := limitIdle(300*time.Millisecond, func(why error) { ended <- why })
	w := movingWriter{&closableBuffer{}, l}
	for range 10 {
		time.Sleep(60 * time.Millisecond)
		_, _ = w.Write([]byte("x"))
	}
	select {
	case why := <-ended:
		t.Fatalf("it ended in spite of progress: %v", why)
	default:
	}
	if why := <-ended; !strings.Contains(why.Error(), "nothing moved for 300ms") {
		t.Errorf("it ended because of %v", why)
	}
	l.moved()
	l.stop()
	l.moved()
	select {
	case why := <-ended:
		t.Errorf("it ended twice: %v", why)
	case <-time.After(400 * time.Millisecond):
	}
}
