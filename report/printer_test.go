package report

import (
	"bytes"
	"encoding/json"
	"testing"
)

// What is written in any pieces comes out the same, with nothing in it that does not show.
func FuzzPrinter(f *testing.F) {
	f.Add("web1\tgrün\n\x1b[31m\x9b\u202e👩‍💻\xf0\x9f", uint8(3))
	f.Fuzz(func(t *testing.T, s string, size uint8) {
		var whole, pieces bytes.Buffer
		for _, to := range []struct {
			out  *bytes.Buffer
			size int
		}{{&whole, len(s) + 1}, {&pieces, int(size)%7 + 1}} {
			p := NewPrinter(to.out)
			for rest := []byte(s); len(rest) > 0; {
				n := min(to.size, len(rest))
				if wrote, err := p.Write(rest[:n]); wrote != n || err != nil {
					t.Fatalf("wrote %d, %v", wrote, err)
				}
				rest = rest[n:]
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if bad := unshown(whole.String()); bad != "" {
			t.Errorf("%q lets %q through", s, bad)
		}
		if !emojiAcross(s) && whole.String() != pieces.String() {
			t.Errorf("%q is %q at once and %q in pieces", s, whole.String(), pieces.String())
		}
	})
}

// emojiAcross tells whether s has a sign that joins others: in pieces it is spelled out.
func emojiAcross(s string) bool { return bytes.ContainsAny([]byte(s), "\u200d\ufe0f") }

func TestPrinter(t *testing.T) {
	var b bytes.Buffer
	p := NewPrinter(&b)
	for _, piece := range []string{"web1\tup\n", "gr\xc3", "\xbcn\x1b[2J\r\n", "\xe2\x80", "\xaeevil\n", "\xf0\x9f"} {
		if _, err := p.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if want := "web1\tup\ngrün<U+001B>[2J<U+000D>\n<U+202E>evil\n<0xF0><0x9F>"; b.String() != want {
		t.Errorf("%q, not %q", b.String(), want)
	}
}

// JSON stays the same JSON, and shows.
func FuzzJSONText(f *testing.F) {
	f.Add("grün\u202e\u009b\x7f\U000e0041")
	f.Fuzz(func(t *testing.T, s string) {
		line, err := json.Marshal(map[string]string{s: s})
		if err != nil {
			t.Fatal(err)
		}
		got := JSONText(line)
		var was, is map[string]string
		if err := json.Unmarshal(line, &was); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(got, &is); err != nil {
			t.Fatalf("%q: %v", got, err)
		}
		for k, v := range was {
			if is[k] != v {
				t.Errorf("%q says %q, not %q", got, is, was)
			}
		}
		if bad := unshown(string(got)); bad != "" {
			t.Errorf("%q lets %q through", got, bad)
		}
	})
}
