//go:build linux

package integration

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/steps/model"
)

// tellsHard is a page that says what gunicorn's environment has of a variable.
const tellsHard = `import hashlib, os
from django.http import HttpResponse
def hard(): return hashlib.sha256(os.environ.get('HARD', '').encode()).hexdigest()
def first(request): return HttpResponse('%s %s' % (os.environ.get('DJSHIP_RELEASE'), hard()))
`

// What a stage of two hosts, of two releases of Debian, runs once is on the first of them, and on the other when that is gone: a scheduler and jobs, which cron begins. What is set has each
// byte in all that runs; where hosts differ that is shown. Maintenance outlives a reboot.
func TestSlowLifeOfAStage(t *testing.T) {
	slow(t)
	if !thorough() {
		t.Skip("it waits for cron, and is for `make test-slow` outside of CI")
	}
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 11, Name: "one", From: state(t, site)}, testbed.Spec{Suite: 13, Name: "two", From: state(t, site)})
	w := workstationFor(t, append([]string{"[production]"}, serving(t, hosts)...)...)
	c, err := startProject(t.Context(), w, shop)
	if err != nil {
		t.Fatal(err)
	}
	c.commit(t, map[string]string{"shop/views.py": tellsHard, "loop.py": loop, "Procfile": "worker: SLOW=1 python loop.py\nbeat: SLOW=1 python loop.py\n",
		"djship.toml": "[processes]\nbeat = { command = \"SLOW=1 python loop.py\", single = true }\n[cron]\ntick = \"* * * * * python -c 'from shop.views import hard; print(hard())'\"\nfails = \"* * * * * false\"\n"})
	w.djship(0, push()...)
	same(t, "processes of the first", beside(t, hosts[0]), "beat-1 worker-1")
	same(t, "processes of the second", beside(t, hosts[1]), "worker-1")
	const table = "ls /etc/cron.d/djship-example 2>/dev/null || true"
	same(t, "jobs of the second", on(t, hosts[1], table), "")

	hard := "it's \"a\" $value `x` %d\n#\\ é\n\n" + strings.Repeat("'%é$", 8<<10)
	if o := w.ran(hard, "config", "set", "example", "HARD"); o.status != 0 {
		t.Fatal(o)
	}
	sum := model.Sum(hard)
	for _, h := range hosts {
		same(t, "gunicorn's value on "+h.Name(), strings.Fields(get(t, h, "example.com", "/").body)[1], sum)
		same(t, "a command's value on "+h.Name(), w.ran("", "run", "example", "-l", h.Name(), "--", "printenv -0 HARD").stdout, hard+"\x00")
		pid := on(t, h, "supervisorctl -c /etc/supervisord.conf status | sed -n 's/^example-[ab][0-9]*:worker-1 .*pid \\([0-9]*\\),.*/\\1/p'")
		same(t, "a worker's value on "+h.Name(), on(t, h, "tr '\\0' '\\1' </proc/"+pid+"/environ | tr '\\n' '\\2' | tr '\\1' '\\n' | sed -n 's/^HARD=//p' | tr -d '\\n' | tr '\\2' '\\n' | sha256sum | cut -d ' ' -f 1"), sum)
	}
	ticks := func(h *testbed.Host) {
		t.Helper()
		within(t, 150*time.Second, func() error {
			if log := try(t, h, "cat "+home+"/logs/cron-tick.log"); !strings.Contains(log, sum+"\n") || !strings.Contains(log, "has ended with status 0") {
				return fmt.Errorf("cron has not begun it: %s", log)
			}
			return nil
		})
	}
	ticks(hosts[0])
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "tick ok ") || !strings.Contains(o.stdout, "fails failed with status 1 ") {
		t.Errorf("%v", o)
	}

	w.djship(0, "config", "set", "example", "ONE=1", "-l", "two", "--no-restart")
	if o := w.djship(0, "config", "list", "example"); !strings.Contains(o.stdout, "! only on two") || !strings.Contains(o.stdout, "! only on one") || strings.Contains(o.stdout, hard[:9]) {
		t.Errorf("hosts that differ: %v", o)
	}
	for text := range strings.Lines(w.djship(0, "config", "list", "example", "--json").stdout) {
		var row struct{ Differ []string }
		if err := json.Unmarshal([]byte(text), &row); err != nil || strings.Join(row.Differ, " ") != "ONE" {
			t.Errorf("%v: %s", err, text)
		}
	}

	w.djship(0, "maintenance", "example", "on", "--allow", "203.0.113.9")
	if err := hosts[0].Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := hosts[1].Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts {
		within(t, 90*time.Second, func() error {
			if p, err := visit(h, "example.com", "/"); err != nil || p.status != 503 || p.header.Get("Retry-After") == "" {
				return fmt.Errorf("after a reboot %s answers %d, %v", h.Name(), p.status, err)
			}
			return nil
		})
	}
	within(t, 90*time.Second, func() error { // behind the page
		if o := w.run("status", "example"); strings.Count(o.stdout, "up 200, maintenance") != 2 {
			return fmt.Errorf("%v", o)
		}
		return nil
	})
	w.djship(0, "maintenance", "example", "off")
	within(t, time.Minute, func() error {
		if now := beside(t, hosts[0]) + ", " + beside(t, hosts[1]); now != "beat-1 worker-1, worker-1" {
			return fmt.Errorf("after a reboot there are %s", now)
		}
		return nil
	})

	if err := hosts[0].PowerOff(); err != nil {
		t.Fatal(err)
	}
	o := w.run(push("-T", "3", "--max-fail", "1")...)
	if all := o.stdout + o.stderr; o.status == 0 || !strings.Contains(all, "beat") || !strings.Contains(all, "could not be reached: one") {
		t.Errorf("the first host is gone: %v", o)
	}
	same(t, "processes of the second, while nobody has said that the first is gone for good", beside(t, hosts[1]), "worker-1")
	if err := w.inventory("[production]", line(hosts[1], "root")); err != nil {
		t.Fatal(err)
	}
	w.djship(0, push()...)
	within(t, 30*time.Second, func() error {
		if now := beside(t, hosts[1]); now != "beat-1 worker-1" {
			return fmt.Errorf("without the first the second has %s", now)
		}
		return nil
	})
	ticks(hosts[1])
}
