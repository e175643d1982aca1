package remote

import (
	"bytes"
	"errors"
	"io"
)

// A SourceError says that what is to be uploaded can't be read on this side.
type SourceError struct{ Err error }

func (e *SourceError) Error() string {
	return sentence("can't read what is to be uploaded: %v", e.Err)
}

// Hint says what a source needs.
func (e *SourceError) Hint() string {
	return "see that it can be read here, and that nothing changes it meanwhile, then run the same command again"
}

func (e *SourceError) Unwrap() error { return e.Err }

// errShort says that a source has ended before its size.
var errShort = errors.New("it is shorter than it was")

// A source gives what is left of a content: no byte more than its size, and an error where it is less.
type source struct {
	from       io.ReadCloser
	size, left int64
	sent       func(int64) // may be nil
}

// open opens what is to be sent.
func (u Upload) open() (*source, error) {
	if u.Open == nil {
		size := int64(len(u.Content))
		return &source{io.NopCloser(bytes.NewReader(u.Content[u.Offset:])), size, size - u.Offset, u.Sent}, nil
	}
	from, err := u.Open(u.Offset)
	if err != nil {
		return nil, &SourceError{err}
	}
	return &source{from, u.Size, u.Size - u.Offset, u.Sent}, nil
}

// Size is how much is left; by it the SFTP client knows how many writes it may have under way.
func (s *source) Size() int64 { return s.left }

// Read reads what is left.
func (s *source) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, io.EOF
	}
	n, err := s.from.Read(p[:min(int64(len(p)), s.left)])
	s.left -= int64(n)
	if n > 0 && s.sent != nil {
		s.sent(s.size - s.left)
	}
	switch {
	case err == io.EOF && s.left > 0:
		err = &SourceError{errShort}
	case err != nil && err != io.EOF:
		err = &SourceError{err}
	}
	return n, err
}

// Close ends the reading.
func (s *source) Close() error { return s.from.Close() }

// A lateSource is a source that is opened when its turn comes.
type lateSource struct {
	file Upload
	from *source
	err  error // once there is one, the answer to all that is asked
}

// Read opens the source, reads, and closes it at its end.
func (l *lateSource) Read(p []byte) (int, error) {
	if l.err == nil && l.from == nil {
		l.from, l.err = l.file.open()
	}
	if l.err != nil {
		return 0, l.err
	}
	n, err := l.from.Read(p)
	if l.err = err; err != nil {
		_ = l.from.Close()
	}
	return n, err
}
