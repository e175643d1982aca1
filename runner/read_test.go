package runner

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func probed(list []model.Step, texts ...string) string {
	var b strings.Builder
	b.WriteString("\nMARK facts\nid debian\ndue " + model.Slug(list[1].Name()) + "\n")
	for i, text := range texts {
		b.WriteString("\nMARK " + strconv.Itoa(i) + "\n" + text)
	}
	return b.String() + "\nMARK end\n"
}

func TestParseProbe(t *testing.T) {
	list := []model.Step{modeltest.Scripted{Called: "one"}, modeltest.Scripted{Called: "two of them"}}
	whole := probed(list, "a\nb\n", "")
	for _, c := range []struct {
		name, out string
		want      []model.Observed
	}{
		{"whole", whole, []model.Observed{{Text: "a\nb\n"}, {Due: true}}},
		{"with other words before it", "Welcome!\n" + whole, []model.Observed{{Text: "a\nb\n"}, {Due: true}}},
		{"without a last newline in a text", probed(list, "a", "b\n\n"), []model.Observed{{Text: "a"}, {Text: "b\n\n", Due: true}}},
		{"in another order", "\nMARK 1\ny\n\nMARK facts\n\nMARK 0\nx\n\nMARK end\n", []model.Observed{{Text: "x\n"}, {Text: "y\n"}}},
		{"a text that looks like another run's mark", probed(list, "MARKS 1\n", "\nOTHER 0\n"), []model.Observed{{Text: "MARKS 1\n"}, {Text: "\nOTHER 0\n", Due: true}}},
		{"empty", "", nil},
		{"cut off in a text", whole[:len(whole)-12], nil},
		{"cut off before its last newline", whole[:len(whole)-1], nil},
		{"without facts", strings.Replace(whole, "MARK facts", "MARK other", 1), nil},
		{"without a step", strings.Replace(whole, "MARK 1", "MARK 7", 1), nil},
		{"with a step twice", strings.Replace(whole, "MARK 1", "MARK 0", 1), nil},
		{"with a step too many times", strings.Replace(whole, "\nMARK end", "\nMARK 0\nz\n\nMARK end", 1), nil},
		{"with another mark", strings.ReplaceAll(whole, "MARK", "MASK"), nil},
	} {
		_, seen, err := ParseProbe(list, "MARK", "SIGN", []byte(c.out))
		if (c.want == nil) != errors.Is(err, ErrGarbled) {
			t.Errorf("%s: %v", c.name, err)
		}
		if diff := cmp.Diff(c.want, seen); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestReadTo(t *testing.T) {
	const end = "\nMARK end\n"
	for _, c := range []struct {
		name string
		r    io.Reader
		want string
		err  error
	}{
		{"whole", strings.NewReader("text" + end), "text" + end, nil},
		{"byte by byte", iotest.OneByteReader(strings.NewReader("text" + end)), "text" + end, nil},
		{"with more behind it", strings.NewReader("text" + end + "logout\n"), "text" + end, nil},
		{"with its end and the stream's at once", iotest.DataErrReader(strings.NewReader("text" + end)), "text" + end, nil},
		{"no end", strings.NewReader("text"), "text", io.ErrUnexpectedEOF},
		{"a broken stream", io.MultiReader(strings.NewReader("text"), iotest.ErrReader(io.ErrClosedPipe)), "text", io.ErrClosedPipe},
	} {
		got, err := readTo(c.r, end)
		if string(got) != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v", c.name, got, err)
		}
	}
}

// endless gives the same bytes for ever.
type endless string

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = e[i%len(e)]
	}
	return len(p), nil
}

func TestReadToTakesNoMoreThanItsLimit(t *testing.T) {
	for _, e := range []endless{"x", "\n", "\nMARK en"} {
		out, err := readTo(e, "\nMARK end\n")
		if err == nil || err.Error() != "the host answered more than 16 MiB to the probe" {
			t.Fatalf("%v", err)
		}
		if len(out) > ProbeLimit+1<<20 {
			t.Fatalf("%d bytes were kept", len(out))
		}
	}
}

func TestSaid(t *testing.T) {
	for out, want := range map[string]string{
		"":                                    "",
		"\n \n":                               "",
		"a\nsh: 1: Syntax error\n\n":          ": sh: 1: Syntax error",
		"a\n\nMARK 3\n":                       "",
		strings.Repeat("x", 1000) + "\nshort": ": short",
		strings.Repeat("x", 1000):             ": " + strings.Repeat("x", 200),
	} {
		if got := said([]byte(out), "MARK"); got != want {
			t.Errorf("%q: %q", out, got)
		}
	}
}

func allLines(r io.Reader) ([]string, error) {
	var got []string
	marked := func(s string) bool { return strings.HasPrefix(s, "MARK ") }
	err := lines(r, marked, func(s string) bool { got = append(got, s); return true })
	return got, err
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 64<<10)
	for _, c := range []struct {
		name, in string
		want     []string
	}{
		{"lines", "a\nb\n", []string{"a", "b"}},
		{"the empty line before a mark goes", "a\n\nMARK 1\nb\n", []string{"a", "MARK 1", "b"}},
		{"an unfinished line before a mark stays", "a\nMARK 1\n", []string{"a", "MARK 1"}},
		{"other empty lines stay", "a\n\nb\n\n\nMARK 1\n", []string{"a", "", "b", "", "MARK 1"}},
		{"a terminal's line ends", "a\r\n\r\nMARK 1\r\n", []string{"a", "MARK 1"}},
		{"what has no end is no line", "a\nb", []string{"a"}},
		{"a long line is cut", long + "y\nz\n", []string{long, "z"}},
	} {
		for how, r := range map[string]io.Reader{"": strings.NewReader(c.in), ", byte by byte": iotest.OneByteReader(strings.NewReader(c.in))} {
			got, err := allLines(r)
			if err != nil {
				t.Errorf("%s%s: %v", c.name, how, err)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s%s (-want +got):\n%.400s", c.name, how, diff)
			}
		}
	}
	if _, err := allLines(iotest.ErrReader(io.ErrClosedPipe)); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("a broken stream: %v", err)
	}
	n := 0
	if err := lines(endless("a\n"), func(string) bool { return false }, func(string) bool { n++; return n < 3 }); err != nil || n != 3 {
		t.Errorf("stopped after %d lines: %v", n, err)
	}
}

func TestParseSignal(t *testing.T) {
	for line, want := range map[string]*Signal{
		"MARK locked 812 ann@laptop, deploy": {Kind: "locked", Rest: "812 ann@laptop, deploy"},
		"MARK ready 20261123-114501-a1b2":    {Kind: "ready", Rest: "20261123-114501-a1b2"},
		"MARK begin 3":                       {Kind: "begin", Index: 3},
		"MARK failed 3 100":                  {Kind: "failed", Index: 3, Rest: "100"},
		"MARK stopped":                       {Kind: "stopped"},
		"MARK over 0":                        {Kind: "over", Rest: "0"},
		"MARK begin":                         {},
		"MARK begin x":                       {},
		"MARK begin -1":                      {},
		"MARK begin +1":                      {},
		"MARK begin 1 2":                     {},
		"MARK begin 99999999999999999999":    {},
		"MARK done 1 ":                       {Kind: "done", Index: 1},
		"MARK stopped now":                   {},
		"MARK waits for me":                  {},
		"MARK ":                              {},
		"MARKbegin 3":                        nil,
		" MARK begin 3":                      nil,
		"":                                   nil,
	} {
		got, ok := ParseSignal(line, "MARK")
		if ok != (want != nil) || ok && got != *want {
			t.Errorf("%q: %+v, %v", line, got, ok)
		}
	}
}

// FuzzLines holds lines to what a plain splitter makes of the same bytes.
func FuzzLines(f *testing.F) {
	f.Add([]byte("a\n\nMARK 1\nb\n\n\n"))
	f.Add([]byte("\r\n\n\nMARK x\n\r\n\x00\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		got, err := allLines(strings.NewReader(string(in)))
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		all := strings.Split(string(in), "\n")
		for _, s := range all[:len(all)-1] {
			s = strings.TrimSuffix(s[:min(len(s), 64<<10)], "\r")
			if last := len(want) - 1; strings.HasPrefix(s, "MARK ") && last >= 0 && want[last] == "" {
				want = want[:last]
			}
			want = append(want, s)
		}
		if n := len(want); n > 0 && want[n-1] == "" {
			want = want[:n-1] // held back, in case a mark follows
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		bytewise, _ := allLines(iotest.OneByteReader(strings.NewReader(string(in))))
		if diff := cmp.Diff(got, bytewise); diff != "" {
			t.Errorf("byte by byte (-whole +bytewise):\n%s", diff)
		}
	})
}

func FuzzParseSignal(f *testing.F) {
	for _, seed := range []string{"MARK begin 3", "MARK failed 1 2 3", "MARK over", "MARK ", "MARK begin -1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, line string) {
		s, ok := ParseSignal(line, "MARK")
		if ok && !strings.HasPrefix(line, "MARK "+s.Kind) {
			t.Fatalf("%q has kind %q", line, s.Kind)
		}
	})
}
