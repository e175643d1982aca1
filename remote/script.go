package remote

import (
	"bytes"
	"compress/gzip"
	"strings"
	"sync"

	"djship/delta"
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
	basis  *delta.Basis  // nil for none
	brief  func() string // packed, for a host that keeps the basis
}

// NewBody makes a body of a text.
func NewBody(text string) *Body {
	return &Body{text: text, packed: sync.OnceValue(func() string { return zip(text) })}
}

// NewBodyOn makes a body of a text that has much in common with a basis: to a host that keeps that the rest is sent.
func NewBodyOn(basis *delta.Basis, text string) *Body {
	b := NewBody(text)
	b.basis = basis
	b.brief = sync.OnceValue(func() string { return zip(basis.Script(text)) })
	return b
}

// Text makes a script of a text that is sent once.
func Text(text string) Script {
	first, rest, _ := strings.Cut(text, "\n")
	return Script{First: first, Body: NewBody(rest)}
}

// basis is what a host may keep of the script; nil for nothing.
func (s Script) basis() *delta.Basis {
	if s.Body == nil {
		return nil
	}
	return s.Body.basis
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

// Pack is the script as gzip -dc makes a text of it, for a shell that has run another and has left that one's world as it was. keeps tells whether
// the host keeps a basis.
func (s Script) Pack(keeps func(*delta.Basis) bool) string {
	basis := s.basis()
	return s.pack("", basis != nil && keeps(basis))
}

// pack makes of a script what the loader reads. What is of one exec alone, the word that tells that
// it has begun and the script's first line, goes in a part of its own. A shell that stays may run others when the host has been given their basis.
func (m marks) pack(s Script) string {
	expander := ""
	if basis := s.basis(); basis != nil {
		expander = basis.Expander()
	}
	return s.pack(expander+m.begin()+preamble, false)
}

// packBriefly is pack for a host that may keep the script's basis: one that does not says so, and runs what pack makes, which comes then
// behind a line with its length.
func (m marks) packBriefly(s Script) string {
	return s.pack(s.basis().Expander()+"if "+s.basis().Kept()+"; then\n"+m.begin()+"else\nprintf '"+lacksPrefix+"%s\\n' "+m.begun+"\n"+
		`djship=$(timeout --foreground 15 sh -c 'read -r size&&echo "$size"')&&djship="$(timeout --foreground 15 head -c "$djship"|gzip -dc)"&&eval "$djship"`+"\nexit\nfi\n"+preamble, true)
}

func (m marks) begin() string { return "printf '" + begunPrefix + "%s\\n' " + m.begun + "\n" }

func (s Script) pack(before string, brief bool) string {
	packed := zip(before + s.First + "\n")
	switch {
	case s.Body == nil:
	case brief:
		packed += s.Body.brief()
	default:
		packed += s.Body.packed()
	}
	if s.Last != "" {
		packed += zip("\n" + s.Last)
	}
	return packed
}

// writers are those of zip, each of which takes a megabyte: a run packs for a thousand hosts.
var writers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestCompression)
	return z
}}

func zip(text string) string {
	var zipped bytes.Buffer
	z := writers.Get().(*gzip.Writer)
	defer writers.Put(z)
	z.Reset(&zipped)
	_, _ = z.Write([]byte(text))
	_ = z.Close() // a bytes.Buffer takes everything
	return zipped.String()
}
