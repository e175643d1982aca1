//go:build linux

package integration

import (
	"bytes"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/integration/testbed"
)

// ran is a command line with a stdin.
func (w *workstation) ran(in string, args ...string) outcome {
	cmd := w.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(in), &stdout, &stderr
	_ = cmd.Run()
	return outcome{args: args, status: cmd.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
}

// Commands run as the site, in the environment that is asked for, as if they ran here; and its logs are shown here.
func TestLife(t *testing.T) {
	t.Parallel()
	h, w, c := upPushed(t, 12)
	live := releasesTold(t, w)[0].ID
	// The second login becomes root by a password.
	asks := workstationFor(t, line(h, "asks", "ansible_become_password='"+testbed.AsksPassword+"'"))
	for _, c := range []struct {
		name string
		w    *workstation
		in   string
		args []string
		want outcome
	}{
		{"who and where", w, "", []string{"run", "example", "--", `id -un; pwd; echo "$HOME $DJANGO_SETTINGS_MODULE ${SECRET_KEY:+known}"`},
			outcome{stdout: "example\n/webapps/.sites/example/releases/" + live + "\n/webapps/example_project djship_settings known\n"}},
		{"what is in the home", w, "", []string{"run", "example", "--release", "0", "--", `pwd; echo "$DJANGO_SETTINGS_MODULE"; which python`},
			outcome{stdout: "/webapps/example_project\nexample.settings.production\n/webapps/example_project/bin/python\n"}},
		{"a release by a part of its name", w, "", []string{"run", "example", "--release", live[len(live)-7:], "--", "basename", "$PWD"}, outcome{stdout: "$PWD\n"}},
		{"words as they are", w, "", []string{"run", "example", "--", "printf", "<%s>", "a b", "", "$(id)", "'\"\\", "é"}, outcome{stdout: "<a b><><$(id)><'\"\\><é>"}},
		{"streams apart, a status", w, "in\x00\xff", []string{"run", "example", "--", "cat; echo err >&2; exit 42"}, outcome{status: 42, stdout: "in\x00\xff", stderr: "err\n"}},
		{"a signal", w, "", []string{"run", "example", "--", "kill -TERM $$; sleep 9"}, outcome{status: 143}},
		{"no such program", w, "", []string{"run", "example", "--", "nosuch"}, outcome{status: 127, stderr: "nosuch"}},
		{"manage", asks, "from shop.models import Thing; print(Thing.objects.count() + 41)\n", []string{"manage", "example", "-q", "shell"}, outcome{stdout: "41\n"}},
		{"manage's own flags", w, "", []string{"manage", "example", "migrate", "--plan", "-v", "0"}, outcome{stdout: "Planned operations:\n  No planned migration operations.\n"}},
		{"no such site", w, "", []string{"run", "nosuch", "--", "id"}, outcome{status: 1, stderr: "djship: " + h.Name() + " has no site nosuch\nhint: `djship status` lists those that there are\n"}},
		{"no such release", w, "", []string{"run", "example", "--release", "nosuch", "--", "id"}, outcome{status: 1, stderr: `there is no release "nosuch" of example`}},
	} {
		o := c.w.ran(c.in, c.args...)
		if o.status != c.want.status || o.stdout != c.want.stdout || !strings.Contains(o.stderr, c.want.stderr) || c.want.stderr == "" && o.stderr != "" {
			t.Errorf("%s: %v", c.name, o)
		}
	}

	w.asksForNearNames(t)
	w.ranOnTerminal(t)
	w.endsWithIt(t, h)
	w.showsLogs(t, h)

	o := w.djship(0, "run", "example", "--detach", "--", "sleep 1; echo 'it is done'; exit 3")
	if !regexp.MustCompile(`goes on as process \d+; what it prints is in /webapps/example_project/logs/run\.log`).MatchString(o.stderr) {
		t.Errorf("%v", o)
	}
	until(t, "what goes on ends", func() bool {
		log := on(t, h, "cat /webapps/example_project/logs/run.log; stat -c %U /webapps/example_project/logs/run.log")
		return strings.Contains(log, "it is done\n") && strings.Contains(log, "has ended with status 3\n") && strings.HasSuffix(log, "\nexample")
	})
	w.maintains(t, h, c)
	w.hasJobs(t, h, c)
}

// until waits for ten seconds at most until something is so.
func until(t testing.TB, what string, so func() bool) {
	t.Helper()
	for range 50 {
		if so() {
			return
		}
		time.Sleep(200 * time.Millisecond)
	}
	t.Errorf("not within ten seconds: %s", what)
}

// ranOnTerminal checks the database's shell at a terminal: it has one of its own, of this one's size, and Ctrl-C is its own.
func (w *workstation) ranOnTerminal(t *testing.T) {
	t.Helper()
	o := w.converses(t, [][2]string{{"example=>", `\! stty size; tty; id -un`}, {"40 93", "select 6*7 as answer;"}, {"42", "select pg_sleep(100);\x03\\echo 'still here'"}, {"still here", `\q`}}, "manage", "example", "dbshell")
	if o.status != 0 || !strings.Contains(o.stdout, "/dev/pts/") || !strings.Contains(o.stdout, "example\r\n") || !strings.Contains(o.stdout, "canceling statement") && !strings.Contains(o.stdout, "still here") {
		t.Errorf("%v", o)
	}
}

// converses runs djship at a terminal, and types a line at each prompt.
func (w *workstation) converses(t *testing.T, lines [][2]string, args ...string) outcome {
	t.Helper()
	cmd, term, err := w.onTerminal(93, args...)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		if err := term.answer(line[0], line[1]); err != nil {
			t.Error(err)
			_ = cmd.Process.Kill()
			break
		}
	}
	return term.wait(cmd)
}

// endsWithIt checks that a command, and what it has put into the background, is gone with djship, also where nothing tells the host of that, but that it hears no more.
func (w *workstation) endsWithIt(t *testing.T, h *testbed.Host) {
	t.Helper()
	for _, how := range []os.Signal{os.Kill, syscall.SIGSTOP} {
		cmd := w.command("run", "example", "--", "trap '' HUP TERM; setsid sh -c 'trap \"\" HUP TERM; while sleep 0.777; do :; done' & while sleep 0.777; do :; done")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		running := func() string { return on(t, h, "pgrep -c -u example -f 'sleep [0].777' || true") }
		until(t, "it runs", func() bool { return strings.TrimSpace(running()) >= "2" })
		_ = cmd.Process.Signal(how)
		within(t, 40*time.Second, func() error { return equal(strings.TrimSpace(running()), "0") })
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
}

// A superuser is made at a terminal, before the first push, too: the password is not shown, and counts.
func TestSuperuserIsMadeAtATerminal(t *testing.T) {
	t.Parallel()
	_, w := up(t, 12, site)
	o := w.converses(t, [][2]string{{"Username", "ann"}, {"Email address: ", ""}, {"Password: ", "nobody-guesses-9"}, {"Password (again): ", "nobody-guesses-9"}}, "manage", "example", "createsuperuser")
	if o.status != 0 || !strings.Contains(o.stdout, "Superuser created successfully.") || strings.Contains(o.stdout, "nobody-guesses-9") {
		t.Errorf("%v", o)
	}
	if out := w.djship(0, "manage", "example", "shell", "-c", "from django.contrib.auth import authenticate; print(authenticate(username='ann', password='nobody-guesses-9').is_superuser)"); !strings.HasSuffix(out.stdout, "True\n") {
		t.Errorf("%v", out)
	}
}

// asksForNearNames checks that each command that names a site asks whether a near one is meant.
func (w *workstation) asksForNearNames(t *testing.T) {
	t.Helper()
	for _, args := range [][]string{{"run", "exmaple", "--", "id"}, {"manage", "exmaple", "check"}, {"logs", "exmaple"}, {"config", "list", "exmaple"}, {"config", "get", "exmaple", "A"}, {"config", "set", "exmaple", "A=1"}, {"releases", "exmaple"},
		{"maintenance", "exmaple", "on"}, {"restart", "exmaple"}, {"rollback", "exmaple"}, {"rotate", "exmaple"}, {"remove", "exmaple", "--yes"}, {"backup", "exmaple"}, {"status", "exmaple"}} {
		if o := w.run(args...); o.status != 1 || !strings.Contains(o.stdout+o.stderr, "hint: did you mean example?") {
			t.Errorf("%v", o)
		}
	}
}
