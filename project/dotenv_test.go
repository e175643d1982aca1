package project

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadDotenv(t *testing.T) {
	for text, want := range map[string][]Pair{
		"":                                   nil,
		"# only\n\n":                         nil,
		"A=1\nB = two \n":                    {{"A", "1"}, {"B", "two"}},
		"export A=1":                         {{"A", "1"}},
		"\ufeffA=1\r\nB=\r\n":                {{"A", "1"}, {"B", ""}},
		"A=1\nB=2\nA=3\n":                    {{"A", "3"}, {"B", "2"}},
		"A=a#b # c\nB=# c":                   {{"A", "a#b"}, {"B", ""}},
		"A='a # b' # c\nB='it\\'s $x \\n'":   {{"A", "a # b"}, {"B", `it's $x \n`}},
		`A="a\nb \"c\" \\ \$x $y"`:           {{"A", "a\nb \"c\" \\ $x $y"}},
		"KEY=\"-----BEGIN\n\n#x\n=\n\"\nB=1": {{"KEY", "-----BEGIN\n\n#x\n=\n"}, {"B", "1"}},
		"URL=postgres://a:b%20c@d/e?x=y":     {{"URL", "postgres://a:b%20c@d/e?x=y"}},
	} {
		got, err := ReadDotenv(text)
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%q: %v (-want +got):\n%s", text, err, diff)
		}
	}
	for text, want := range map[string]string{
		"A=1\nB\n":            "line 2 sets nothing",
		"1A=x":                "line 1 sets nothing",
		"A='x\ny'\nB=\"x\n\n": `line 3, B: the quote " does not end`,
		"A='x' y\n":           "line 1, A: something follows the quote '",
		"A=\"x\\\"":           `line 1, A: the quote " does not end`,
	} {
		if _, err := ReadDotenv(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// No text makes it hang or fall over.
func FuzzReadDotenv(f *testing.F) {
	f.Add("A='x\ny' # c\nexport B=\"\\n\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		pairs, err := ReadDotenv(text)
		if err != nil && pairs != nil {
			t.Error(pairs, err)
		}
	})
}
