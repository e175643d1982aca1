package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
)

// Numbers of SFTP's packets, as far as an upload has any.
const (
	sftpInit    = 1
	sftpVersion = 2
	sftpOpen    = 3
	sftpClose   = 4
	sftpWrite   = 6
	sftpStatus  = 101
	sftpHandle  = 102
)

// What an answer may hold at most, in bytes.
const (
	maxSFTPAnswer = 16 << 10
	maxSFTPHandle = 256 // as the protocol has it
)

// errSFTPLie says that an answer can't be one to what was asked.
var errSFTPLie = errors.New("the SFTP server answers what was not asked, or not as the protocol has it")

// An sftpGuard stands between an SFTP client that uploads and its server: the client gets whole
// answers only, of a bounded size, each to a request that is open and of the form that this request
// can have. Success as the answer to an open, which should be a handle, would end the program.
//
// Each answer and each write that the server took is progress. As both are as many as the upload is
// long, one that is kept from idling ends.
type sftpGuard struct {
	from io.Reader
	to   io.WriteCloser
	idle *idleLimit
	lied func(why error) // called once, when the server has lied after its first words; may be nil

	answer []byte // not yet read by the client
	err    error

	mu    sync.Mutex
	open  map[uint32]byte // requests not yet answered, by id
	begun bool            // the server has told its version
	head  []byte          // of the request being written
	left  int             // bytes of that request still to come
}

// guardSFTP guards a session. lied is called with the reason when it is to be given up; a server
// whose first words are not SFTP's has not lied: its login shell may have printed them.
func guardSFTP(from io.Reader, to io.WriteCloser, idle *idleLimit, lied func(why error)) *sftpGuard {
	return &sftpGuard{from: from, to: to, idle: idle, lied: lied, open: map[uint32]byte{}}
}

// Read gives the client what the server answers.
func (g *sftpGuard) Read(p []byte) (int, error) {
	if len(g.answer) == 0 && g.err == nil {
		g.answer, g.err = g.next()
		switch {
		case g.err == nil:
			g.idle.moved()
		case errors.Is(g.err, errSFTPLie) && g.isBegun() && g.lied != nil:
			g.lied(g.err)
		}
	}
	if g.err != nil {
		return 0, g.err
	}
	n := copy(p, g.answer)
	g.answer = g.answer[n:]
	return n, nil
}

func (g *sftpGuard) isBegun() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.begun
}

// next reads an answer, with its length before it.
func (g *sftpGuard) next() ([]byte, error) {
	head := make([]byte, 4, 64)
	if _, err := io.ReadFull(g.from, head); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	if n < 1 || n > maxSFTPAnswer {
		return nil, fmt.Errorf("%w (%d bytes)", errSFTPLie, n)
	}
	answer := append(head, make([]byte, n)...)
	if _, err := io.ReadFull(g.from, answer[4:]); err != nil {
		return nil, err
	}
	if err := g.check(answer[4], answer[5:]); err != nil {
		return nil, err
	}
	return answer, nil
}

// check tells whether an answer is one to what was asked.
func (g *sftpGuard) check(kind byte, body []byte) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.begun {
		if kind != sftpVersion || len(body) < 4 {
			return fmt.Errorf("%w (it begins with %d)", errSFTPLie, kind)
		}
		g.begun = true
		return nil
	}
	if len(body) < 8 {
		return fmt.Errorf("%w (too short)", errSFTPLie)
	}
	id, word := binary.BigEndian.Uint32(body), binary.BigEndian.Uint32(body[4:])
	asked, ok := g.open[id]
	if !ok {
		return fmt.Errorf("%w (an answer to nothing)", errSFTPLie)
	}
	delete(g.open, id)
	switch {
	case kind == sftpStatus && (asked != sftpOpen || word != 0):
		return nil
	case kind == sftpHandle && asked == sftpOpen && word > 0 && word <= maxSFTPHandle && int(word) == len(body)-8:
		return nil
	}
	return fmt.Errorf("%w (%d to %d)", errSFTPLie, kind, asked)
}

// Write gives the server what the client asks, and notes it.
func (g *sftpGuard) Write(p []byte) (int, error) {
	g.note(p)
	n, err := g.to.Write(p)
	if n > 0 {
		g.idle.moved()
	}
	return n, err
}

// note follows the client's requests: length, kind, id, and the rest.
func (g *sftpGuard) note(p []byte) {
	const headSize = 4 + 1 + 4
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(p) > 0 {
		if g.left > 0 {
			n := min(g.left, len(p))
			g.left, p = g.left-n, p[n:]
			continue
		}
		n := min(headSize-len(g.head), len(p))
		g.head, p = append(g.head, p[:n]...), p[n:]
		if len(g.head) < headSize {
			continue
		}
		g.left = int(binary.BigEndian.Uint32(g.head)) + 4 - headSize
		if g.head[4] != sftpInit { // which has a version where others have an id
			g.open[binary.BigEndian.Uint32(g.head[5:])] = g.head[4]
		}
		g.head = g.head[:0]
	}
}

// Close ends what the client has to ask.
func (g *sftpGuard) Close() error { return g.to.Close() }
