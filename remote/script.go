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
	Last  string // what follows the body, of one exec as well
	// Behind, if not nil, runs when the rest is over, which has a shell of its own then. Both know what Before sets, a line.
	Before string
	Behind *Body
	// Stays tells of a script that it ends by itself, leaving its stdin to whoever is there behind it.
	Stays bool
}

// A Body is what follows the first line. Many execs may share one: it is packed once. Its methods may be
// called at once.
type Body struct {
	text   string
	packed func() string
	brief  func() string // as a host takes it that keeps the basis
	basis  *delta.Basis  // nil for none
}

// NewBody makes a body of a text.
func NewBody(text string) *Body {
	return &Body{text: text, packed: sync.OnceValue(func() string { return zip(text) }), brief: func() string { return text }}
}

// NewBodyOn makes a body of a text that has much in common with a basis: to a host that keeps that the rest is sent.
func NewBodyOn(basis *delta.Basis, text string) *Body {
	b := NewBody(text)
	b.basis = basis
	b.brief = sync.OnceValue(func() string { return basis.Script(text) })
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
	first, last := s.frame()
	if s.Body != nil {
		first += s.Body.text
	}
	if s.Behind != nil {
		last += s.Behind.text
	}
	return first + last
}

// frame is what comes before the body, and what comes behind it but for Behind itself.
func (s Script) frame() (first, last string) {
	first = s.First + "\n"
	if s.Last != "" {
		last = "\n" + s.Last
	}
	if s.Behind != nil {
		first, last = s.Before+"; (\n"+first, last+"\n)\n"
	}
	return first, last
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

// pack packs what is sent briefly as one. Else what scripts have in common is packed by itself: that is much, and many hosts get it.
func (s Script) pack(before string, brief bool) string {
	first, last := s.frame()
	first = before + first
	if brief {
		first += s.Body.brief()
		if s.Behind != nil {
			last += s.Behind.brief()
		}
		return zip(first + last)
	}
	packed := zip(first)
	if s.Body != nil {
		packed += s.Body.packed()
	}
	if last != "" {
		packed += zip(last)
	}
	if s.Behind != nil {
		packed += s.Behind.packed()
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
