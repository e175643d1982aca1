package report

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// A Printer is the way to a terminal, or to whatever is there in place of one, for all text that may
// hold words from outside: of what is written to it only line ends, tabs and characters that show get
// through; the rest is spelled out. It takes no colour: screens that draw are written past it, since
// they make their parts printable one by one. Writes may come from any goroutine.
type Printer struct {
	mu   sync.Mutex
	w    io.Writer
	tail []byte // the beginning of a character whose end has not been written yet
}

// NewPrinter returns the Printer that writes to w.
func NewPrinter(w io.Writer) *Printer { return &Printer{w: w} }

// Write implements io.Writer.
func (p *Printer) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := text
	if len(p.tail) > 0 {
		all = append(p.tail, text...)
	}
	whole := len(all) - unfinished(all)
	p.tail = bytes.Clone(all[whole:])
	if whole > 0 {
		if _, err := io.WriteString(p.w, spellLines(string(all[:whole]))); err != nil {
			return 0, err
		}
	}
	return len(text), nil
}

// Close writes what is left of a character that was never finished. It does not close what is behind.
func (p *Printer) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.tail) == 0 {
		return nil
	}
	_, err := io.WriteString(p.w, Spell(string(p.tail)))
	p.tail = nil
	return err
}

// spellLines is Spell for text of several lines, in which tabs stand for themselves.
func spellLines(s string) string {
	for i := range len(s) {
		if (s[i] < ' ' || s[i] > '~') && s[i] != '\n' && s[i] != '\t' {
			return spell(s, "\n\t")
		}
	}
	return s
}

// unfinished is how many bytes at the end of b begin a character that b does not end.
func unfinished(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if utf8.FullRune(b[len(b)-n:]) {
				return 0
			}
			return n
		}
	}
	return 0
}

// JSONText returns the same JSON in characters that show: others, which can stand only in its
// strings, are written as \u202e. Line ends and blanks between its parts stay.
func JSONText(text []byte) []byte {
	plain := true
	for _, c := range text {
		plain = plain && c <= '~'
	}
	if plain {
		return text
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		switch {
		case r < utf8.RuneSelf && r != 0x7f, visible(r):
			b.WriteRune(r)
		default:
			writeEscape(&b, r)
		}
	}
	return b.Bytes()
}

// writeEscape writes a character as JSON spells it in UTF-16.
func writeEscape(b *bytes.Buffer, r rune) {
	if r > 0xffff {
		high, low := utf16.EncodeRune(r)
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
