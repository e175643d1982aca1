//go:build linux

package integration

import (
	"encoding/json"
	"strings"
	"testing"
)

// ping and status look, and leave everything as it is.
func TestPingAndStatus(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, pair)
		before := snapshot(t, h, everything...)
		for _, by := range ways {
			if err := w.inventory(line(h, by.user, by.vars)); err != nil {
				t.Fatal(err)
			}
			o := by.run(t, w, "ping")
			if o.status != 0 || !strings.Contains(o.stdout, "web1") || !strings.Contains(o.stdout, "Debian") {
				t.Errorf("ping as %s: %v", by.name, o)
			}
		}
		if err := w.inventory(line(h, "root")); err != nil {
			t.Fatal(err)
		}
		now := statuses(t, w)
		for project, domain := range map[string]string{"example": "example.com", "second": "second.org"} {
			if s := now[project]; s["domain"] != domain || s["state"] != "up" || s["python"] != "3" || s["host"] != "web1" || s["workers"] == 0.0 {
				t.Errorf("status of %s: %v", project, s)
			}
		}
		unharmed(t, h, before)
	})
}

// statuses are what djship status says, by project.
func statuses(t *testing.T, w *workstation) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for l := range strings.Lines(w.djship(0, "status", "--json").stdout) {
		var s map[string]any
		if err := json.Unmarshal([]byte(l), &s); err != nil {
			t.Fatal(err)
		}
		all[s["project"].(string)] = s
	}
	return all
}

func TestStatusTellsTheTruth(t *testing.T) {
	t.Parallel()
	h, w := up(t, 13, pair)
	for _, c := range []struct{ do, example, second string }{
		{"true", "up", "up"},
		{"supervisorctl stop second", "up", "down"},
		{"rm /etc/nginx/sites-enabled/example.com", "no nginx site", "down"},
		{"supervisorctl start second", "no nginx site", "up"},
	} {
		on(t, h, c.do)
		now := statuses(t, w)
		if len(now) != 2 || now["example"]["state"] != c.example || now["second"]["state"] != c.second {
			t.Errorf("%s: %v", c.do, now)
		}
	}
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "example.com") || strings.Contains(o.stdout, "second.org") {
		t.Errorf("status of one: %v", o)
	}
}
