//go:build linux

package integration

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/integration/testbed"
)

// Ctrl-C once: what runs ends, nothing new begins, and the summary says where each host is. The next
// run goes on from there.
func TestInterruptedOnce(t *testing.T) {
	slow(t)
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "one", From: state(t, site)}, testbed.Spec{Suite: 12, Name: "two", From: state(t, site)})
	w := workstationFor(t, line(hosts[0], "root"), line(hosts[1], "root"))
	h := hosts[0]
	within(t, time.Minute, func() error { return answering(h, "example.com") })
	const later = "chmod 600 /var/log/nginx/example.com.timing.log"
	on(t, hosts[1], later)
	on(t, h, hang+"; "+later)
	two := snapshot(t, hosts[1], looked...)
	r := begin(t, w, append(strings.Fields(deployExample), "--forks", "1")...)
	hangs(t, h)
	if err := r.cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	r.says(t, "stopping: steps that run end first; Ctrl-C once more cuts them")
	time.Sleep(2 * time.Second)
	same(t, "the step that runs", try(t, h, "pgrep -c -x sleep -u example"), "1")
	on(t, h, "pkill -x sleep -u example") // the step ends, and goes on with what it does after that
	same(t, "status", fmt.Sprint(r.status(t, 30*time.Second)), "130")
	all := events(t, w.eventsFile())
	ends := hostEnds(all)
	if e := ends["one"]; e.Status != "failed" || !strings.Contains(e.Error, "interrupted: 2 of 3 changes are made") || e.Hint != "the same command goes on from there" {
		t.Errorf("the host at work: %+v", e)
	}
	if e := ends["two"]; e.Status != "skipped" {
		t.Errorf("the host whose turn had not come: %+v", e)
	}
	for _, s := range stepsWith(all, "changed") {
		if s == "timing log of example.com" {
			t.Error("a step began after Ctrl-C")
		}
	}
	for _, words := range []string{"one", "interrupted: 2 of 3 changes are made", "two", "skipped"} {
		if err := has(&r.seen, words); err != nil {
			t.Error(err)
		}
	}
	within(t, lasts, func() error { return equal(try(t, h, leftovers), "") })
	untouched(t, hosts[1], two, looked...)
	on(t, h, "cp -p /root/prepare_env.sh /webapps/example_project/")
	w.djship(0, strings.Fields(deployExample)...)
	for _, h := range hosts {
		answers(t, h, "example.com", "example")
	}
}

// What ends a run in the middle of a step: on the host all of it is gone within 20 seconds, djship
// says what it was, and the next run converges.
func TestCutInTheMiddleOfAStep(t *testing.T) {
	slow(t)
	t.Parallel()
	h, w := up(t, 13, site)
	interrupt := func(signals ...os.Signal) func(*testing.T, *running) {
		return func(t *testing.T, r *running) {
			for _, s := range signals {
				if err := r.cmd.Process.Signal(s); err != nil {
					t.Error(err)
				}
				time.Sleep(200 * time.Millisecond)
			}
		}
	}
	for _, c := range []struct {
		what   string
		strike func(*testing.T, *running)
		status int
		says   string
	}{
		{"Ctrl-C twice", interrupt(os.Interrupt, os.Interrupt), 130, "interrupted"},
		{"SIGTERM twice", interrupt(syscall.SIGTERM, syscall.SIGTERM), 130, "interrupted"},
		{"killed", interrupt(syscall.SIGKILL), -1, ""},
		{"a dead network", func(t *testing.T, _ *running) { must(t, h.CutNetwork()) }, 3, "no answer for 1"},
		{"a network that resets", func(t *testing.T, _ *running) { must(t, h.ResetNetwork()) }, 3, "lost the connection"},
	} {
		t.Run(c.what, func(t *testing.T) {
			on(t, h, hang)
			r := begin(t, w, strings.Fields(deployExample)...)
			hangs(t, h)
			at := time.Now()
			c.strike(t, r)
			if status := r.status(t, lasts); status != c.status {
				t.Errorf("status %d after %v, want %d", status, time.Since(at), c.status)
			}
			if err := has(&r.seen, c.says); err != nil {
				t.Error(err)
			}
			within(t, lasts-time.Since(at), func() error { return equal(try(t, h, leftovers+"\npgrep -a -x sleep -u example || :"), "") })
			t.Logf("all gone after %v", time.Since(at).Round(100*time.Millisecond))
			must(t, h.RestoreNetwork())
			on(t, h, "cp -p /root/prepare_env.sh /webapps/example_project/")
			w.djship(0, strings.Fields(deployExample)...)
			answers(t, h, "example.com", "example")
			idle(t, h, w, strings.Fields(deployExample)...)
		})
	}
}
