//go:build linux

package integration

import (
	"strings"
	"testing"

	"djship/integration/testbed"
)

// hasJobs checks the jobs of a release, each run as cron would: as the site, in its environment, once at a time, with a log and a note; and that cron has
// those of the live release alone.
func (w *workstation) hasJobs(t *testing.T, h *testbed.Host, c *checkout) {
	t.Helper()
	const table = "/etc/cron.d/djship-example"
	c.commit(t, map[string]string{"djship.toml": "[cron]\nfails = \"@daily manage.py nosuch\"\n" + `tick = "*/5 0-23 * * * id -un; echo \"$DJANGO_SETTINGS_MODULE $(basename $PWD)\"; sleep 1"` + "\n"})
	w.djship(0, push()...)
	live := releasesTold(t, w)[0].ID
	run := func(name string) string {
		return "line=$(sed -n 's/^[^#]* example \\(.*run " + name + "\\)$/\\1/p' " + table + "); runuser -u example -- sh -c \"$line\""
	}
	if o := w.djship(0, "status", "example"); !strings.Contains(o.stdout, "by cron: fails not run yet, tick not run yet\n") {
		t.Errorf("%v", o)
	}
	on(t, h, run("tick")+" & sleep 0.5; "+run("tick")+"; wait; "+run("fails"))
	log := on(t, h, "cat /webapps/example_project/logs/cron-tick.log")
	if !strings.Contains(log, "\nexample\ndjship_settings "+live+"\n") || strings.Count(log, "] [INFO] begins: ") != 1 || !strings.Contains(log, "is not begun: the run before") || !strings.Contains(log, "has ended with status 0") {
		t.Errorf("the log of a job:\n%s", log)
	}
	o := w.djship(0, "status", "example")
	if !strings.Contains(o.stdout, "by cron: fails failed with status 1 ") || !strings.Contains(o.stdout, "ago (djship logs example --process cron-fails), tick ok ") {
		t.Errorf("%v", o)
	}
	if o := w.djship(0, "logs", "example", "--process", "cron-fails"); !strings.Contains(o.stdout, "Unknown command: 'nosuch'") {
		t.Errorf("%v", o)
	}
	text := on(t, h, "stat -c '%U %a' "+table+"; cat "+table)
	if strings.Contains(text, "nosuch") || !strings.HasPrefix(text, "root 644\n") || !strings.Contains(text, "\n*/5 0-23 * * * example /bin/bash /webapps/.sites/example/cron/run tick") {
		t.Errorf("what cron reads:\n%s", text)
	}
	w.djship(0, push()...)
	if changed := changedBy(t, w); len(changed) > 0 {
		t.Errorf("the same again changes %q", changed)
	}

	c.commit(t, map[string]string{"djship.toml": ""})
	w.djship(0, push()...)
	if left := on(t, h, "ls "+table+" 2>/dev/null || true"); left != "" {
		t.Error("cron has jobs of a release that is gone")
	}
	w.djship(0, "rollback", "example")
	if again := on(t, h, "stat -c '%U %a' "+table+"; cat "+table); again != text {
		t.Errorf("after the way back cron reads\n%s", again)
	}
}
