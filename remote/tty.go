package remote

import (
	"io"

	"golang.org/x/crypto/ssh"
)

// Control characters of the terminals that we ask for.
const (
	ctrlEOF  = 0x04 // ends what is typed: alone, stdin; after something, only hands that over
	ctrlNext = 0x16 // takes away the meaning of the next character
	del      = 0x7f
)

// requestTTY asks for a terminal that shows nothing of what is typed and changes nothing of what
// is printed.
func (s *start) requestTTY() error {
	modes := ssh.TerminalModes{
		ssh.ECHO: 0, ssh.OPOST: 0, ssh.ONLCR: 0, ssh.ICRNL: 0, ssh.IXON: 0, ssh.ISIG: 0,
		ssh.ICANON: 1, ssh.IEXTEN: 1, ssh.VEOF: ctrlEOF, ssh.VLNEXT: ctrlNext,
	}
	if err := s.session.RequestPty("dumb", 24, 80, modes); err != nil {
		return s.becomeError(BecomeNoTTY, "the server gives no terminal")
	}
	return nil
}

// A ttyWriter types into a terminal so that its reader gets the very bytes that were written, and
// an end where it is closed.
type ttyWriter struct {
	to     io.WriteCloser
	column int // characters since the terminal last handed over what was typed
}

// maxLine is when to have a line handed over before its end: a terminal drops what exceeds 4095.
const maxLine = 1024

// Write types p.
func (w *ttyWriter) Write(p []byte) (int, error) {
	typed := make([]byte, 0, len(p)+len(p)/8)
	for _, c := range p {
		if c == '\n' {
			typed = append(typed, c)
			w.column = 0
			continue
		}
		if c < ' ' || c == del {
			typed = append(typed, ctrlNext)
		}
		typed = append(typed, c)
		if w.column++; w.column == maxLine {
			typed = append(typed, ctrlEOF)
			w.column = 0
		}
	}
	if _, err := w.to.Write(typed); err != nil {
		return 0, err
	}
	return len(p), nil
}

// handOver has the reader get what was typed after the last newline.
func (w *ttyWriter) handOver() error {
	if w.column == 0 {
		return nil
	}
	w.column = 0
	_, err := w.to.Write([]byte{ctrlEOF})
	return err
}

// Close ends the reader's input.
func (w *ttyWriter) Close() error {
	if err := w.handOver(); err != nil {
		return err
	}
	_, err := w.to.Write([]byte{ctrlEOF})
	return err
}
