package remote

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"
)

// A Script is a shell text for one exec. What differs from one exec to the next belongs into First.
type Script struct {
	First string // a line, without its newline
	Body  *Body  // nil for nothing
}

// A Body is what follows the first line. Many execs may share one: it is packed once. Its methods may be
// called at once.
type Body struct {
	text   string
	packed func() string
}

// NewBody makes a body of a text.
func NewBody(text string) *Body {
	return &Body{text, sync.OnceValue(func() string {
		var zipped bytes.Buffer
		z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		_, _ = z.Write([]byte(text))
		_ = z.Close() // a bytes.Buffer takes everything
		return zipped.String()
	})}
}

// Text makes a script of a text that is sent once.
func Text(text string) Script {
	first, rest, _ := strings.Cut(text, "\n")
	return Script{first, NewBody(rest)}
}

// String is the whole text.
func (s Script) String() string {
	if s.Body == nil {
		return s.First + "\n"
	}
	return s.First + "\n" + s.Body.text
}

// pack makes of a script what the loader reads. What is of one exec alone, the word that tells that
// it has begun and the script's first line, goes in a part of its own.
func (m marks) pack(s Script) string {
	var zipped bytes.Buffer
	own, _ := gzip.NewWriterLevel(&zipped, gzip.HuffmanOnly)
	_, _ = own.Write([]byte("printf '" + begunPrefix + "%s\\n' " + m.begun + "\n" + preamble + s.First + "\n"))
	_ = own.Close() // a bytes.Buffer takes everything
	if s.Body == nil {
		return zipped.String()
	}
	return zipped.String() + s.Body.packed()
}
