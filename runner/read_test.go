package runner

import (
	"errors"
	"io"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

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
	t.Parallel()
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
	t.Parallel()
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
		got, err := readTo(c.r, end, nil)
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
	t.Parallel()
	for _, e := range []endless{"x", "\n", "\nMARK en"} {
		out, err := readTo(e, "\nMARK end\n", nil)
		if err == nil || err.Error() != "the host answered more than 16 MiB to the probe" {
			t.Fatalf("%v", err)
		}
		if len(out) > ProbeLimit+1<<20 {
			t.Fatalf("%d bytes were kept", len(out))
		}
	}
}

func TestSaid(t *testing.T) {
	t.Parallel()
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
