//go:build linux

package integration

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/report"
)

// What a run leaves to read: on the screen, in the logs and as JSON, when it goes well.
func TestLogsOfARun(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, ready)
	o := w.djship(0, "deploy", "example", "example.com", "--json")
	folder := w.lastRun()

	for path, want := range map[string]os.FileMode{"": 0o700, report.LogFile("web1"): 0o600, report.EventsFile: 0o600} {
		info, err := os.Stat(filepath.Join(folder, path))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("log folder's %q: %v, %v", path, info.Mode(), err)
		}
	}
	same(t, "events.jsonl", w.eventsFile(), o.stdout)
	all := events(t, o.stdout)
	checkEvents(t, o.stdout, all)
	same(t, "log_dir", first(t, all, "run_end").LogDir, folder)

	log := w.log("web1")
	at := 0
	for _, e := range all {
		if e.Type != "step" {
			continue
		}
		i := strings.Index(log[at:], e.Step)
		if i < 0 {
			t.Errorf("the log has no %q, or not in its turn", e.Step)
			continue
		}
		at += i
	}
	for _, words := range []string{
		"host web1", "do   djship deploy example example.com", "found  Debian 12", // what, where
		"pip install", "manage.py migrate", "supervisorctl", // what ran
		"| Installed ", "Applying auth.0001_initial... OK", "static files copied", "the site answers: HTTP/1.", // what it said
		"end    changed",
	} {
		if !strings.Contains(log, words) {
			t.Errorf("the log does not have %q", words)
		}
	}
	if m := regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d\.\d{3}  `).FindAllString(log, -1); len(m) < 60 {
		t.Errorf("%d lines of the log begin with a time", len(m))
	}
	for _, secret := range siteSecrets(t, h, "example") {
		if strings.Contains(log+o.stdout+o.stderr, secret) {
			t.Error("a secret of the site is in what djship said")
		}
	}
	if strings.Contains(o.stdout+o.stderr, "\x1b") {
		t.Error("a pipe gets escape sequences")
	}

	// The same on a pipe without --json: plain lines, and the folder named at the end.
	o = w.djship(0, "deploy", "example", "example.com")
	if !strings.HasSuffix(strings.TrimSpace(o.stderr), "logs: "+w.tilde(w.lastRun())) || strings.Contains(o.stdout+o.stderr, "\x1b") {
		t.Errorf("a run on a pipe ends otherwise: %v", o)
	}
	o = w.djship(0, "log", "web1")
	same(t, "djship log", o.stdout, w.log("web1"))
	elsewhere := filepath.Join(w.home, "elsewhere")
	o = w.djship(0, "deploy", "example", "example.com", "--log-dir", elsewhere)
	if _, err := os.Stat(filepath.Join(elsewhere, report.LogFile("web1"))); err != nil || !strings.Contains(o.stderr, w.tilde(elsewhere)) {
		t.Errorf("--log-dir: %v, %v", err, o)
	}
}

// siteSecrets are what a site has that nobody may see.
func siteSecrets(t testing.TB, h *testbed.Host, project string) []string {
	t.Helper()
	secrets := strings.Fields(on(t, h, "cd /webapps/"+project+"_project && cat .django_secret_key && echo && cat .django_db_password"))
	if len(secrets) != 2 {
		t.Fatalf("%s has %d secrets", project, len(secrets))
	}
	return secrets
}

// checkEvents checks the lines of --json of a run on one host for what scripts hang on.
func checkEvents(t *testing.T, text string, all []event) {
	t.Helper()
	fields := map[string][]string{
		"run_start":  {"schema", "version", "command", "args", "check", "hosts", "stages"},
		"host_start": {"host", "stage", "batch"},
		"step":       {"host", "step", "status", "detail", "diff", "seconds"},
		"host_end":   {"host", "status", "changed", "error", "hint", "seconds"},
		"gate":       {"stage", "status", "detail"},
		"run_end":    {"status", "ok", "changed", "would_change", "failed", "unreachable", "skipped", "seconds", "log_dir"},
	}
	for line := range strings.Lines(text) {
		var e map[string]any
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		want, ok := fields[e["type"].(string)]
		if !ok {
			t.Errorf("an event of a type that is not told of: %s", line)
		}
		for _, f := range append([]string{"time", "run"}, want...) {
			if _, ok := e[f]; !ok {
				t.Errorf("no %q in %s", f, line)
			}
		}
	}
	if all[0].Type != "run_start" || all[len(all)-1].Type != "run_end" {
		t.Errorf("the first event is %s, the last %s", all[0].Type, all[len(all)-1].Type)
	}
	for _, e := range all {
		when, err := time.Parse(time.RFC3339, e.Time)
		if err != nil || when.Location() != time.UTC || e.Run != all[0].Run {
			t.Errorf("time %q, run %q", e.Time, e.Run)
		}
		statuses := map[string][]string{"step": {"ok", "changed", "would_change", "failed", "kept"},
			"host_end": {"ok", "changed", "would_change", "failed", "unreachable", "skipped"}}[e.Type]
		if statuses != nil && !slices.Contains(statuses, e.Status) {
			t.Errorf("%s has the status %q", e.Type, e.Status)
		}
	}
}

// A step that fails tells a person all that is needed to go on, and the rest of the host's life
// stays as it was.
func TestFailedStep(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, "echo 'nonsense here;' >/etc/nginx/conf.d/broken.conf && rm /var/log/nginx/example.com.access.log")
	o := w.djship(1, "deploy", "example", "example.com")
	said := o.stdout + o.stderr
	for _, words := range []string{
		"web1", "nginx reload for example.com", // host and step
		`unknown directive "nonsense"`, "/etc/nginx/conf.d/broken.conf:1", // its own last words
		"mend the file and line that nginx names", // what to do next
		w.tilde(filepath.Join(w.lastRun(), report.LogFile("web1"))),
	} {
		if !strings.Contains(said, words) {
			t.Errorf("a failed step does not say %q", words)
		}
	}
	if strings.Contains(said, "\x1b") {
		t.Error("a pipe gets escape sequences")
	}
	if t.Failed() {
		t.Log(o)
	}
	if log := w.log("web1"); !strings.Contains(log, "unknown directive") || !strings.Contains(log, "end    failed") {
		t.Errorf("the log:\n%s", log)
	}
	e := first(t, events(t, w.eventsFile()), "host_end")
	if e.Status != "failed" || !strings.Contains(e.Error, "nginx reload for example.com") || e.Hint == "" {
		t.Errorf("host_end: %+v", e)
	}

	on(t, h, "rm /etc/nginx/conf.d/broken.conf")
	w.djship(0, "deploy", "example", "example.com")
	answers(t, h, "example.com", "example")
}

// On a terminal a run is seen as it goes, and what stays there is the whole story.
func TestRunOnATerminal(t *testing.T) {
	t.Parallel()
	h, w := up(t, 12, site)
	on(t, h, "rm /etc/logrotate.d/djship-example")
	for _, args := range [][]string{{"deploy", "example", "example.com"}, {"deploy", "example", "example.com", "--no-color"}} {
		cmd, term, err := w.onTerminal(100, args...)
		if err != nil {
			t.Fatal(err)
		}
		o := term.wait(cmd)
		if o.status != 0 {
			t.Error(o)
		}
		if colours := regexp.MustCompile(`\x1b\[[0-9;]*[1-9][0-9;]*m`).MatchString(o.stdout); colours != (len(args) == 3) {
			t.Errorf("%q: are there colours? %v: %q", args, colours, o.stdout)
		}
		if !strings.Contains(o.stdout, "web1") || !strings.Contains(o.stdout, "\x1b[?25h") && strings.Contains(o.stdout, "\x1b[?25l") {
			t.Errorf("%q: %q", args, o.stdout)
		}
	}
}
