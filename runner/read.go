package runner

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
)

// errTooMuch says that a host printed more than ProbeLimit.
var errTooMuch = fmt.Errorf("the host answered more than %d MiB to the probe", ProbeLimit>>20)

// readTo reads r until end has come, ProbeLimit bytes at most, and returns what it has read; what
// comes behind end is dropped. The error is io.ErrUnexpectedEOF where r ended first, errTooMuch where it
// would not.
func readTo(r io.Reader, end string) ([]byte, error) {
	var out []byte // grown as answers come: a run may be reading a thousand
	for {
		out = slices.Grow(out, 4<<10)
		n, err := r.Read(out[len(out):min(cap(out), len(out)+64<<10)])
		from := max(0, len(out)-len(end))
		out = out[:len(out)+n]
		at := bytes.Index(out[from:], []byte(end))
		switch {
		case at >= 0:
			return out[:from+at+len(end)], nil
		case len(out) > ProbeLimit:
			return out, errTooMuch
		case err == io.EOF:
			return out, io.ErrUnexpectedEOF
		case err != nil:
			return out, err
		}
	}
}

// said is the beginning of the last line of a broken answer, for an error message.
func said(out []byte, mark string) string {
	last := bytes.TrimSpace(out[max(0, len(out)-200):])
	last = last[bytes.LastIndexByte(last, '\n')+1:]
	if len(last) == 0 || bytes.Contains(last, []byte(mark)) {
		return ""
	}
	return ": " + string(last)
}

// lines calls f with each line that r gives, without its newline, until f returns false or r ends.
// A line is cut at 64 KiB. The empty line that m of the prelude puts before a marked line is left
// out; marked tells which lines are.
func lines(r io.Reader, marked func(string) bool, f func(string) bool) error {
	const longest = 64 << 10
	var line []byte
	blank := false // an empty line that is held back
	give := func() bool {
		s := strings.TrimSuffix(string(line), "\r")
		line = line[:0]
		if marked(s) {
			blank = false
			return f(s)
		}
		if blank && !f("") {
			return false
		}
		if blank = s == ""; blank {
			return true
		}
		return f(s)
	}
	buf := make([]byte, 32<<10)
	for {
		n, err := r.Read(buf)
		for _, c := range buf[:n] {
			switch {
			case c == '\n':
				if !give() {
					return nil
				}
			case len(line) < longest:
				line = append(line, c)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
