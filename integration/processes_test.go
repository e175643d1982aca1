//go:build linux

package integration

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A loop is a worker that tells when it begins, is told to end, and ends, so many seconds later.
const loop = `import os, signal, sys, time
who = os.environ['DJSHIP_PROCESS']
def end(*_):
    print(who, 'is told', flush=True)
    time.sleep(float(os.environ['SLOW']))
    print(who, 'ends', flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print(who, 'begins', os.environ['DJANGO_SETTINGS_MODULE'], os.environ['DJSHIP_RELEASE'] in os.getcwd(), flush=True)
while True: time.sleep(1)
`

// beside are the processes beside gunicorn that supervisord runs, without the names of groups, sorted.
func beside(t testing.TB, h *testbed.Host) string {
	t.Helper()
	return strings.Join(strings.Fields(on(t, h, "supervisorctl -c /etc/supervisord.conf status | sed -n 's/^example-[ab][0-9]*:\\([^ ]*\\) *RUNNING.*/\\1/p' | sort")), " ")
}

// Workers begin with a release before a visitor meets it and end with it, in their own time; a scheduler never runs twice; one that dies as it begins is the end of that push; and after a
// reboot those of the live release come up alone.
func TestProcesses(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w, c := upPushed(t, 12)
	if err := w.inventory(line(h, "root") + " djship_workers='worker=2'"); err != nil {
		t.Fatal(err)
	}
	logged := func(name string) string { return on(t, h, "cat "+home+"/logs/"+name+".log") }
	c.commit(t, map[string]string{"loop.py": loop, "Procfile": "web: gunicorn x\nrelease: python manage.py migrate --noinput && echo $DJSHIP_RELEASE >>$HOME/released\nworker: SLOW=10 python loop.py\n",
		"djship.toml": "[processes]\nbeat = { command = \"SLOW=1 python loop.py\", single = true }\n"})
	w.djship(0, push()...)
	same(t, "processes", beside(t, h), "beat-1 worker-1 worker-2")
	same(t, "the beginning of one", logged("beat"), "beat-1 begins djship_settings True")
	if o := w.djship(0, push()...); !strings.Contains(o.stdout+o.stderr, "0 steps changed") {
		t.Errorf("the same again: %v", o)
	}

	same(t, "runs of the release line", on(t, h, "wc -l <"+home+"/released"), "1")

	c.commit(t, says("second"))
	w.djship(0, push()...)
	same(t, "runs of the release line at the next release", on(t, h, "wc -l <"+home+"/released; tail -n 1 "+home+"/released | grep -cxF \"$(basename \"$(readlink /webapps/.sites/example/current)\")\""), "2\n1")
	same(t, "processes of the second", beside(t, h), "beat-1 worker-1 worker-2")
	if ending := status(t, w).Ending; len(ending) != 2 || ending[0].Name != "worker-1" || ending[0].Release == "" {
		t.Errorf("the push has waited for workers, or status does not tell of those that are told to end: %+v", ending)
	}
	same(t, "never two of a kind", logged("beat"), "beat-1 begins djship_settings True\nbeat-1 is told\nbeat-1 ends\nbeat-1 begins djship_settings True")
	overlap := regexp.MustCompile(`^(worker-. begins .*\n){4}(worker-. is told\n){2}$`)
	if all := logged("worker") + "\n"; !overlap.MatchString(all) {
		t.Errorf("the new workers did not begin before the old ones ended:\n%s", all)
	}

	c.commit(t, map[string]string{"loop.py": "import nonsense\n" + loop})
	said(t, w, w.run(push()...), "does not come up: the process ", "ends as it begins", "No module named 'nonsense'", "goes on")
	same(t, "the page", get(t, h, "example.com", "/").body, "second, 0 things")
	within(t, 10*time.Second, func() error {
		if now := beside(t, h); now != "beat-1 worker-1 worker-2" {
			return fmt.Errorf("after a release that failed there are %s", now)
		}
		return nil
	})
	within(t, 30*time.Second, func() error {
		if all := logged("worker"); strings.Count(all, "ends") < 2 {
			return errors.New(all)
		}
		return nil
	})
	if ending := status(t, w).Ending; ending != nil {
		t.Errorf("they have ended, and status says %+v", ending)
	}

	if err := h.Reboot(t.Context()); err != nil {
		t.Fatal(err)
	}
	within(t, 60*time.Second, func() error {
		if now := beside(t, h); now != "beat-1 worker-1 worker-2" {
			return fmt.Errorf("after a reboot there are %s", now)
		}
		return answering(h, "example.com")
	})
	if err := w.inventory(line(h, "root") + " djship_workers='worker=1 beat=0'"); err != nil {
		t.Fatal(err)
	}
	w.djship(0, "rollback", "example", "0")
	same(t, "processes of the placeholder", beside(t, h), "")
}

// processStatus is what `status --json` says of processes.
type processStatus struct {
	Ending []struct{ Name, Release string }
}

func status(t testing.TB, w *workstation) processStatus {
	t.Helper()
	var s processStatus
	if err := json.Unmarshal([]byte(w.djship(0, "status", "example", "--json").stdout), &s); err != nil {
		t.Fatal(err)
	}
	return s
}
