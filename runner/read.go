package runner

import (
	"bytes"
	"fmt"
	"io"
	"slices"
)

// errTooMuch says that a host printed more than ProbeLimit.
var errTooMuch = fmt.Errorf("the host answered more than %d MiB to the probe", ProbeLimit>>20)

// readTo reads r until end has come, ProbeLimit bytes at most, and returns what it has read; what
// comes behind end is dropped. The error is io.ErrUnexpectedEOF where r ended first, errTooMuch where it
// would not. heard, if not nil, is called with what there is each time that more has come.
func readTo(r io.Reader, end string, heard func([]byte)) ([]byte, error) {
	var out []byte // grown as answers come: a run may be reading a thousand
	for {
		out = slices.Grow(out, 4<<10)
		n, err := r.Read(out[len(out):min(cap(out), len(out)+64<<10)])
		from := max(0, len(out)-len(end))
		out = out[:len(out)+n]
		if heard != nil {
			heard(out)
		}
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
