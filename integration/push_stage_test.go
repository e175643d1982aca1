//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// A stage ends in one release: where a host fails as it is switched, or is found to be worse while it is watched, those that were switched before go back, unless they
// are to stay. The run says which host has which release.
func TestStageGoesBack(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	from := state(t, pushed)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "one", From: from}, testbed.Spec{Suite: 12, Name: "two", From: from}, testbed.Spec{Suite: 12, Name: "three", From: from})
	w := workstationFor(t, serving(t, hosts)...)
	c, err := startProject(t.Context(), w, shop)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.Fields(on(t, hosts[0], "readlink /webapps/.sites/example/current"))[0]
	// The second host alone is ill with what is new: its own local_env.sh says so.
	ill := func(how string) {
		on(t, hosts[1], fmt.Sprintf("echo 'export ILL=%s' >/webapps/example_project/local_env.sh", how))
	}
	const view = "import os\nif os.environ.get('ILL') == 'dies' and 'gunicorn' in __import__('sys').modules:\n    __import__('threading').Timer(3, os._exit, [1]).start()\n"
	files := func(words string) map[string]string {
		all := says(words)
		all["shop/views.py"] = view + strings.Replace(all["shop/views.py"], "def first(request):\n", "def first(request):\n    if os.environ.get('ILL') == 'answers': raise ValueError('ill')\n", 1)
		return all
	}
	pages := func(what string, want ...string) {
		t.Helper()
		for i, h := range hosts {
			if p := get(t, h, "example.com", "/"); p.status != 200 || p.body != want[i]+", 0 things" {
				t.Errorf("%s: %s: %d %q, want %q", what, h.Name(), p.status, p.body, want[i])
			}
		}
	}
	for _, b := range []struct {
		what, ill string
		flags     []string
		pages     []string
		says      map[string]string // by host
		status    string
	}{
		{"fails at its switch", "answers", []string{"--batch", "1"}, []string{"first", "first", "first"},
			map[string]string{"one": "taken back to release " + first[len("releases/"):] + ", since two failed", "two": "/ answers 500"}, "one skipped, two failed, three skipped"},
		{"is worse while it is watched", "dies", []string{"--batch", "1", "--hold", "12s"}, []string{"first", "first", "first"},
			map[string]string{"one": "taken back to release " + first[len("releases/"):] + ", since two failed", "two": "workers of gunicorn have died since the switch"}, "one skipped, two failed, three skipped"},
		{"within the budget", "answers", []string{"--batch", "1", "--max-fail", "1"}, []string{"within the budget", "first", "within the budget"},
			map[string]string{"two": "/ answers 500"}, "one changed, two failed, three changed"},
		{"they are to stay", "answers", []string{"--batch", "1", "--stay"}, []string{"they are to stay", "first", "within the budget"},
			map[string]string{"one": "left as it is after switch", "two": "/ answers 500"}, "one skipped, two failed, three skipped"},
	} {
		ill(b.ill)
		c.commit(t, files(b.what))
		o := w.run(push(append(b.flags, "--json")...)...)
		if o.status != 1 {
			t.Errorf("%s: status %d", b.what, o.status)
		}
		ends := hostEnds(events(t, o.stdout))
		var status []string
		for _, h := range hosts {
			e := ends[h.Name()]
			status = append(status, h.Name()+" "+e.Status)
			if want := b.says[h.Name()]; !strings.Contains(e.Error, want) {
				t.Errorf("%s: %s: no %q in %q", b.what, h.Name(), want, e.Error)
			}
		}
		same(t, b.what, strings.Join(status, ", "), b.status)
		pages(b.what, b.pages...)
		for _, h := range hosts {
			same(t, b.what+": slots of "+h.Name(), try(t, h, oneSlot), "")
		}
		t.Logf("%s: %v", b.what, o.took)
	}
	ill("no")
	w.djship(0, push()...)
	pages("after all", "they are to stay", "they are to stay", "they are to stay")
}
