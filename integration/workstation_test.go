//go:build linux

package integration

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/report"
)

// A workstation is a person's machine: a home of its own, which is also where commands are typed,
// with an inventory hosts.ini.
type workstation struct {
	t    testing.TB // nil outside of a test
	ctx  context.Context
	home string
	exe  string
	env  []string
}

func newWorkstation(ctx context.Context, home string) (*workstation, error) {
	exe, err := program()
	return &workstation{ctx: ctx, home: home, exe: exe, env: []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "TERM=xterm", "LANG=C.UTF-8"}}, err
}

// workstationFor is a workstation with these lines in its inventory.
func workstationFor(t testing.TB, lines ...string) *workstation {
	t.Helper()
	w, err := newWorkstation(t.Context(), t.TempDir())
	if err == nil {
		err = w.inventory(lines...)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.t = t
	return w
}

func (w *workstation) inventory(lines ...string) error {
	return os.WriteFile(filepath.Join(w.home, "hosts.ini"), []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// line is a host's line in an inventory.
func line(h *testbed.Host, user string, vars ...string) string {
	return fmt.Sprintf("%s ansible_host=%s ansible_user=%s ansible_ssh_private_key_file=%s ansible_ssh_common_args='-o UserKnownHostsFile=%s' %s",
		h.Name(), h.Addr(), user, h.Key(), h.KnownHosts(), strings.Join(vars, " "))
}

// An outcome is what a command line came to.
type outcome struct {
	args           []string
	status         int
	stdout, stderr string
	took           time.Duration
}

func (o outcome) String() string {
	return fmt.Sprintf("djship %s: status %d after %v\n%s%s", strings.Join(o.args, " "), o.status, o.took.Round(time.Millisecond), o.stdout, o.stderr)
}

// command is a command line with no terminal.
func (w *workstation) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(w.ctx, w.exe, args...)
	cmd.Dir, cmd.Env = w.home, w.env
	cmd.SysProcAttr = newSession
	return cmd
}

// run runs a command line to its end.
func (w *workstation) run(args ...string) outcome {
	cmd := w.command(args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	o := outcome{args: args, stdout: stdout.String(), stderr: stderr.String(), took: time.Since(began), status: cmd.ProcessState.ExitCode()}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		o.status, o.stderr = -1, err.Error()
	}
	return o
}

// djship runs a command line that has to end with a status.
func (w *workstation) djship(status int, args ...string) outcome {
	w.t.Helper()
	o := w.run(args...)
	if o.status != status {
		w.t.Fatalf("want status %d: %v", status, o)
	}
	return o
}

// log is the host's log of the last run.
func (w *workstation) log(host string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.lastRun(), report.LogFile(host)))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// eventsFile is the events of the last run, as they were written.
func (w *workstation) eventsFile() string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.lastRun(), report.EventsFile))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// lastRun is the log folder of the last run. Ids of runs that begin in the same second are in no order.
func (w *workstation) lastRun() string {
	w.t.Helper()
	runs, err := filepath.Glob(filepath.Join(w.home, ".local/state/djship/runs/*"))
	if err != nil || len(runs) == 0 {
		w.t.Fatalf("no run has left its logs: %v", err)
	}
	ended := func(run string) time.Time {
		info, err := os.Stat(filepath.Join(run, report.EventsFile))
		if err != nil {
			w.t.Fatal(err)
		}
		return info.ModTime()
	}
	return slices.MaxFunc(runs, func(a, b string) int { return ended(a).Compare(ended(b)) })
}

// tilde is a path as people write it who are at home.
func (w *workstation) tilde(path string) string { return strings.Replace(path, w.home, "~", 1) }
