package runner

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// allTokens are the tokens of a wire: lines as they are, marks with "MARK " before them, and "!" where unended.
func allTokens(w *wire) ([]string, error) {
	var got []string
	for {
		t, err := w.next()
		switch {
		case errors.Is(err, io.EOF):
			return got, nil
		case err != nil:
			return got, err
		case t.marked && t.unended:
			got = append(got, "!MARK "+string(t.text))
		case t.marked:
			got = append(got, "MARK "+string(t.text))
		default:
			got = append(got, string(t.text))
		}
	}
}

// wires are ways to read the same bytes: what probes and accounts have printed, and what the work prints.
func wires(in string) map[string]*wire {
	return map[string]*wire{
		"a text":       textWire([]byte(in), "MARK"),
		"a stream":     newWire(strings.NewReader(in), "MARK"),
		"byte by byte": newWire(iotest.OneByteReader(strings.NewReader(in)), "MARK"),
		"with its end": newWire(iotest.DataErrReader(strings.NewReader(in)), "MARK"),
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 64<<10)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"lines", "a\nb\n", []string{"a", "b"}},
		{"the empty line before a mark goes", "a\n\nMARK 1\nb\n", []string{"a", "MARK 1", "b"}},
		{"an unended line before a mark stays", "a\nMARK 1\n", []string{"a", "!MARK 1"}},
		{"other empty lines stay", "a\n\nb\n\n\nMARK 1\n", []string{"a", "", "b", "", "MARK 1"}},
		{"marks without a text", "\nMARK 1\n\nMARK 2\n", []string{"MARK 1", "MARK 2"}},
		{"a carriage return is a byte", "a\r\n\r\n\nMARK 1\r\n\r\nMARK 2\n", []string{"a\r", "\r", "MARK 1\r", "\r", "!MARK 2"}},
		{"what has no end is no line", "a\nb", []string{"a"}},
		{"nor a mark", "a\n\nMARK 1", []string{"a"}},
		{"a long line is cut", long + "y\nz\n", []string{long, "z"}},
		{"one that is not too long is not", long + "\n" + long[1:] + "\n", []string{long, long[1:]}},
		{"a longer one is cut, too", long + long + long + "\n\nMARK 1\nz\n", []string{long, "MARK 1", "z"}},
		{"what only looks like a mark", "MARKS 1\n MARK 1\nMARK\nOTHER 1\n", []string{"MARKS 1", " MARK 1", "MARK", "OTHER 1"}},
	} {
		for how, w := range wires(c.in) {
			got, err := allTokens(w)
			if err != nil {
				t.Errorf("%s, %s: %v", c.name, how, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s, %s (-want +got):\n%.400s", c.name, how, diff)
			}
		}
	}
	got, err := allTokens(newWire(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(io.ErrClosedPipe)), "MARK"))
	if !errors.Is(err, io.ErrClosedPipe) || len(got) != 1 {
		t.Errorf("a broken stream: %q, %v", got, err)
	}
}

// What has no end is read as it comes, and a line without one takes no more room than what is kept of it.
func TestWireOfWhatHasNoEnd(t *testing.T) {
	t.Parallel()
	w := newWire(endless("a\n"), "MARK")
	for range 100_000 {
		if got, err := w.next(); err != nil || string(got.text) != "a" {
			t.Fatalf("%q, %v", got.text, err)
		}
	}
	w = newWire(io.LimitReader(endless("x"), 16<<20), "MARK")
	if got, err := w.next(); !errors.Is(err, io.EOF) || cap(w.read) > 2*longest {
		t.Errorf("%d bytes, %d of room, %v", len(got.text), cap(w.read), err)
	}
}

// Lines may be kept: what is read after them does not touch them.
func TestTokensMayBeKept(t *testing.T) {
	t.Parallel()
	in := strings.Repeat("one of many lines\nand another\n", 20_000)
	w := newWire(iotest.HalfReader(strings.NewReader(in)), "MARK")
	var all [][]byte
	for {
		got, err := w.next()
		if err != nil {
			break
		}
		all = append(all, got.text)
	}
	for i, line := range all {
		if want := []string{"one of many lines", "and another"}[i%2]; string(line) != want {
			t.Fatalf("line %d of %d: %q", i, len(all), line)
		}
	}
}

// A part is what was printed, byte for byte, whether it ends with a newline or not.
func TestParts(t *testing.T) {
	t.Parallel()
	const texts = "noise\nMARK a\nx\n\nMARK b\nx\nMARK c\n\n\nMARK d\n\nMARK e\nx\r\n\r\n\n\nMARK end\n"
	want := map[string]string{"a": "x\n", "b": "x", "c": "\n", "d": "", "e": "x\r\n\r\n\n", "end": ""}
	for how, w := range wires(texts) {
		got := map[string]string{}
		if err := w.parts(func(words string, text []byte) error { got[words] = string(text); return nil }); err != nil {
			t.Errorf("%s: %v", how, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", how, diff)
		}
	}
	err := textWire([]byte(texts), "MARK").parts(func(words string, _ []byte) error {
		if words == "b" {
			return ErrGarbled
		}
		return nil
	})
	if !errors.Is(err, ErrGarbled) {
		t.Errorf("it goes on after %v", err)
	}
}

// FuzzLines holds the wire to what a plain splitter makes of the same bytes, however they are read.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nMARK 1\nb\n\n\n"))
	f.Add([]byte("\r\n\n\nMARK x\n\r\n\x00\n"))
	f.Add([]byte("\nMARK x\nMARK y\n\n\nMARK \n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var want []string
		all := strings.Split(string(in), "\n")
		for _, s := range all[:len(all)-1] {
			s = s[:min(len(s), 64<<10)]
			if strings.HasPrefix(s, "MARK ") {
				if last := len(want) - 1; last >= 0 && want[last] == "" {
					want = want[:last]
				} else {
					s = "!" + s
				}
			}
			want = append(want, s)
		}
		if n := len(want); n > 0 && want[n-1] == "" {
			want = want[:n-1] // held back, in case a mark follows
		}
		for how, w := range wires(string(in)) {
			got, err := allTokens(w)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s (-want +got):\n%s", how, diff)
			}
		}
	})
}

// FuzzParts holds parts to what is between the marks of a plain splitter, byte for byte.
func FuzzParts(f *testing.F) {
	f.Add("x\n", "", "\n")
	f.Add("x\r", "\r\n", "x\n\r")
	f.Add(":MARKS 1\nx", "\nOTHER 0\n", " MARK")
	f.Fuzz(func(t *testing.T, one, two, three string) {
		in := "\nMARK 1\n" + one + "\nMARK 2\n" + two + "\nMARK 3\n" + three + "\nMARK end\n"
		if strings.Contains(one+"\n"+two+"\n"+three, "MARK ") || len(in) > longest {
			return
		}
		want := []string{one, two, three, ""}
		for how, w := range wires(in) {
			var got []string
			_ = w.parts(func(_ string, text []byte) error { got = append(got, string(text)); return nil })
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", how, diff)
			}
		}
	})
}
