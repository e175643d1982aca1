//go:build linux

package integration

import (
	"slices"
	"strings"
	"testing"
)

// All sites of a host are looked at by one probe, as each is recorded: nothing to do is nothing done; what has drifted at any of them is
// named, and mended alone; a record that says nothing is named with its file, before anything is touched. One site in maintenance
// leaves the other as it is.
func TestDeployAll(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	all := func(status int, args ...string) outcome {
		return w.djship(status, append([]string{"deploy", "--all"}, args...)...)
	}
	idle(t, h, w, "deploy", "--all")
	all(0, "--check", "--exit-code")

	on(t, h, "chmod 0600 /etc/logrotate.d/djship-second && supervisorctl stop example")
	o := all(5, "--check", "--exit-code")
	for _, want := range []string{"log rotation of second", "gunicorn example"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%s is not told: %v", want, o)
		}
	}
	all(0)
	drifted := stepsWith(events(t, w.eventsFile()), "changed")
	slices.Sort(drifted)
	same(t, "changed", strings.Join(drifted, ", "), "gunicorn example, log rotation of second")
	idle(t, h, w, "deploy", "--all")
	if got := statuses(t, w, 0); !strings.Contains(got["second"]["deployed"].(string), ", deploy --all, ") {
		t.Errorf("the last deploy: %v", got["second"])
	}

	// Who changes the role of one site by hand.
	on(t, h, "sudo -u postgres psql -qc 'alter role second createdb' -c 'alter database second owner to postgres' && sed -i 's/^domain.*//' /var/lib/djship/sites/example")
	if o := all(1, "--check"); !strings.Contains(o.stderr+o.stdout, "/var/lib/djship/sites/example, has no domain") {
		t.Errorf("a record without a domain: %v", o)
	}
	on(t, h, "echo 'domain example.com' >>/var/lib/djship/sites/example")
	all(0)
	same(t, "changed", strings.Join(stepsWith(events(t, w.eventsFile()), "changed"), ", "), "PostgreSQL role second, PostgreSQL database second")

	// One site's maintenance is not the other's.
	w.djship(0, "maintenance", "example", "on")
	if p := get(t, h, "example.com", "/"); p.status != 503 {
		t.Errorf("in maintenance it answers %d", p.status)
	}
	answers(t, h, "second.org", "second")
	w.djship(0, "maintenance", "example", "off")
	answers(t, h, "example.com", "example")
}
