package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/shell"
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
		{Name: "one that was taken back", Step: asked, Facts: at, Seen: since + known + "lacks shop.0002_more\n", Want: model.Refusal("release "+old+" wants shop.0002_more, as the database had it then; that was taken back on this host since",
			"nothing was changed. `djship push --ref` with the commit of that release migrates what it wants; `djship releases example` tells which that is")},
		{Name: "another's that is irreversible", Step: asked, Facts: at, Seen: since + known + "pending blog.0001_initial\nplan irreversible Raw SQL operation\n"},
	})
}

// What has to be taken back for a release is what is applied beyond what was when it was live last, however often others have migrated and gone back since.
func TestWhatHasToBeTakenBack(t *testing.T) {
	id := func(n string) string { return "2026112" + n + "-101500-1a2b3c4" }
	at := func(n string) string { return "20261126T10" + n + "00Z-" }
	before := func(names ...string) string {
		text := "live " + id("1") + "\n"
		for _, name := range names {
			text += "before shop." + name + "\n"
		}
		return text + "counted 1\n"
	}
	applied := func(word string, names ...string) (text string) {
		for _, name := range names {
			text += word + " shop." + name + "\n"
		}
		return text
	}
	live := func(n, minute string) string { return id(n) + " 2026-11-26T10:" + minute + ":00Z\n" }
	three := map[string]string{at("20") + id("2"): before("m1") + applied("applied", "m2"), at("30") + id("3"): before("m1", "m2") + applied("applied", "m3")}
	with := func(more map[string]string) map[string]string {
		all := map[string]string{}
		for _, some := range []map[string]string{three, more} {
			for name, text := range some {
				all[name] = text
			}
		}
		return all
	}
	history := live("1", "11") + live("2", "21") + live("3", "31")
	back := at("40") + id("3")
	gone := map[string]string{back: before("m1", "m2", "m3") + applied("reversed", "m3", "m2")}
	again := with(map[string]string{back: gone[back], at("50") + id("4"): before("m1") + applied("applied", "m2", "m3", "m4")})
	for _, c := range []struct {
		what, history, to string
		records           map[string]string
		want              string
	}{
		{"nothing", live("1", "11"), "1", nil, ""},
		{"the last", history, "2", three, "since " + at("30") + id("3") + "|takes shop.m3"},
		{"two", history, "1", three, "since " + at("20") + id("2") + "|takes shop.m2|takes shop.m3"},
		{"behind a way back, nothing", history + live("1", "41"), "1", with(gone), ""},
		{"behind a way back, what was taken back", history + live("1", "41"), "3", with(gone), "lacks shop.m2|lacks shop.m3|since " + back},
		{"behind a way back, one in between", history + live("1", "41"), "2", with(gone), "lacks shop.m2|since " + at("30") + id("3")},
		{"migrated once more, to the last before", history + live("1", "41") + live("4", "51"), "3", again, "since " + back + "|takes shop.m4"},
		{"migrated once more, to one in between", history + live("1", "41") + live("4", "51"), "2", again, "since " + at("30") + id("3") + "|takes shop.m3|takes shop.m4"},
		{"migrated once more, to the first", history + live("1", "41") + live("4", "51"), "1", again, "since " + at("50") + id("4") + "|takes shop.m2|takes shop.m3|takes shop.m4"},
		{"its own, that had waited", history, "2", with(map[string]string{at("25") + id("2"): before("m1", "m2") + applied("applied", "m2b"), at("30") + id("3"): before("m1", "m2", "m2b") + applied("applied", "m3")}), "since " + at("30") + id("3") + "|takes shop.m3"},
		{"its own, behind another's that failed", history, "2", with(map[string]string{at("35") + id("2"): before("m1", "m2", "m3") + applied("applied", "m2b")}), "since " + at("30") + id("3") + "|takes shop.m3"},
	} {
		dir := t.TempDir()
		put := func(name, text string) {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		put("history", c.history)
		for name, text := range c.records {
			put("records/"+name, text)
		}
		put("about/"+id("3")+".checked", "for x\npending shop.m3\nplan sql x\nplan irreversible y\n")
		out, err := exec.Command("sh", "-ec", shell.Set("to", id(c.to), "history", dir+"/history", "records", dir+"/records", "about", dir+"/about")+assets.Code("shell/backprobe.sh")).CombinedOutput()
		var lines []string
		for line := range strings.Lines(string(out)) {
			if line = strings.TrimSpace(line); !strings.HasPrefix(line, "p") {
				lines = append(lines, line)
			}
		}
		slices.Sort(lines)
		if got := strings.Join(lines, "|"); got != c.want || err != nil {
			t.Errorf("%s: %v\n%s\nwant %s", c.what, err, out, c.want)
		}
	}
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

// What waits is told wherever somebody looks, with what has it run.
func TestWaiting(t *testing.T) {
	s := Waiting{aPush().Site}
	tell := func(again string) model.Change {
		return told(model.Tell, "what only removes was not run when the live release had its place, and waits: shop.0003_less, shop.0004_gone. "+again)
	}
	const waits = "waits shop.0003_less\nwaits shop.0004_gone\n"
	again := tell("the push that brought the live release, once more to all hosts of its stage, runs it")
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing", Step: s, Seen: ""},
		{Name: "of a commit", Step: s, Seen: waits + "commit 1a2b3c4d5e6f708090a0b0c0d0e0f00010203040\n", Want: tell("`djship push example --ref 1a2b3c4d5e6f` to all hosts of its stage runs it")},
		{Name: "of a work tree", Step: s, Seen: waits + "commit 1a2b3c4d5e6f708090a0b0c0d0e0f00010203040 dirty\n", Want: again},
		{Name: "without git", Step: s, Seen: waits + "commit \n", Want: again},
	})
}

// A host of a later stage tells of its tables while it does not know what it would migrate.
func TestTablesOfALaterStage(t *testing.T) {
	r := aPush()
	r.Later = true
	got := Migrated{r}.Plan(model.Facts{}, model.Observed{Text: "table 73686f705f7468696e67 1204 8192\ntable zz 1 1\ntable 61 x 1\nunknown\n"})
	if got.Verb != model.Tell || len(got.Tables) != 1 || got.Tables[0] != (model.Table{Name: "shop_thing", Rows: 1204, Bytes: 8192}) {
		t.Errorf("%+v", got.Told)
	}
	if asks, does := strings.Contains(string(Migrated{r}.Probe()), "pg_total_relation_size"), strings.Contains(string(Migrated{aPush()}.Probe()), "pg_total_relation_size"); !asks || does {
		t.Errorf("a later stage asks: %v, the first: %v", asks, does)
	}
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
	}{{r, gib, false}, {r, more, true}, {much, more, false}, {none, more, false}, {Migrated{r}.Agreed().(Migrated).Release, more, false}} {
		got := Migrated{c.r}.Plan(model.Facts{}, model.Observed{Text: c.seen})
		if (got.Verb == model.Refuse) != c.refused {
			t.Errorf("%q: %v", c.seen, got.Told)
		}
		if c.refused && got.Detail != "its migrations destroy about 2.0 GiB of data, which is to be kept in /var/lib/djship/kept/example of the host before, compressed; 5.0 GiB are free there" || c.refused && got.Ask != got.Detail+". Keep it, and wait for that?" {
			t.Error(got.Detail)
		}
	}
}
