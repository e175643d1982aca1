//go:build linux

package integration

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

func TestSiteComesBackByItself(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, site)
		for what, harm := range map[string]string{
			"gunicorn's master killed": "kill -9 $(supervisorctl pid example)",
			"all of gunicorn killed":   "pkill -9 -u example", // by user: one that starts is named after its script
			"supervisord killed":       "kill -9 $(cat /run/djship-supervisord.pid)",
		} {
			before := on(t, h, "supervisorctl pid example")
			on(t, h, harm)
			took := within(t, 15*time.Second, func() error {
				if now := try(t, h, "supervisorctl pid example"); now == before || strings.Contains(now, "status") || now == "0" {
					return fmt.Errorf("%s: gunicorn is %s, was %s", what, now, before)
				}
				return answering(h, "example.com")
			})
			t.Logf("%s: back after %v", what, took.Round(100*time.Millisecond))
		}
		for what, again := range map[string]func() error{
			"reboot": func() error { return h.Reboot(t.Context()) },
			"power cut": func() error {
				if err := h.PowerOff(); err != nil {
					return err
				}
				return h.Start(t.Context())
			},
		} {
			if err := again(); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			took := within(t, 30*time.Second, func() error { return answering(h, "example.com") })
			t.Logf("%s: the site answers %v after logins", what, took.Round(100*time.Millisecond))
			idle(t, h, w, "up", "example", "example.com")
		}
	})
}

func TestWorkersFollowTheHost(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := upSpec(t, site, testbed.Spec{Suite: suite, Processors: 1})
		workers := func() string {
			return on(t, h, "pgrep -c -P $(supervisorctl pid example)")
		}
		settled := func(want int) {
			t.Helper()
			within(t, 10*time.Second, func() error {
				if got := workers(); got != fmt.Sprint(want) {
					return fmt.Errorf("%s workers, should be %d", got, want)
				}
				return nil
			})
		}
		restart := func(want int) {
			t.Helper()
			on(t, h, "supervisorctl restart example")
			settled(want)
		}
		all := runtime.NumCPU()
		settled(3)
		on(t, h, "taskset -acp $(taskset -cp $$ | sed 's/.*: //') $(cat /run/djship-supervisord.pid) >/dev/null") // what is run here has all
		restart(2*all + 1)

		// gunicorn_start.sh is the place to change it.
		const script = "/webapps/example_project/gunicorn_start.sh"
		on(t, h, "sed -i 's/^WORKERS=.*/WORKERS=4/' "+script)
		edited := snapshot(t, h, script)
		o := w.djship(0, "deploy", "example", "example.com", "--diff")
		kept := stepsWith(events(t, w.eventsFile()), "kept")
		same(t, "kept", strings.Join(kept, ", "), "gunicorn script of example")
		if !strings.Contains(o.stdout+o.stderr, "+WORKERS=$((2 * $(nproc) + 1))") || !strings.Contains(o.stdout+o.stderr, "-WORKERS=4") {
			t.Errorf("the diff of what is kept: %v", o)
		}
		untouched(t, h, edited, script)
		restart(4)
		answers(t, h, "example.com", "example")

		// --overwrite takes it back, and what was there stays beside it.
		w.djship(0, "deploy", "example", "example.com", "--overwrite")
		if changed := stepsWith(events(t, w.eventsFile()), "changed"); len(changed) != 2 || changed[0] != "gunicorn script of example" || changed[1] != "gunicorn example" {
			t.Errorf("--overwrite changed %q", changed)
		}
		same(t, "the script beside it", try(t, h, "grep -c WORKERS=4 "+script+".*~"), "1")
		settled(2*all + 1)
		answers(t, h, "example.com", "example")
	})
}

// A site's secrets stay the same whatever djship does to the rest of it.
func TestSecretsAreMadeOnce(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	secrets := func() map[string]testbed.Entry {
		return snapshot(t, h, "/webapps/example_project/.django_secret_key", "/webapps/example_project/.django_db_password")
	}
	before := secrets()
	on(t, h, "rm -r /var/lib/djship/written /etc/nginx/sites-available/example.com /etc/supervisor/example.conf /webapps/example_project/prepare_env.sh")
	w.djship(0, "deploy", "example", "example.com")
	untouched(t, h, before, "/webapps/example_project/.django_secret_key", "/webapps/example_project/.django_db_password")
	answers(t, h, "example.com", "example")
}
