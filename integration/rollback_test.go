//go:build linux

package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// A toldRelease is a line of `djship releases --json`.
type toldRelease struct {
	Host, Project, ID, Commit, Who, When, Since, Failed string
	Live, Healthy                                       bool
	Waits                                               []string
}

// releasesTold are the releases that hosts have, the newest first.
func releasesTold(t testing.TB, w *workstation) []toldRelease {
	t.Helper()
	var all []toldRelease
	for line := range strings.Lines(w.djship(0, "releases", "example", "--json").stdout) {
		var r toldRelease
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	return all
}

// lives are how the releases are called that are there, from the newest to the oldest, with a mark at the one that is live.
func lives(t testing.TB, w *workstation, names map[string]string) string {
	t.Helper()
	var words []string
	for _, r := range releasesTold(t, w) {
		name := names[r.ID]
		if r.Live {
			name += "*"
		}
		if !r.Healthy {
			name += "!"
		}
		words = append(words, name)
	}
	return strings.Join(words, " ")
}

// What was pushed is told of, and the way back leads to each of it; what does not exist is refused with what does, and nothing is touched.
func TestWayBack(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	names := map[string]string{releasesTold(t, w)[0].ID: "first"}
	for _, name := range []string{"second", "third"} {
		c.commit(t, says(name))
		w.djship(0, push()...)
		names[releasesTold(t, w)[0].ID] = name
	}
	page := func(name string) { t.Helper(); saysPage(t, h, name+", 0 things") }
	same(t, "pushed", lives(t, w, names), "third* second first")
	all := releasesTold(t, w)
	if r := all[0]; len(r.Commit) != 40 || r.Who == "" || r.When == "" || r.Since == "" || r.Failed != "" || r.Host != h.Name() || r.Project != "example" {
		t.Errorf("%+v", r)
	}
	s := statuses(t, w, 0)["example"]
	if s["release"] != all[0].ID || s["commit"] != all[0].Commit || s["since"] != all[0].Since || s["held"] != false || !strings.HasPrefix(s["python"].(string), "3.") || !strings.HasPrefix(s["django"].(string), "4.") {
		t.Errorf("status: %v", s)
	}

	before := snapshot(t, h, everything...)
	w.djship(0, "rollback", "example", "--check")
	for _, c := range []struct {
		release string
		says    []string
	}{
		{"nosuch", []string{`there is no release "nosuch" of example`, all[2].ID, "0 for what is in the site's home"}},
		{"2026", []string{"can be any of these", all[0].ID, all[2].ID}},
	} {
		o := w.djship(1, "rollback", "example", c.release)
		for _, want := range c.says {
			if !strings.Contains(o.stderr, want) {
				t.Errorf("%s: no %q: %s", c.release, want, o.stderr)
			}
		}
	}
	untouched(t, h, before, everything...)

	w.djship(0, "rollback", "example")
	page("second")
	same(t, "one step", lives(t, w, names), "third second* first")
	w.djship(0, "rollback", "example")
	page("first")
	w.djship(0, "rollback", "example", all[0].Commit[:12])
	page("third")
	w.djship(0, "rollback", "example", all[1].ID)
	page("second")
	idle(t, h, w, "rollback", "example", all[1].ID)
	w.djship(0, "rollback", "example", "0")
	if p := get(t, h, "example.com", "/"); p.status != 200 || !strings.Contains(p.body, "example is up") {
		t.Errorf("release zero: %d %.100s", p.status, p.body)
	}
	if s := statuses(t, w, 0)["example"]; s["release"] != nil || s["state"] != "up" {
		t.Errorf("status of release zero: %v", s)
	}
	w.djship(1, "rollback", "example")
	pid := on(t, h, "supervisorctl pid example")
	w.djship(0, "restart", "example")
	if now := on(t, h, "supervisorctl pid example"); now == pid || now == "0" {
		t.Errorf("restart has left %s", now)
	}
	idle(t, h, w, strings.Fields(deployExample)...)
	c.commit(t, says("fourth"))
	w.djship(0, push()...)
	page("fourth")
	names[releasesTold(t, w)[0].ID] = "fourth"
	w.djship(0, "rollback", "example") // to that in whose place it came
	same(t, "back to zero", lives(t, w, names), "fourth third second first")
	w.djship(0, "rollback", "example", all[0].ID)
	page("third")

	pid = on(t, h, "supervisorctl pid example-a; supervisorctl pid example-b; true")
	w.djship(0, "restart", "example")
	page("third")
	if now := on(t, h, "supervisorctl pid example-a; supervisorctl pid example-b; true"); now == pid {
		t.Errorf("restart has left %s", now)
	}
	idle(t, h, w, strings.Fields(deployExample)...)

	// While a push still watches its release the way back leads at once to the one before, and the push says who went it.
	c.commit(t, says("watched"))
	watching := begin(t, w, append(push(), "--hold", "5m")...)
	within(t, time.Minute, func() error {
		if p := get(t, h, "example.com", "/"); !strings.HasPrefix(p.body, "watched") {
			return fmt.Errorf("%d %.100s", p.status, p.body)
		}
		return nil
	})
	w.djship(0, "rollback", "example")
	page("third")
	if status := watching.status(t, time.Minute); status != 1 {
		t.Errorf("status %d of a push that was taken back: %s", status, watching.seen.String())
	}
	for _, want := range []string{"taken back while it was watched, by ", ", rollback example ", "answers again", "what was wrong with it"} {
		if !strings.Contains(watching.seen.String(), want) {
			t.Errorf("no %q: %s", want, watching.seen.String())
		}
	}
	if r := releasesTold(t, w)[0]; r.Healthy || r.Live || !strings.Contains(r.Failed, "taken back while it was watched") {
		t.Errorf("taken back: %+v", r)
	}
	idle(t, h, w, strings.Fields(deployExample)...)

	// A release that can't be made ready is told of, too, and is none to go to.
	c.commit(t, map[string]string{"requirements.txt": "Django<5\nno-such-package-of-anybodys==1\n"})
	w.djship(1, push()...)
	if r := releasesTold(t, w)[0]; r.Healthy || r.Live || !strings.Contains(r.Failed, "Python environment could not be made") {
		t.Errorf("%+v", r)
	} else if o := w.djship(1, "rollback", "example", r.ID); !strings.Contains(o.stderr, "could not be made ready") {
		t.Errorf("%s", o.stderr)
	}
	page("third")

	// A way back that is typed while a push switches was meant for what was live then.
	slow := says("between")
	slow["requirements.txt"], slow["shop/wsgi.py"] = shop["requirements.txt"], "import time\ntime.sleep(6)\n"+shop["shop/wsgi.py"]
	c.commit(t, slow)
	switching := begin(t, w, append(push(), "--hold", "0")...)
	within(t, 2*time.Minute, func() error {
		if on(t, h, "supervisorctl status | grep -c '^example-'") != "2" {
			return errors.New("the new slot is not begun")
		}
		return nil
	})
	if o := w.djship(1, "rollback", "example"); !strings.Contains(o.stdout+o.stderr, "live meanwhile") {
		t.Errorf("a way back beside a switch: %v", o)
	}
	if status := switching.status(t, time.Minute); status != 0 {
		t.Errorf("status %d of the push beside it: %s", status, switching.seen.String())
	}
	page("between")
}
