//go:build linux

package integration

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/integration/testbed"
)

// A running is a command line that was started and not waited for.
type running struct {
	cmd   *exec.Cmd
	seen  lockedBuffer
	ended chan struct{}
}

func (w *workstation) start(args ...string) (*running, error) {
	r := &running{cmd: w.command(args...), ended: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = &r.seen, &r.seen
	if err := r.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { defer close(r.ended); _ = r.cmd.Wait() }()
	return r, nil
}

// status is the exit status; the run has to end within limit.
func (r *running) status(t *testing.T, limit time.Duration) int {
	t.Helper()
	select {
	case <-r.ended:
		return r.cmd.ProcessState.ExitCode()
	case <-time.After(limit):
		t.Fatalf("it has not ended within %v:\n%s", limit, r.seen.String())
		return -1
	}
}

// says waits until the run has said something.
func (r *running) says(t *testing.T, words string) {
	t.Helper()
	within(t, time.Minute, func() error { return has(&r.seen, words) })
}

func begin(t *testing.T, w *workstation, args ...string) *running {
	t.Helper()
	r, err := w.start(args...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// hang has a step of example's deploy hang: what prepares the site's environment never ends.
const hang = `cp -p /webapps/example_project/prepare_env.sh /root/ && echo 'sleep 100000 || :' >>/webapps/example_project/prepare_env.sh && rm -rf /webapps/example_project/static`

// hangs waits until a run is at that step.
func hangs(t *testing.T, h *testbed.Host) {
	t.Helper()
	within(t, time.Minute, func() error { return equal(try(t, h, "pgrep -c -x sleep -u example"), "1") })
}

func TestOneRunAtATime(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, hang)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	here, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().UTC()
	one := begin(t, w, strings.Fields(deployExample)...)
	hangs(t, h)
	holder := fmt.Sprintf("%s@%s, %s, %s", me.Username, here, deployExample, now.Format("2006-01-02T"))

	// What needs no change needs no lock.
	idle(t, h, w, "deploy", "second", "second.org")
	on(t, h, "rm /etc/logrotate.d/djship-second")
	o := w.djship(1, "deploy", "second", "second.org", "--no-wait")
	said(t, w, o, "another run is at work on this host: "+holder, "djship unlock PROJECT")
	if o.took > 20*time.Second {
		t.Errorf("--no-wait took %v", o.took)
	}
	two := begin(t, w, "deploy", "second", "second.org")
	two.says(t, "waiting: another run is at work there: "+holder)

	if o := w.djship(0, "unlock", "second", "--yes"); !strings.Contains(o.stdout, "left alone") {
		t.Errorf("unlock of another project: %v", o)
	}
	if o := w.djship(2, "unlock", "example"); !strings.Contains(o.stdout, holder) || !strings.Contains(o.stderr, "--yes") {
		t.Errorf("unlock with nobody to ask: %v", o)
	}
	if o := w.djship(0, "unlock", "example", "--yes"); !strings.Contains(o.stdout, "held by "+holder) {
		t.Errorf("unlock: %v", o)
	}
	if status := one.status(t, 30*time.Second); status == 0 {
		t.Errorf("the run whose lock was broken ends well:\n%s", one.seen.String())
	}
	for _, words := range []string{"was ended on the host, by `djship unlock`", "run the same command again"} {
		if err := has(&one.seen, words); err != nil {
			t.Error(err)
		}
	}
	if status := two.status(t, 2*time.Minute); status != 0 {
		t.Errorf("the run that waited: %s", two.seen.String())
	}
	within(t, 5*time.Second, func() error { return equal(try(t, h, leftovers+"\npgrep -a -x sleep -u example || :"), "") })
	answers(t, h, "second.org", "second")
	if o := w.djship(0, "unlock", "example", "--yes"); !strings.Contains(o.stdout, "no run of example holds a lock") {
		t.Errorf("unlock where there is nothing to unlock: %v", o)
	}

	// The lock dies with its holder, however that ends.
	on(t, h, "cp -p /root/prepare_env.sh /webapps/example_project/; "+hang+"; rm /etc/logrotate.d/djship-second")
	one = begin(t, w, strings.Fields(deployExample)...)
	hangs(t, h)
	two = begin(t, w, "deploy", "second", "second.org")
	two.says(t, "waiting: another run is at work there")
	if err := one.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if status := two.status(t, 40*time.Second); status != 0 {
		t.Errorf("the run that waited for a dead one: %s", two.seen.String())
	}

	on(t, h, "cp -p /root/prepare_env.sh /webapps/example_project/")
	w.djship(0, strings.Fields(deployExample)...)
	answers(t, h, "example.com", "example")
	idle(t, h, w, strings.Fields(deployExample)...)
}

// prereq and deploys of many sites at once, on one host, by as many people.
func TestRunsAtOnce(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 12, pair)
	on(t, h, "chmod 755 /var/log/supervisor; rm /webapps/example_project/prepare_env.sh /etc/logrotate.d/djship-second /etc/nginx/sites-enabled/example.com")
	lines := []string{"prereq", deployExample, "deploy second second.org", "deploy third third.org", "deploy fourth fourth.org"}
	outcomes := make([]outcome, len(lines))
	over := undisturbed(t, h, "second.org")
	var all sync.WaitGroup
	for i, l := range lines {
		person := workstationFor(t, line(h, "root"))
		all.Go(func() { outcomes[i] = person.run(strings.Fields(l)...) })
	}
	all.Wait()
	for _, o := range outcomes {
		if o.status != 0 {
			t.Errorf("%v", o)
		}
	}
	over()
	for _, l := range lines {
		idle(t, h, w, strings.Fields(l)...)
	}
	for _, project := range []string{"example.com", "second.org", "third.org", "fourth.org"} {
		name, _, _ := strings.Cut(project, ".")
		answers(t, h, project, name)
	}
}
