package django

import (
	"strings"
	"testing"

	"djship/steps/model"
)

// A backup takes the place of what is there once; one that was cut off is ended, and nothing is done to a host without the site.
func TestRestored(t *testing.T) {
	t.Parallel()
	known := model.Facts{Sites: map[string]model.Site{"example": {Domain: "example.com", Python: 3}}}
	s := Restored{Project: "example", Stamp: "20261128-014400", Names: []string{"media"}, What: "it comes back"}
	ends := s
	ends.Ends = true
	for _, c := range []struct {
		step  Restored
		facts model.Facts
		text  string
		want  model.Verb
		calls string
	}{
		{s, model.Facts{}, "", "", ""},
		{s, known, "includes\n", model.Update, "\nrestore_site\n"},
		{s, known, "restored 20250101-000000\n", model.Update, "\nrestore_site\n"},
		{s, known, "restored 20261128-014400\nincludes\n", "", ""},
		{s, known, "restored 20261128-014400\ncut\n", model.Update, "\nrestore_site\n"},
		{ends, known, "cut\n", model.Run, "\ncut_off\n"},
		{ends, known, "restored 20261128-014400\n", "", ""},
	} {
		got := c.step.Plan(c.facts, model.Observed{Text: c.text})
		if got.Verb != c.want || !strings.HasSuffix("\n"+string(got.Script), c.calls) {
			t.Errorf("%q: %s, %.100q", c.text, got.Verb, got.Script[max(0, len(got.Script)-40):])
		}
	}
	if s.KeptDatabase() != "example.before-20261128-014400" || s.KeptFolder() != "/webapps/example_project/djship-before-20261128-014400" {
		t.Errorf("%s, %s", s.KeptDatabase(), s.KeptFolder())
	}
}
