package django

import (
	"testing"

	"djship/steps/model"
)

// What djship has made goes, what it has not is told and stays, and what stands in the way ends it before anything is touched.
func TestRemoval(t *testing.T) {
	t.Parallel()
	s := Removals("example")[9]
	for text, want := range map[string]model.Told{
		"": {},
		"there the database example\nthere the role example\n":                               {Verb: model.Remove, Detail: "the database example, the role example"},
		"there the database example\nleft the database other, which the role example owns\n": {Verb: model.Remove, Detail: "the database example; stays: the database other, which the role example owns"},
		"left what the role example has in the database other\n":                             {Verb: model.Tell, Detail: "stays: what the role example has in the database other"},
		"there the role example\nstands PostgreSQL does not run\n": {Verb: model.Refuse, Detail: "PostgreSQL does not run",
			Hint: "see to that on the host, then run the same command again; nothing of the site was touched by this one"},
	} {
		if c := s.Plan(model.Facts{}, model.Observed{Text: text}); c.Verb != want.Verb || c.Detail != want.Detail || c.Hint != want.Hint || c.Acts() != (want.Verb == model.Remove) {
			t.Errorf("%q: %+v, want %+v", text, c.Told, want)
		}
	}
	ids := map[string]bool{}
	for _, s := range Removals("example") {
		ids[s.ID()] = true
	}
	if len(ids) != len(Removals("example")) {
		t.Errorf("%d IDs", len(ids))
	}
}
