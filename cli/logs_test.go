package cli

import "testing"

// Who asks for a process that has no log is told of which there are some.
func TestProcessWithoutALog(t *testing.T) {
	for _, c := range []struct {
		wanted string
		has    []string
		want   string
	}{
		{"nope", []string{"gunicorn", "access", "gunicorn"}, "djship: no host that answers has a log of example's process nope\nhint: there are logs of access and gunicorn\n"},
		{"gunicorn", []string{"gunicorn", "access"}, ""},
		{"nginx", []string{"gunicorn", "error"}, ""},
		{"nginx", []string{"gunicorn"}, "djship: no host that answers has a log of example's process nginx\nhint: there are logs of gunicorn\n"},
		{"", []string{"gunicorn"}, ""},
		{"nope", nil, ""},
	} {
		messages, p := stream(t), &processNames{}
		p.add(c.has...)
		said := p.sayLack(Env{Stderr: messages}, "example", c.wanted)
		if got := written(t, messages); got != c.want || said != (c.want != "") {
			t.Errorf("%s of %s: %v, %q", c.wanted, c.has, said, got)
		}
	}
}
