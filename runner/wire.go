package runner

import (
	"bytes"
	"errors"
	"io"
)

// longest is how much of a line is kept, in bytes; the rest of it is dropped.
const longest = 64 << 10

// A wire parts what a host prints into lines and marks. What probes print is read by it, what the work prints, and
// within these what accounts say of their homes. Its rules:
//
//   - A line ends with a newline; what has none at the very end is no line. One longer than longest is cut.
//   - A line that begins with the mark and a blank is a mark, with the words that follow.
//   - m of the prelude begins a mark by a newline. Where the text before it has ended with one of its own that makes
//     an empty line, which is dropped; where it has not, the mark is told to be unended.
//   - A carriage return is a byte like any other: a terminal that a host wants root to have adds none, see remote.
type wire struct {
	from io.Reader // nil where all has been read
	mark []byte    // with the blank behind it
	read []byte    // and not given yet
	err  error     // how from has ended

	line  []byte // taken from read and not given yet, where ahead
	ahead bool
	empty bool // an empty line before it is held back: it is dropped where a mark follows
}

// newWire is the wire of a reader.
func newWire(from io.Reader, mark string) *wire { return &wire{from: from, mark: []byte(mark + " ")} }

// textWire is the wire of a text.
func textWire(text []byte, mark string) *wire { return &wire{read: text, mark: []byte(mark + " ")} }

// A token is a line, without its newline, or a mark.
type token struct {
	text    []byte // the line, or the words of the mark; it may be kept, and must not be written to
	marked  bool
	unended bool // of a mark: the line before it had no newline of its own
}

// next returns the next token. The error is io.EOF, or the reader's.
func (w *wire) next() (token, error) {
	for {
		if !w.ahead {
			line, err := w.cut()
			if err != nil {
				return token{}, err
			}
			w.line, w.ahead = line, true
		}
		words, marked := bytes.CutPrefix(w.line, w.mark)
		after := w.empty
		w.empty = false
		if after && !marked {
			return token{}, nil
		}
		w.ahead = false
		if marked {
			return token{text: words, marked: true, unended: !after}, nil
		}
		if len(w.line) > 0 {
			return token{text: w.line}, nil
		}
		w.empty = true
	}
}

// cut takes the next line from what was read.
func (w *wire) cut() ([]byte, error) {
	for from := 0; ; {
		if at := bytes.IndexByte(w.read[from:], '\n'); at >= 0 {
			line := w.read[:from+at]
			w.read = w.read[from+at+1:]
			return line[:min(len(line), longest)], nil
		}
		w.read = w.read[:min(len(w.read), longest)]
		from = len(w.read)
		if err := w.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads more. Lines that were given stay as they are.
func (w *wire) fill() error {
	const room = 32 << 10
	if w.from == nil {
		return io.EOF
	}
	if cap(w.read)-len(w.read) < room/8 {
		w.read = append(make([]byte, 0, len(w.read)+room), w.read...)
	}
	for n := 0; n == 0; {
		if w.err != nil {
			return w.err
		}
		n, w.err = w.from.Read(w.read[len(w.read):cap(w.read)])
		w.read = w.read[:len(w.read)+n]
	}
	return nil
}

// parts calls f with what was printed behind each mark until the next one, or until the end, byte for byte but
// for the ends of lines that are too long; text is f's until it returns. What precedes the first mark is dropped.
func (w *wire) parts(f func(words string, text []byte) error) error {
	p := part{make([]byte, 0, 4<<10)} // as much as most files are large
	words, begun := "", false
	for {
		t, err := w.next()
		if err == nil && !t.marked {
			p.add(t.text)
			continue
		}
		p.end(t)
		if begun {
			if err := f(words, p.text); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		words, begun = string(t.text), true
		p.text = p.text[:0]
	}
}

// A part is what was printed between two marks.
type part struct{ text []byte }

// add appends a line.
func (p *part) add(line []byte) { p.text = append(append(p.text, line...), '\n') }

// end ends the part by the mark that follows it.
func (p *part) end(mark token) {
	if mark.unended {
		p.text = bytes.TrimSuffix(p.text, []byte("\n"))
	}
}
