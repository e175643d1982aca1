package project

import (
	"strings"
	"testing"

	"djship/plain"
)

// Whatever a project says, in what is written it stays a value, a name or a comment: the file is TOML, and
// has what was proposed and nothing else.
func FuzzProposal(f *testing.F) {
	f.Add("a\"\\\nb = 1\n[x]", "name\nproject = 'x'", "why\n[env]\nA = 1")
	f.Add("\x1b[2J\u202e\x00\x7f", "\xff", "\u2028x")
	f.Fuzz(func(t *testing.T, value, name, why string) {
		p := &Project{Choices: []Choice{
			{"project", value, why, why, Proposed}, {"shared", []string{value, "b"}, why, "", Proposed}, {"build", value, "", why, Taken},
			{"processes." + name, value, why, why, Proposed}, {"env.A", value, why, why, Open},
		}}
		text := p.File()
		for r := range strings.SplitSeq(text, "\n") {
			if plain.Line(r) != r && len(r) < 200 {
				t.Fatalf("%q is not shown as it is", r)
			}
		}
		d, err := parseDocument(OwnFile, text)
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		valid := strings.ToValidUTF8(value, "?")
		if d.at("project") != valid || len(d.tree) != 3 || d.at("processes", strings.ToValidUTF8(name, "?")) != valid {
			t.Fatalf("%q of\n%s", d.tree, text)
		}
	})
}

// Whatever settings say, they are looked through.
func FuzzVariables(f *testing.F) {
	f.Add("DATABASES = {\n 'NAME': env('A'),\n}\nDEBUG = int(os.environ.get('B', 1))")
	f.Fuzz(func(t *testing.T, text string) {
		for _, v := range variablesIn(source{"s.py", withoutComments(text)}) {
			if !variablePattern.MatchString(v.name) {
				t.Errorf("%q", v.name)
			}
		}
	})
}
