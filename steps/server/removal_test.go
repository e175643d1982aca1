package server

import (
	"testing"

	"djship/steps/model"
)

// What djship has made goes, what it has not is told and stays, and what stands in the way ends it before anything is touched.
func TestRemoval(t *testing.T) {
	t.Parallel()
	s := Removal{Key: "remove-database:example", What: "database", Look: "found_database", Do: "gone_database", Next: "see to that"}
	for text, want := range map[string]model.Told{
		"": {},
		"there the database example\nthere the role example\n":                               {Verb: model.Remove, Detail: "the database example, the role example"},
		"there the database example\nleft the database other, which the role example owns\n": {Verb: model.Remove, Detail: "the database example; stays: the database other, which the role example owns"},
		"left what the role example has in the database other\n":                             {Verb: model.Tell, Detail: "stays: what the role example has in the database other"},
		"there the role example\nstands PostgreSQL does not run\n":                           {Verb: model.Refuse, Detail: "PostgreSQL does not run", Hint: "see to that"},
		"stands one\nstands two\n":                                                           {Verb: model.Refuse, Detail: "one; two", Hint: "see to that"},
	} {
		if c := s.Plan(model.Facts{}, model.Observed{Text: text}); c.Verb != want.Verb || c.Detail != want.Detail || c.Hint != want.Hint || c.Acts() != (want.Verb == model.Remove) {
			t.Errorf("%q: %+v, want %+v", text, c.Told, want)
		}
	}
}

// Each part of a host is known by an ID of its own, and only looked at where djship has noted something of the host.
func TestUnprepared(t *testing.T) {
	t.Parallel()
	ids := map[string]bool{}
	for _, s := range Unprepared() {
		ids[s.ID()] = true
		if c := s.Plan(model.Facts{}, model.Observed{}); !c.IsZero() {
			t.Errorf("%s of a host without anything: %+v", s.ID(), c)
		}
	}
	if len(ids) != 9 {
		t.Errorf("%d IDs", len(ids))
	}
}
