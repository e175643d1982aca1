//go:build linux

package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A second run of anything changes nothing, restarts nothing and touches no file.
func TestSecondRunDoesNothing(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		for _, by := range ways {
			if err := w.inventory(line(h, by.user, by.vars)); err != nil {
				t.Fatal(err)
			}
			idleBy(t, h, w, by, "prereq")
			idleBy(t, h, w, by, "deploy", "example", "example.com")
		}
		if err := w.inventory(line(h, "root")); err != nil {
			t.Fatal(err)
		}
		idle(t, h, w, "up", "example", "example.com", "3")
		idle(t, h, w, "up", "example", "example.com", "--overwrite")
		idle(t, h, w, "up", "example", "EXAMPLE.com", "--check", "--diff", "--exit-code")
	})
}

func idle(t *testing.T, h *testbed.Host, w *workstation, args ...string) {
	t.Helper()
	idleBy(t, h, w, ways[0], args...)
}

func idleBy(t *testing.T, h *testbed.Host, w *workstation, by way, args ...string) {
	t.Helper()
	running := settled(t, h)
	before := snapshot(t, h, looked...)
	o := by.run(t, w, args...)
	what := fmt.Sprintf("%s, as %s", strings.Join(args, " "), by.name)
	if o.status != 0 {
		t.Errorf("%s: %v", what, o)
	}
	all := events(t, w.eventsFile())
	if changed := append(stepsWith(all, "changed"), stepsWith(all, "would_change")...); len(changed) > 0 {
		t.Errorf("%s: changed %q", what, changed)
	}
	same(t, what+": status", first(t, all, "host_end").Status, "ok")
	same(t, what+": services", services(t, h), running)
	untouched(t, h, before, looked...)
}

// settled is what services says once nothing begins any more. A site answers before all of its workers
// have begun, and before supervisord has seen it run for the second that makes STARTING a RUNNING.
func settled(t testing.TB, h *testbed.Host) string {
	t.Helper()
	now := ""
	within(t, 30*time.Second, func() error {
		before := services(t, h)
		time.Sleep(time.Second)
		now = services(t, h)
		if strings.Contains(now, "STARTING") {
			return fmt.Errorf("a site is starting still: %s", now)
		}
		return equal(now, before)
	})
	return now
}

// services is which processes serve, and since when.
func services(t testing.TB, h *testbed.Host) string {
	t.Helper()
	return on(t, h, `systemctl show -p Id,MainPID,ActiveState,ActiveEnterTimestampMonotonic,StateChangeTimestampMonotonic nginx postgresql 'postgresql@*' supervisord ssh
		pgrep -l 'nginx|gunicorn|supervisord' | sort; supervisorctl status | sed 's/uptime.*//'`)
}
