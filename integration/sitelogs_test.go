//go:build linux

package integration

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// showsLogs checks what is shown of a site's logs: all of them, fit for a screen; what is added, while files are rotated; no file that a link leads to.
func (w *workstation) showsLogs(t *testing.T, h *testbed.Host) {
	t.Helper()
	const home = "/webapps/example_project/logs"
	get(t, h, "example.com", "/asked-once")
	on(t, h, `printf 'evil \033[2J PASSWORD=hunter2\n' >>`+home+`/gunicorn.log; ln -s /etc/shadow `+home+`/shadow.log; printf 'mine\n' >`+home+`/own.log; chown -h example: `+home+`/*`)
	// The same host by two names, so that each line is there twice.
	two := workstationFor(t, line(h, "root"), strings.Replace(line(h, "root"), h.Name(), "again", 1))
	o := two.djship(0, "logs", "example", "-n", "1000")
	for _, want := range []string{"again access   ", "own      mine\n", "evil <U+001B>[2J PASSWORD=", `"GET /asked-once `, "Booting worker"} {
		if n := strings.Count(o.stdout, want); n < 1 || want[0] != 'a' && n%2 != 0 {
			t.Errorf("%q is shown %d times", want, n)
		}
	}
	for _, never := range []string{"hunter2", "\x1b", "root:", "shadow"} {
		if strings.Contains(o.stdout, never) {
			t.Errorf("%q is shown", never)
		}
	}
	var last string
	for text := range strings.Lines(w.djship(0, "logs", "example", "--process", "nginx", "--json").stdout) {
		var l struct{ Host, Process, Time, Line string }
		if err := json.Unmarshal([]byte(text), &l); err != nil || l.Host != h.Name() || l.Process != "access" && l.Process != "error" || l.Time < last || l.Line == "" {
			t.Fatalf("%v: %s", err, text)
		}
		last = l.Time
	}
	for since, shown := range map[string]bool{"5m": true, "2d": true, time.Now().Add(time.Hour).UTC().Format(time.RFC3339): false} {
		if o := w.djship(0, "logs", "example", "--process", "access", "--since", since); strings.Contains(o.stdout, `"GET /asked-once `) != shown || !shown && o.stdout != "" {
			t.Errorf("since %s: %v", since, o)
		}
	}
	w.djship(1, "logs", "nosuch")
	cmd, term, err := two.onTerminal(200, "logs", "example", "--process", "own")
	if err != nil {
		t.Fatal(err)
	}
	if o := term.wait(cmd); !strings.Contains(o.stdout, "\x1b[36m"+h.Name()) || !strings.Contains(o.stdout, "\x1b[33magain") {
		t.Errorf("each host has a colour of its own at a terminal: %q", o.stdout)
	}

	// Another host, at which nobody answers, is told of, and holds nothing up.
	gone := workstationFor(t, line(h, "root"), strings.Replace(line(h, "root", "ansible_port=9"), h.Name(), "gone", 1))
	cmd = gone.command("logs", "example", "-f", "-n", "1", "--process", "gunicorn")
	var seen, said lockedBuffer
	cmd.Stdout, cmd.Stderr = &seen, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	until(t, "it shows what there is", func() bool { return strings.Contains(seen.String(), "evil") })
	for _, do := range []string{"seq -f 'first %g' 3000 >>" + home + "/gunicorn.log", "logrotate -f /etc/logrotate.d/djship-example; sleep 1; echo second >>" + home + "/gunicorn.log"} {
		on(t, h, do)
	}
	until(t, "it follows", func() bool { return strings.Contains(seen.String(), " second\n") })
	if n := strings.Count(seen.String(), " first "); n != 3000 || !strings.Contains(seen.String(), " first 3000\n") {
		t.Errorf("%d lines of 3000", n)
	}
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || !strings.HasPrefix(said.String(), "gone: its logs are not followed: ") || strings.Count(said.String(), "its logs") != 1 {
		t.Errorf("Ctrl-C: %v, %q", cmd.ProcessState, said.String())
	}
	until(t, "nothing reads them any more", func() bool { return on(t, h, "pgrep -fc '[p]erl' || true") == "0" })
}
