package release

import (
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRehearsed(t *testing.T) {
	s := Rehearsed{aPush()}
	left, allowed := aPush(), aPush()
	left.Migrate, allowed.AllowBreak = false, true
	live := has(model.Site{Domain: "example.com", Live: "20261125-101500-1a2b3c4"})
	const pending = "pending shop.0002_price\n"
	run := func(detail string) model.Change {
		c := told(model.Run, detail)
		c.Limit = 40 * time.Minute
		return c
	}
	const in = "in a copy of the schema: 20261125-101500-1a2b3c4 must go on with what they make of it"
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing pending", Step: s, Facts: live},
		{Name: "pending", Step: s, Facts: live, Seen: pending, Want: run(in), Has: []string{" live=20261125-101500-1a2b3c4 ", " allow=''", "\nrehearse_and_judge\n"}},
		{Name: "allowed", Step: Rehearsed{allowed}, Facts: live, Seen: pending, Want: run(in), Has: []string{" allow=yes"}},
		{Name: "what is in the home", Step: s, Facts: has(model.Site{Domain: "example.com"}), Seen: pending,
			Want: run("in a copy of the schema: what is in the site's home must go on with what they make of it"), Has: []string{" live='' "}},
		{Name: "rehearsed", Step: s, Facts: live, Seen: pending + "for 20261125-101500-1a2b3c4\n"},
		{Name: "rehearsed for another", Step: s, Facts: live, Seen: pending + "for 20261124-101500-1a2b3c4\n", Want: run(in), Has: []string{"rehearse_and_judge\n"}},
		{Name: "migrated", Step: s, Facts: live, Seen: "done\n" + pending},
		{Name: "not to be migrated", Step: Rehearsed{left}, Facts: live, Seen: pending},
		{Name: "a scratch database is left", Step: s, Facts: live, Seen: "left\n", Want: run("a scratch database that was left is removed"), Has: []string{"\nforget\n"}},
	})
}

func TestClosed(t *testing.T) {
	allowed := aPush()
	allowed.AllowBreak = true
	shut, open := Closed{Release: allowed}, Closed{Release: allowed, Over: true}
	live := has(model.Site{Domain: "example.com", Live: "20261125-101500-1a2b3c4"})
	const pending, place = "pending shop.0002_price\n", "includes\n"
	for _, c := range []struct {
		name, seen string
		step       Closed
		verb       model.Verb
	}{
		{"not asked for", pending + place, Closed{Release: aPush()}, ""},
		{"nothing pending", place, shut, ""},
		{"migrated", "done\n" + pending + place, shut, ""},
		{"pending", pending + place, shut, model.Create},
		{"no place", pending, shut, model.Refuse},
		{"over, and never begun", place, open, ""},
		{"over, and the page is somebody else's", place + ":a page\n", open, ""},
		{"over", place + "closed\n:a page\n", open, model.Update},
		{"over, and somebody has ended it", place + "closed\n", open, model.Update},
	} {
		if got := c.step.Plan(live, model.Observed{Text: c.seen}); got.Verb != c.verb {
			t.Errorf("%s: %v", c.name, got.Told)
		}
	}
}

func TestOnSchema(t *testing.T) {
	s := OnSchema{aPush(), "20261124-101500-1a2b3c4"}
	allowed := s
	allowed.Release.AllowBreak = true
	live := has(model.Site{Domain: "example.com", Live: "20261125-101500-1a2b3c4"})
	run := told(model.Run, "its models are held against the schema as it is")
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing was migrated since", Step: s, Facts: live},
		{Name: "migrated since", Step: s, Facts: live, Seen: "schema\n", Want: run, Has: []string{" to=20261124-101500-1a2b3c4 ", "about/20261124-101500-1a2b3c4.schema", "\nfits\n"}},
		{Name: "what is in the home", Step: OnSchema{aPush(), "0"}, Facts: live, Seen: "schema\n", Want: run, Has: []string{" to='' ", "about/0.schema"}},
		{Name: "looked at", Step: s, Facts: live, Seen: "schema\nfits\n"},
		{Name: "live already", Step: s, Facts: has(model.Site{Domain: "example.com", Live: s.To}), Seen: "schema\n"},
		{Name: "allowed", Step: allowed, Facts: live, Seen: "schema\n", Want: told(model.Tell, "the database was migrated since it was live, and whether it can go on is not looked at, as --allow-break says")},
	})
}
