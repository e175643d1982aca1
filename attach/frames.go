package attach

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"djship/plain"
)

// The kinds of frames, as relay.pl has them.
const (
	frameInput  = 'i'
	frameEnd    = 'z'
	frameSignal = 's'
	frameSize   = 'r'
	frameAlive  = 'l'

	frameOut     = 'o'
	frameErr     = 'e'
	frameTaken   = 'a'
	frameEnded   = 'x'
	frameRefused = 'f'
)

// longestFrame is more than either side sends in one.
const longestFrame = 1 << 20

// errGarbled is returned for what no relay has said.
var errGarbled = errors.New("what the host said is not understood")

// A frameWriter sends frames, whoever sends one first.
type frameWriter struct {
	mu sync.Mutex
	to io.Writer
}

// send sends a frame whole.
func (w *frameWriter) send(kind byte, text []byte) error {
	frame := make([]byte, 6+len(text))
	frame[0] = kind
	binary.BigEndian.PutUint32(frame[1:], uint32(len(text)))
	copy(frame[5:], text)
	frame[5+len(text)] = '\n' // at which a terminal hands over
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := w.to.Write(frame)
	return err
}

// kinds are those of frames that come.
const kinds = "oeaxf"

// readFrame reads the next frame, into buf where it has room. What is no frame is an error that has its words.
func readFrame(r io.Reader, buf []byte) (kind byte, text []byte, err error) {
	var head [5]byte
	if n, err := io.ReadFull(r, head[:]); err != nil {
		switch {
		case n > 0 && strings.ContainsRune(kinds, rune(head[0])):
			return 0, nil, io.ErrUnexpectedEOF
		case n > 0:
			return 0, nil, said(head[:n], nil)
		}
		return 0, nil, err
	}
	size := binary.BigEndian.Uint32(head[1:])
	if !strings.ContainsRune(kinds, rune(head[0])) || size > longestFrame {
		return 0, nil, said(head[:], r)
	}
	if int(size) > len(buf) {
		buf = make([]byte, size)
	}
	if _, err := io.ReadFull(r, buf[:size]); err != nil {
		return 0, nil, io.ErrUnexpectedEOF
	}
	return head[0], buf[:size], nil
}

// said is the error for a text that is no frame: what a shell says that finds no perl.
func said(begin []byte, r io.Reader) error {
	text := string(begin)
	if r != nil {
		more := make([]byte, 300)
		n, _ := io.ReadFull(r, more)
		text += string(more[:n])
	}
	return fmt.Errorf("%w: %s", errGarbled, plain.Line(strings.TrimSpace(text)))
}
