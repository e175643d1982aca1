package release

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"djship/steps/django"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

const anID = "20261126-101500-1a2b3c4"

// aPush is the release of these tests.
func aPush() Release {
	return Release{Site: django.Site{Project: "example", Python: 3}, ID: anID, Tree: strings.Repeat("1a2b3c4", 6)[:40], Commit: strings.Repeat("c", 40), By: "me@home", Root: ".",
		Settings: "config.settings", Overlay: true, Static: true, Keep: 2, Migrate: true}
}

// has is what a host of these tests has on record.
func has(site model.Site) model.Facts {
	f := modeltest.Debian12
	f.Sites = map[string]model.Site{"example": site}
	return f
}

func told(verb model.Verb, detail string) model.Change {
	return model.Change{Told: model.Told{Verb: verb, Detail: detail}}
}

// A fakeSource packs nothing, and tells what hosts have said that they have.
type fakeSource struct {
	asked *[]string
	err   error
}

func (s fakeSource) Pack(have []string) (model.Blob, error) {
	*s.asked = have
	return model.Blob{Sum: strings.Repeat("0", 64), Size: 1234}, s.err
}
func (fakeSource) Diff(from []string) string { return "from " + strings.Join(from, " ") + "\n" }
func (fakeSource) Attributes() string        { return "* -text\n" }
func (fakeSource) Format() string            { return "sha1" }

func TestWhatAPushNeeds(t *testing.T) {
	r := aPush()
	const how = "`djship status` lists those that there are. To make it, with its domain: djship up example DOMAIN (where prereq was run: deploy)"
	domain := has(model.Site{Domain: "example.com", Python: 3})
	scripted := modeltest.Debian12
	scripted.Scripted = []string{"example"}
	group := OwnGroup{r.Site}
	link := CurrentLink{r.Site}
	modeltest.Run(t, []modeltest.Case{
		{Name: "no site", Step: Deployed{Site: r.Site}, Facts: modeltest.Debian12, Want: model.Refusal("the host has no site example", how)},
		{Name: "no site, but a near one", Step: Deployed{Site: django.Site{Project: "exmaple", Python: 3}}, Facts: domain, Want: model.Refusal("the host has no site exmaple", "did you mean example? "+strings.ReplaceAll(how, "example", "exmaple"))},
		{Name: "one of the bash scripts", Step: Deployed{Site: r.Site}, Facts: scripted, Want: model.Refusal("the host has no site example",
			"the bash scripts have made example here: `djship adopt example DOMAIN --check` tells how a site is taken over; what runs goes on meanwhile")},
		{Name: "no domain", Step: Deployed{Site: r.Site}, Facts: has(model.Site{Python: 3}), Want: model.Refusal("the host has no site example", how)},
		{Name: "python 2", Step: Deployed{Site: r.Site}, Facts: has(model.Site{Domain: "example.com", Python: 2}),
			Want: model.Refusal("example is a site of Python 2, which can't have releases", "its code goes in by hand; or make a site of Python 3 under another name")},
		{Name: "on its way out", Step: Deployed{Site: r.Site}, Facts: has(model.Site{Domain: "example.com", Python: 3, Kept: map[string]string{"removing": "yes"}}),
			Want: model.Refusal("the removal of example was cut off", "`djship remove example` ends it; `djship deploy example example.com` has what is left of it answer again, then run the same command again")},
		{Name: "a site", Step: Deployed{Site: r.Site}, Facts: domain},
		{Name: "nginx serves", Step: Fronted{r}, Facts: domain, Seen: "serves\n"},
		{Name: "nginx does not", Step: Fronted{r}, Facts: domain, Want: model.Refusal("/etc/nginx/sites-available/example.com does not serve the static files of releases",
			"where you have not edited it: djship deploy example example.com brings it up to date; else take `location /static/` for { alias /webapps/.static/example/; } there, or say static = false where the code serves them itself")},
		{Name: "nginx need not", Step: Fronted{Release{Site: r.Site}}, Facts: domain},
		{Name: "no group", Step: group, Want: told(model.Create, "for example alone"), Has: []string{"groupadd -r example\nusermod -aG example example"}},
		{Name: "group", Step: group, Seen: "example:x:990:example\n"},
		{Name: "empty group", Step: group, Seen: "example:x:990:\n", Want: told(model.Update, "example is not in it"), Has: []string{"usermod -aG example example"}},
		{Name: "group with others", Step: group, Seen: "example:x:990:example,bob\n", Want: model.Refusal("the host has a group example that others are in: example,bob",
			"take them out of the group on the host, since it will read the site's code, then run the same command again")},
		{Name: "somebody's own group", Step: group, Seen: "example:x:990:\nbob\n", Want: model.Refusal("the host has a group example that others are in: bob",
			"take them out of the group on the host, since it will read the site's code, then run the same command again")},
		{Name: "no link", Step: link, Want: told(model.Create, "/webapps/example_project/current -> /webapps/.sites/example/current"), Has: []string{"as example ln -sfnT"}},
		{Name: "link", Step: link, Seen: "/webapps/.sites/example/current\n"},
		{Name: "something else", Step: link, Seen: "other\n", Want: told(model.Tell, "/webapps/example_project/current is no link, and left alone; the release that is live is at /webapps/.sites/example/current")},
	})
}

func TestFolders(t *testing.T) {
	s := Folders{aPush().Site}
	right, other := "", ""
	for i, f := range s.all() {
		line := f.path + "|directory|root:" + f.group + "|" + strings.TrimPrefix(f.mode, "0") + "\n"
		right += line
		if i == 1 {
			line = f.path + "|directory|root:example|755\n"
		}
		other += line
	}
	modeltest.Run(t, []modeltest.Case{
		{Name: "right", Step: s, Seen: right},
		{Name: "none", Step: s, Want: told(model.Create, "in /webapps/.sites/example"), Has: []string{"mkdir -m 0700 /webapps/.sites/example\nchown root:example /webapps/.sites/example\nchmod 0750 /webapps/.sites/example\n"}},
		{Name: "open to others", Step: s, Seen: other, Want: told(model.Update, "/webapps/.sites/example: mode 755, should be 0750"), Has: []string{"chmod 0750 /webapps/.sites/example\n"}},
		{Name: "a link", Step: s, Seen: "/webapps/.sites|symbolic link|root:root|777\n", Want: model.Refusal("/webapps/.sites is a symbolic link, not a folder", model.OutOfTheWay)},
	})
}

func TestCode(t *testing.T) {
	var asked []string
	r := aPush()
	r.Shared = []string{"data", "up loads"}
	s := Code{r, fakeSource{asked: &asked}}
	want := told(model.Create, anID+", 1.2 KB sent")
	want.Blobs = []model.Blob{{Sum: strings.Repeat("0", 64), Size: 1234}}
	again, mended := r, told(model.Update, "was changed by hand: config, config/a?.py; it is laid out anew")
	again.Files = []File{{Path: "a"}}
	mended.Blobs = want.Blobs
	itself := told(model.Update, "was changed by hand: its folder; it is laid out anew")
	itself.Blobs, itself.Notify = want.Blobs, []string{"release-files:example"}
	differs := want
	differs.Diff = "from cc dd\n"
	modeltest.Run(t, []modeltest.Case{
		{Name: "there", Step: s, Seen: "there\nhave aa bb\n"},
		{Name: "another than what is live", Step: s, Facts: has(model.Site{Live: "7"}), Seen: "have aa bb 6\nhave cc dd 7\n", Want: differs, Has: []string{"whole=''"}},
		{Name: "the first", Step: s, Want: want, Has: []string{"whole=yes", "share data\nshare 'up loads'\nlay_out\n"}},
		{Name: "another", Step: s, Seen: "have aa bb\nhave cc\n", Want: want, Has: []string{"whole=''"}},
		{Name: "changed by hand", Step: s, Seen: "there\nchanged config\nchanged config/a\x1b.py\nhave aa bb\n", Want: mended, Has: []string{"changed=yes", "whole=''"}},
		{Name: "changed itself", Step: Code{again, s.Source}, Seen: "there\nchanged \nhave aa bb\n", Want: itself, Has: []string{"changed=yes"}},
		{Name: "can't be packed", Step: Code{r, fakeSource{&asked, errors.New("a hole\nin it")}},
			Want: model.Refusal("the code can't be packed: a hole", "look at the checkout with `git fsck`, then run the same command again")},
	})
	s.Plan(modeltest.Debian12, model.Observed{Text: "have aa bb\nhave cc\n"})
	if diff := cmp.Diff([]string{"aa", "bb", "cc"}, asked); diff != "" {
		t.Errorf("what the host has (-want +got):\n%s", diff)
	}
}

// A release's note tells who has pushed it and when, the first time, however often it is pushed.
func TestNote(t *testing.T) {
	s := Note{aPush(), time.Date(2026, 11, 26, 10, 20, 0, 0, time.UTC)}
	noted := "release " + anID + "\ntree " + s.Release.Tree + "\ncommit " + s.Release.Commit + "\nby you@work\nat 2026-11-26T10:15:00Z\nroot .\nsettings config.settings\nhealth /\n"
	about := s.Release.About()
	modeltest.Run(t, []modeltest.Case{
		{Name: "noted, by another, before", Step: s, Seen: noted},
		{Name: "new", Step: s, Want: told(model.Create, about), Has: []string{"by me@home\nat 2026-11-26T10:20:00Z\n", "put_for example " + about}},
		{Name: "of other settings", Step: s, Seen: strings.Replace(noted, "config.", "", 1), Want: told(model.Create, about), Has: []string{"by you@work\nat 2026-11-26T10:15:00Z\n"}},
	})
}

func TestMigrated(t *testing.T) {
	r := aPush()
	s := Migrated{r}
	commands := r
	commands.Commands = []string{"compress --force", "it's"}
	left := r
	left.Migrate = false
	lined, leftLined, leftOther := commands, left, left
	lined.Line, leftLined.Line, leftOther.Line = "./after.sh && it's", "x; python manage.py migrate", "./after.sh"
	limit := func(c model.Change, names ...string) model.Change {
		c.Limit = 40 * time.Minute
		for _, name := range names {
			c.Migrations = append(c.Migrations, model.Migration{Name: name, Atomic: true})
		}
		return c
	}
	many := strings.Fields(strings.Repeat("shop.0001_initial ", 12) + "blog.0001_initial")
	modeltest.Run(t, []modeltest.Case{
		{Name: "nothing pending", Step: s},
		{Name: "not ready yet", Step: s, Seen: "unknown\n", Want: told(model.Tell, "which migrations are pending is not known before the release is made ready")},
		{Name: "not ready yet, and left", Step: Migrated{left}, Seen: "unknown\n"},
		{Name: "pending", Step: s, Seen: "pending shop.0002_price\npending blog.0001_initial\n", Want: limit(told(model.Run, "shop.0002_price, blog.0001_initial"), "shop.0002_price", "blog.0001_initial"), Has: []string{"\nmigrate\n", ": >\"$done\""}},
		{Name: "done", Step: s, Seen: "done\npending shop.0002_price\n"},
		{Name: "many", Step: s, Seen: strings.Repeat("pending shop.0001_initial\n", 12) + "pending blog.0001_initial\n", Want: limit(told(model.Run, "13 migrations: shop 12, blog 1"), many...), Has: []string{"\nmigrate\n"}},
		{Name: "left", Step: Migrated{left}, Seen: "pending shop.0002_price\n", Want: told(model.Tell, "not migrated, as asked: shop.0002_price")},
		{Name: "commands", Step: Migrated{commands}, Want: limit(told(model.Run, "manage.py compress --force; manage.py it's")), Has: []string{"manage 'compress --force'\nmanage 'it'\\''s'\n"}},
		{Name: "a line", Step: Migrated{lined}, Want: limit(told(model.Run, "manage.py compress --force; manage.py it's; release: ./after.sh && it's")), Has: []string{"line './after.sh && it'\\''s'\n: >\"$done\""}},
		{Name: "a line that would migrate, and that is left", Step: Migrated{leftLined}, Seen: "pending shop.0002_price\n", Want: told(model.Tell, "not migrated, as asked: shop.0002_price")},
		{Name: "another line", Step: Migrated{leftOther}, Want: limit(told(model.Run, "release: ./after.sh")), Has: []string{"line ./after.sh\n"}},
		{Name: "commands that were run", Step: Migrated{commands}, Seen: "done\n"},
	})
}

func TestSpareReleases(t *testing.T) {
	n := func(i string) string { return "2026112" + i + "-101500-1a2b3c4" }
	var listed strings.Builder
	for _, i := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		listed.WriteString("has " + n(i) + " 2026-11-2" + i + "T10:15:00Z\n")
	}
	listed.WriteString("has " + n("9") + "\n")
	for _, c := range []struct {
		name, seen string
		keep       int
		want       []string
	}{
		{"nothing", "", 5, nil},
		{"the live one alone", "live " + n("1") + "\nhas " + n("1") + " x\n", 0, nil},
		{"by the order in which they were live, not by their age", listed.String() + "live " + n("2") + "\nwas " + n("5") + "\nwas " + n("1") + "\nwas " + n("6") + "\nwas " + n("1") + "\nwas " + n("2") + "\n", 1,
			[]string{n("3"), n("4"), n("5"), n("7"), n("9")}},
		{"none beside the one before", listed.String() + "live " + n("2") + "\nwas " + n("5") + "\nwas " + n("1") + "\nwas " + n("2") + "\n", 0, []string{n("3"), n("4"), n("5"), n("6"), n("7"), n("9")}},
		{"one whose workers end", listed.String() + "live " + n("2") + "\nwas " + n("1") + "\nwas " + n("2") + "\nbusy " + n("3") + "\n", 0, []string{n("4"), n("5"), n("6"), n("7"), n("9")}},
		{"what is in the home, between", "live " + n("3") + "\nwas " + n("1") + "\nwas " + n("2") + "\nwas 0\nwas " + n("3") + "\n" + listed.String(), 0, []string{n("1"), n("4"), n("5"), n("6"), n("7"), n("9")}},
		{"what is no release", "has ../../etc x\nlive /\n", 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, readInventory(c.seen).spare(c.keep)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
