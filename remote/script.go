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
	Last  string // what follows the body
	// Stays tells of a script that it ends by itself, leaving its stdin to whoever is there behind it.
	Stays bool
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
	return Script{First: first, Body: NewBody(rest)}
}

// String is the whole text.
func (s Script) String() string {
	text := s.First + "\n"
	if s.Body != nil {
		text += s.Body.text
	}
	if s.Last != "" {
		text += "\n" + s.Last
	}
	return text
}

// Pack is the script as gzip -dc makes a text of it, which sets the world up that it runs in, and runs it.
func (s Script) Pack() string { return s.pack(preamble) }

// pack makes of a script what the loader reads. What is of one exec alone, the word that tells that
// it has begun and the script's first line, goes in a part of its own.
func (m marks) pack(s Script) string {
	return s.pack("printf '" + begunPrefix + "%s\\n' " + m.begun + "\n" + preamble)
}

func (s Script) pack(before string) string {
	packed := zip(before + s.First + "\n")
	if s.Body != nil {
		packed += s.Body.packed()
	}
	if s.Last != "" {
		packed += zip("\n" + s.Last)
	}
	return packed
}

func zip(text string) string {
	var zipped bytes.Buffer
	z, _ := gzip.NewWriterLevel(&zipped, gzip.HuffmanOnly)
	_, _ = z.Write([]byte(text))
	_ = z.Close() // a bytes.Buffer takes everything
	return zipped.String()
}
