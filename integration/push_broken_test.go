//go:build linux

package integration

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A brokenRelease is a commit on top of shop that can't become the live release, or a host that lets none.
type brokenRelease struct {
	what       string
	files      map[string]string // what the commit changes
	flags      []string
	harm, mend string   // what is done to the host before, and what takes that away
	says       []string // what the run ends with: its error and its hint
	status     int      // 0 is 1: a step has failed
	refused    bool     // before there is anything of the release on the host
	again      bool     // the same commit goes through when the host is mended
	nothing    bool     // the run goes through all the same
}

// meet pushes it: that fails with the words that tell why, the live release answers the same bytes all the while, and of the broken one
// nothing is left but itself, with its name and why it has failed. The next good one goes through.
func (b brokenRelease) meet(t *testing.T, h *testbed.Host, w *workstation, c *checkout) {
	t.Helper()
	settle(t, h)
	if b.harm != "" {
		on(t, h, b.harm)
	}
	c.commit(t, b.commits())
	before, live := left(t, h), on(t, h, "readlink /webapps/.sites/example/current")
	over := unchanged(t, h)
	o := w.run(push(b.flags...)...)
	over(!b.nothing && b.flags == nil) // one that is held is met by visitors
	t.Logf("%v", o)
	b.told(t, o)
	if !b.nothing {
		same(t, "live release", on(t, h, "readlink /webapps/.sites/example/current"), live)
		b.leaves(t, h, w, before)
	}
	if b.mend != "" {
		on(t, h, b.mend)
	}
	if b.again {
		w.djship(0, push()...)
		idle(t, h, w, push()...)
		return
	}
	if b.nothing {
		return
	}
	c.commit(t, b.mends(c))
	w.djship(0, push()...)
	saysPage(t, h, "after "+b.what+", 0 things")
}

// commits are its files, and a style sheet that nobody may see before the release is live.
func (b brokenRelease) commits() map[string]string {
	files := maps.Clone(b.files)
	if files == nil {
		files = map[string]string{}
	}
	if _, ok := files["shop/static/shop.css"]; !ok {
		files["shop/static/shop.css"] = "/* " + b.what + " */\n"
	}
	return files
}

// mends are the files of shop in the place of its own, with a page that tells so.
func (b brokenRelease) mends(*checkout) map[string]string {
	files := map[string]string{}
	for name := range b.files {
		files[name] = shop[name]
	}
	maps.Copy(files, says("after "+b.what))
	return files
}

// told checks the exit status and the words.
func (b brokenRelease) told(t *testing.T, o outcome) {
	t.Helper()
	status := max(b.status, 1)
	if b.nothing {
		status = 0
	}
	if o.status != status {
		t.Errorf("want status %d: %v", status, o)
	}
	screen := strings.Join(strings.Fields(o.stdout+o.stderr), " ")
	for _, words := range b.says {
		if !strings.Contains(screen, words) {
			t.Errorf("it does not say %q: %v", words, o)
		}
	}
	if strings.Contains(screen, "should not happen") {
		t.Errorf("it takes it for a bug of its own: %v", o)
	}
}

var releaseName = regexp.MustCompile(`\d{8}-\d{6}-[0-9a-f]{7}`)

// leaves checks what there is on the host afterwards that was not there before: of the release alone, which `djship releases` lists as failed.
func (b brokenRelease) leaves(t *testing.T, h *testbed.Host, w *workstation, before []string) {
	t.Helper()
	settle(t, h)
	id := ""
	var more []string
	for _, path := range left(t, h) {
		if _, was := slices.BinarySearch(before, path); was {
			continue
		}
		if strings.HasSuffix(path, ".schema") { // what the live release needs of the database, noted as another one migrates
			continue
		}
		if name := releaseName.FindString(path); name != "" && (id == "" || name == id) && !b.refused {
			id = name
			continue
		}
		if on(t, h, "grep -lsF "+quote(strings.TrimSuffix(path, ".whole"))+" /webapps/.sites/example/env/"+id+" || :") == "" {
			more = append(more, path)
		}
	}
	if more != nil {
		t.Errorf("it has left %q", more)
	}
	rows := w.djship(0, "releases", "example").stdout
	switch row := lineWith(rows, id); {
	case id == "":
		if !b.refused {
			t.Errorf("nothing on the host has the name of the release: %s", rows)
		}
	case !strings.Contains(row, "failed"):
		t.Errorf("%s is not listed as failed: %s", id, rows)
	}
}

// lineWith is the first line of a text that has a word; "" for none.
func lineWith(text, word string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, word) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// left is what a run could leave on a host: files, by name, processes of accounts that are its own, programs of supervisord's.
func left(t *testing.T, h *testbed.Host) []string {
	t.Helper()
	out := try(t, h, `find /webapps /etc /opt/djship /var/lib/djship $(ls -d /run/djship/* 2>/dev/null) /tmp /var/tmp /dev/shm \
		\( -path '*/repo.git' -o -path /run/djship/lock -o -name '__pycache__' -o -path '/webapps/.sites/*/venvs/*/*' -o -path '/webapps/.sites/*/releases/*/*' -o -path '/webapps/.sites/*/static/*/*' \
		-o -path '/tmp/systemd-private*' -o -path '/webapps/.sites/*/overlay/*' \) -prune \
		-o ! -name gunicorn.log ! -path '/var/lib/djship/due/*' -print 2>/dev/null
		ps -eo user:20,args | grep '^djship-' || :
		ps -eo user:20,args | grep '^example ' | grep -v '^example *\[' | sort -u # one in brackets is about to be gone
		supervisorctl status | cut -d' ' -f1 | sed 's/^/program /; s/-[ab]$//'`)
	lines := strings.Split(out, "\n")
	slices.Sort(lines)
	return lines
}

// settle waits until no program of supervisord's begins or ends any more.
func settle(t *testing.T, h *testbed.Host) {
	t.Helper()
	within(t, time.Minute, func() error {
		if now := try(t, h, "supervisorctl status"); strings.Contains(now, "ST") && !strings.Contains(now, "RUNNING") || strings.Contains(now, "STARTING") || strings.Contains(now, "STOPPING") {
			return fmt.Errorf("%s", now)
		}
		return nil
	})
}

// unchanged visits the site until the returned function is called, which fails the test where an answer once was another than the first.
func unchanged(t *testing.T, h *testbed.Host) func(matters bool) {
	t.Helper()
	paths := []string{"/", "/static/shop.css"}
	want := map[string]page{}
	for _, path := range paths {
		want[path] = get(t, h, "example.com", path)
	}
	var mu sync.Mutex
	var bad []string
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			for _, path := range paths {
				if p, err := visit(h, "example.com", path); err != nil || p.status != want[path].status || p.body != want[path].body {
					mu.Lock()
					bad = append(bad, fmt.Sprintf("%s: %d %v %.200q", path, p.status, err, p.body))
					mu.Unlock()
				}
			}
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	return func(matters bool) {
		t.Helper()
		close(stop)
		<-stopped
		if matters && len(bad) > 0 {
			t.Errorf("%d other answers than before: %q", len(bad), bad[:min(len(bad), 3)])
		}
	}
}
