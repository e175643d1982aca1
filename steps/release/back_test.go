package release

import (
	"testing"
	"time"

	"djship/steps/model"
	"djship/steps/model/modeltest"
)

func TestMigratedBack(t *testing.T) {
	const old, live = "20261124-101500-1a2b3c4", "20261126-101500-1a2b3c4"
	s := MigratedBack{Release: aPush(), To: old}
	asked, allowed := s, s
	asked.Asked, allowed.Release.AllowBreak = true, true
	at := has(model.Site{Domain: "example.com", Live: live})
	const since = "since 20261126T101700Z-" + live + "\ntakes shop.0003_less\ntakes shop.0004_sql\n"
	const known = "pending shop.0003_less\npending shop.0004_sql\n"
	run := func(detail string) model.Change {
		c := told(model.Run, detail)
		c.Limit = 40 * time.Minute
		return c
	}
	back := run("takes back shop.0004_sql, shop.0003_less, and puts back what was kept of their data")
	never := "nothing was changed. What is to be done with the data nobody but you knows: push code that goes on from here, or take it back by hand, as with `djship manage example migrate`"
	refused := func(why string) model.Change { return model.Refusal(why, never) }
	modeltest.Run(t, []modeltest.Case{
		{Name: "live already", Step: s, Facts: has(model.Site{Domain: "example.com", Live: old}), Seen: since},
		{Name: "nothing was migrated", Step: s, Facts: at},
		{Name: "nothing was migrated here", Step: s, Facts: at, Seen: "migrated\n", Want: run("nothing is to be taken back here"), Has: []string{" back=''"}},
		{Name: "migrated", Step: s, Facts: at, Seen: since + known, Want: back, Has: []string{"release=" + live, "back=20261126T101700Z-" + live, "\nto=" + old + " ", "schema=''", "allow=''", "\nmigrate_back\n"}},
		{Name: "with what the older one needs", Step: allowed, Facts: at, Seen: since + known + "schema " + old + "\n", Want: back, Has: []string{"about/" + old + ".schema", "allow=yes"}},
		{Name: "asked", Step: asked, Facts: at, Seen: since + known},
		{Name: "irreversible", Step: asked, Facts: at, Seen: since + known + "plan irreversible Raw SQL operation\n", Want: refused("shop.0004_sql can't be taken back: Raw SQL operation")},
		{Name: "in parts", Step: s, Facts: at, Seen: since + "pending shop.0003_less\nplan parts\n", Want: refused("shop.0003_less is not atomic, so that a part of it could stay")},
		{Name: "another's that is irreversible", Step: asked, Facts: at, Seen: since + known + "pending blog.0001_initial\nplan irreversible Raw SQL operation\n"},
	})
}

func TestRemoved(t *testing.T) {
	r := aPush()
	r.Whole = true
	part := r
	part.Whole = false
	live := has(model.Site{Domain: "example.com", Live: r.ID})
	run := told(model.Run, "removes what only waited for the switch: shop.0003_less")
	run.Limit = 40 * time.Minute
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing waits", Step: Removed{r}, Facts: live},
		{Name: "something does", Step: Removed{r}, Facts: live, Seen: "waits shop.0003_less\n", Want: run, Has: []string{"keeps=data ", "\nremove_late\n"}},
		{Name: "not live", Step: Removed{r}, Facts: has(model.Site{Domain: "example.com", Live: "20261124-101500-1a2b3c4"}), Seen: "waits shop.0003_less\n"},
		{Name: "of some hosts", Step: Removed{part}, Facts: live, Seen: "waits shop.0003_less\n",
			Want: told(model.Tell, "removes later, as other hosts may have the same database: shop.0003_less. The same push to all hosts of the stage does it")},
	})
}

// What is destroyed is kept without a word up to 1 GiB.
func TestTooMuchToKeep(t *testing.T) {
	r := aPush()
	much, none := r, r
	much.KeepData, none.KeepData, none.Backup = KeepAll, KeepNone, true
	const gib = "pending shop.0003_less\nplan destroys 5\t1073741824\t\ttable shop_old\n"
	const more = gib + "plan destroys 5\t1073741824\t\tcolumn shop_thing.a is removed\nroom 5368709120\n"
	for _, c := range []struct {
		r       Release
		seen    string
		refused bool
	}{{r, gib, false}, {r, more, true}, {much, more, false}, {none, more, false}} {
		got := Migrated{c.r}.Plan(model.Facts{}, model.Observed{Text: c.seen})
		if (got.Verb == model.Refuse) != c.refused {
			t.Errorf("%q: %v", c.seen, got.Told)
		}
		if c.refused && got.Detail != "its migrations destroy about 2.0 GiB of data, which is to be kept in /var/lib/djship/kept/example of the host before, compressed; 5.0 GiB are free there" {
			t.Error(got.Detail)
		}
	}
}
