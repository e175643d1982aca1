package cli

import (
	"bytes"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"djship/attach"
)

// What hosts have answered alike is printed once; one host's output stands alone.
func TestSayAnswers(t *testing.T) {
	answer := func(host string, end attach.End, text string) *execAnswer {
		a := &execAnswer{host: host}
		out, _ := a.streams(func(string) {})
		_, _ = io.WriteString(out, text)
		a.ended(end, nil)
		return a
	}
	gone := &execAnswer{host: "gone"}
	for _, c := range []struct {
		answers []*execAnswer
		want    string
	}{
		{[]*execAnswer{answer("a", attach.End{}, "x\ny")}, "x\ny\n"},
		{[]*execAnswer{answer("a", attach.End{Status: 2}, "x\n")}, "x\n"},
		{[]*execAnswer{answer("a", attach.End{}, "x\n"), answer("b", attach.End{}, "z\r\n"), gone, answer("c", attach.End{}, "x\n")}, "a, c: ok\n    x\nb: ok\n    z\n"},
		{[]*execAnswer{answer("a", attach.End{}, ""), answer("b", attach.End{Signal: 9}, "")}, "a: ok\nb: ended by a signal: killed\n"},
		{[]*execAnswer{answer("a", attach.End{}, strings.Repeat("x", mostHeard)+"\nmore\n\n")}, "\n(6 bytes more): djship log a\n"},
	} {
		var out bytes.Buffer
		if sayAnswers(&out, c.answers); !strings.HasSuffix(out.String(), c.want) || len(c.want) < 20 && out.String() != c.want {
			t.Errorf("%.100q, want %q", out.String(), c.want)
		}
	}
}

// Each host reads all of stdin, whenever it begins.
func TestSharedInput(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	s := shareInput(r, func() { t.Error("too long") })
	first := s.reader()
	_, _ = io.WriteString(w, "one ")
	buf := make([]byte, 4)
	if _, err := io.ReadFull(first, buf); err != nil || string(buf) != "one " {
		t.Errorf("%q, %v", buf, err)
	}
	_, _ = io.WriteString(w, "two")
	_ = w.Close()
	for _, c := range []struct {
		r    io.Reader
		want string
	}{{first, "two"}, {s.reader(), "one two"}} {
		if got, err := io.ReadAll(c.r); err != nil || string(got) != c.want {
			t.Errorf("%q, %v, want %q", got, err, c.want)
		}
	}
}

// Enter ~ . cuts off; other tildes are typed.
func TestEscape(t *testing.T) {
	for _, c := range []struct {
		typed []string
		want  string
		cut   bool
	}{
		{[]string{"ls ~.\r", "a~.b"}, "ls ~.\ra~.b", false},
		{[]string{"ls\r~", "."}, "ls\r", true},
		{[]string{"~."}, "", true},
		{[]string{"x\r~~.", "\r~a~."}, "x\r~.\r~a~.", false},
		{[]string{"x\r", "~", "\r~", "."}, "x\r~\r", true},
	} {
		cut := false
		var in []io.Reader
		for _, part := range c.typed {
			in = append(in, strings.NewReader(part))
		}
		got, err := io.ReadAll(&escape{in: io.MultiReader(in...), cut: func() { cut = true }})
		if err != nil || string(got) != c.want || cut != c.cut {
			t.Errorf("%q: %q, %v, %v", c.typed, got, cut, err)
		}
	}
}

func TestLineWriter(t *testing.T) {
	var got []string
	w := &lineWriter{take: func(line string) { got = append(got, line) }}
	for _, part := range []string{"a", "b\n\nc\r\nd"} {
		_, _ = io.WriteString(w, part)
	}
	w.flush()
	w.flush()
	if want := []string{"ab", "", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}
