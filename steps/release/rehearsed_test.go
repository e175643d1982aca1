package release

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestRehearsed(t *testing.T) {
	s := Rehearsed{aPush()}
	left, allowed, data := aPush(), aPush(), aPush()
	left.Migrate, allowed.AllowBreak, data.RehearseData = false, true, true
	both := allowed
	both.RehearseData = true
	const against = "against 20261125-101500-1a2b3c4\nsince 4\n" + `found: {"level": "break", "migration": "shop.0002_price", "table": "shop_thing", "column": "name", "why": "is title"}` + "\n"
	of := func(size, free int64) string { return fmt.Sprintf("size %d\nfree %d\n", size<<20, free<<20) }
	refused := func(detail, hint string) model.Change {
		c := told(model.Refuse, detail)
		c.Hint = hint
		return c
	}
	const without = "push without --rehearse-data: then migrations are tried in a copy of the schema"
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
		{Name: "rehearsed", Step: s, Facts: live, Seen: pending + "for 20261125-101500-1a2b3c4\nsince 4\n", Want: told(model.Tell, "rehearsed 4 min ago in a copy of the schema: 20261125-101500-1a2b3c4 goes on with what they make of it")},
		{Name: "rehearsed in vain", Step: s, Facts: live, Seen: pending + against, Want: run(in + "; 4 min ago it could not: shop.0002_price shop_thing.name is title"), Has: []string{"rehearse_and_judge\n"}},
		{Name: "rehearsed in vain, for a reason without a table", Step: s, Facts: live, Seen: pending + "against 20261125-101500-1a2b3c4\nsince 0\n", Want: run(in + "; 0 min ago it could not"), Has: []string{"rehearse_and_judge\n"}},
		{Name: "rehearsed in vain, and allowed since", Step: Rehearsed{allowed}, Facts: live, Seen: pending + against, // what it can go on with is to be kept, for the way back
			Want: run(in + "; 4 min ago it could not: shop.0002_price shop_thing.name is title"), Has: []string{"rehearse_and_judge\n"}},
		{Name: "allowed", Step: Rehearsed{allowed}, Facts: live, Seen: pending + strings.Replace(against, "against", "allowed", 1)},
		{Name: "allowed before", Step: s, Facts: live, Seen: pending + strings.Replace(against, "against", "allowed", 1),
			Want: run(in + "; 4 min ago it could not: shop.0002_price shop_thing.name is title"), Has: []string{"rehearse_and_judge\n"}},
		{Name: "rehearsed in vain, and allowed with data", Step: Rehearsed{both}, Facts: live, Seen: pending + against, Want: run("in a copy of the data: 20261125-101500-1a2b3c4 must go on with what they make of it; 4 min ago it could not: shop.0002_price shop_thing.name is title"), Has: []string{" with_data=yes"}},
		{Name: "rehearsed for another", Step: s, Facts: live, Seen: pending + "for 20261124-101500-1a2b3c4\n", Want: run(in), Has: []string{"rehearse_and_judge\n"}},
		{Name: "with data", Step: Rehearsed{data}, Facts: live, Seen: of(90, 5000) + pending, Want: run("in a copy of the data (90 MiB, less than a minute; 5000 MiB of the disk are free)" + strings.TrimPrefix(in, "in a copy of the schema")), Has: []string{" with_data=yes"}},
		{Name: "with much data", Step: Rehearsed{data}, Facts: live, Seen: of(5000, 50000) + pending, Want: run("in a copy of the data (5000 MiB, up to 9 min; 50000 MiB of the disk are free)" + strings.TrimPrefix(in, "in a copy of the schema")), Has: []string{" with_data=yes"}},
		{Name: "with data, of a database elsewhere", Step: Rehearsed{data}, Facts: live, Seen: pending, Want: run("in a copy of the data" + strings.TrimPrefix(in, "in a copy of the schema")), Has: []string{" with_data=yes"}},
		{Name: "no room for data", Step: Rehearsed{data}, Facts: live, Seen: of(90, 1000) + pending, Want: refused("a copy of the data has no room: 1000 MiB of the disk are free, and 1204 MiB are needed for a database of 90 MiB", "make room on the host, or "+without)},
		{Name: "no time for data", Step: Rehearsed{data}, Facts: live, Seen: of(50000, 500000) + pending, Want: refused("a copy of the data would take too long: up to 84 min for 50000 MiB, and 10 min is the most", without)},
		{Name: "rehearsed without data", Step: Rehearsed{data}, Facts: live, Seen: pending + of(90, 5000) + "for 20261125-101500-1a2b3c4\n", Want: run("in a copy of the data (90 MiB, less than a minute; 5000 MiB of the disk are free)" + strings.TrimPrefix(in, "in a copy of the schema")), Has: []string{" with_data=yes"}},
		{Name: "rehearsed with data", Step: Rehearsed{data}, Facts: live, Seen: pending + of(90, 1) + "for 20261125-101500-1a2b3c4 data\nsince 0\n", Want: told(model.Tell, "rehearsed 0 min ago in a copy of the data: 20261125-101500-1a2b3c4 goes on with what they make of it")},
		{Name: "rehearsed with more than is asked", Step: s, Facts: live, Seen: pending + "for 20261125-101500-1a2b3c4 data\nsince 0\n", Want: told(model.Tell, "rehearsed 0 min ago in a copy of the data: 20261125-101500-1a2b3c4 goes on with what they make of it")},
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
	const before, later, latest = "schema 20261123-101500-1a2b3c4\n", "schema 20261124-111500-1a2b3c4\n", "schema 20261125-101500-1a2b3c4\n"
	note := "schema " + s.To + "\n"
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing was migrated since", Step: s, Facts: live},
		{Name: "migrated since", Step: s, Facts: live, Seen: before + note + later, Want: run, Has: []string{" to=20261124-101500-1a2b3c4 ", "about/20261124-101500-1a2b3c4.schema", "\nfits\n"}},
		{Name: "migrated since in the place of a later one", Step: s, Facts: live, Seen: before + latest + later, Want: run, Has: []string{" to=20261124-101500-1a2b3c4 ", "about/20261124-111500-1a2b3c4.schema"}},
		{Name: "migrated before it was made", Step: s, Facts: live, Seen: before},
		{Name: "what is in the home", Step: OnSchema{aPush(), "0"}, Facts: live, Seen: "schema 0\n" + before, Want: run, Has: []string{" to='' ", "about/0.schema"}},
		{Name: "looked at", Step: s, Facts: live, Seen: note + "fits 20261125-101500-1a2b3c4\n"},
		{Name: "looked at when another was live", Step: s, Facts: live, Seen: note + "fits 20261124-111500-1a2b3c4\n", Want: run, Has: []string{" met=20261125-101500-1a2b3c4 "}},
		{Name: "live already", Step: s, Facts: has(model.Site{Domain: "example.com", Live: s.To}), Seen: note},
		{Name: "allowed", Step: allowed, Facts: live, Seen: note, Want: told(model.Tell, "the database was migrated since it was live, and whether it can go on is not looked at, as --allow-break says")},
	})
}

// What the site's account prints in the place of a finding says nothing, or is plain text.
func TestReadBreak(t *testing.T) {
	for _, c := range []struct {
		line string
		want model.Break
		ok   bool
	}{
		{`found: {"level": "break", "migration": "shop.0003", "table": "shop_thing", "column": "name", "why": "is title\u001b[2J", "split": "keep it"}`, model.Break{Table: "shop_thing", Column: "name", Why: "is title?[2J", Split: "keep it"}, true},
		{`found: {"migration": ["shop.0003"]}`, model.Break{}, false},
		{`found: `, model.Break{}, false},
		{`shop.0003: shop_thing.name`, model.Break{}, false},
	} {
		m, ok := Rehearsed{}.ReadBreak(c.line)
		if ok != c.ok || ok && (m.Name != "shop.0003" || m.Breaks[0] != c.want) {
			t.Errorf("%s: %v, %+v", c.line, ok, m)
		}
	}
}
