//go:build linux

package integration

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"djship/cli"
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
		now := statuses(t, w, 0)
		for project, domain := range map[string]string{"example": "example.com", "second": "second.org"} {
			if s := now[project]; s["domain"] != domain || s["state"] != "up" || s["http"] != 200.0 || s["python"] != "3" || s["host"] != "web1" || s["workers"] == 0.0 {
				t.Errorf("status of %s: %v", project, s)
			}
		}
		unharmed(t, h, before)
	})
}

// statuses are what djship status says, by project, ending with a status.
func statuses(t *testing.T, w *workstation, status int) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for l := range strings.Lines(w.djship(status, "status", "--json").stdout) {
		var s map[string]any
		if err := json.Unmarshal([]byte(l), &s); err != nil {
			t.Fatal(err)
		}
		if err := statusSchema().Validate(s); err != nil {
			t.Errorf("%s: %v", l, err)
		}
		all[s["project"].(string)] = s
	}
	return all
}

var statusSchema = sync.OnceValue(func() *jsonschema.Schema {
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(cli.StatusSchema))
	if err != nil {
		panic(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("status.json", v); err != nil {
		panic(err)
	}
	return c.MustCompile("status.json")
})

func TestStatusTellsTheTruth(t *testing.T) {
	t.Parallel()
	h, w := up(t, slowOn(13), pair)
	for _, c := range []struct {
		do, example, second string
		status              int
	}{
		{"true", "up", "up", 0},
		{"supervisorctl stop second", "up", "down", 1},
		{"rm /etc/nginx/sites-enabled/example.com && systemctl reload nginx", "failing", "down", 1},
		{"supervisorctl start second", "failing", "up", 1},
	} {
		on(t, h, c.do)
		now := statuses(t, w, c.status)
		if len(now) != 2 || now["example"]["state"] != c.example || now["second"]["state"] != c.second {
			t.Errorf("%s: %v", c.do, now)
		}
		if problem := fmt.Sprint(now["example"]["problem"]); c.example == "failing" && !strings.Contains(problem, "the server block of /etc/nginx/sites-enabled/") {
			t.Errorf("%s: it does not say who answers: %s", c.do, problem)
		}
	}
	if o := w.djship(0, "status", "second"); strings.Contains(o.stdout, "example.com") || !strings.Contains(o.stdout, "up 200") {
		t.Errorf("status of one that is up beside one that is not: %v", o)
	}
	on(t, h, "ln -s ../sites-available/example.com /etc/nginx/sites-enabled/ && systemctl reload nginx")
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "example.com") || strings.Contains(o.stdout, "second.org") {
		t.Errorf("status of one: %v", o)
	}
}
