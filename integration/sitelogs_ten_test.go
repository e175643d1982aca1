//go:build linux

package integration

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/integration/testbed"
)

// chatters is a program of a site's account that logs a thousand lines a second, each with its time and number.
const chatters = `use Time::HiRes qw(time sleep); use POSIX "strftime"; $| = 1;
open my $log, ">>", "%s" or die; my ($began, $n, $all) = (time, 0, %d);
while ($n < $all) {
	my $due = int((time - $began) * 1000); $due = $all if $due > $all;
	my $text = "";
	for (; $n < $due; $n++) { my $now = time; $text .= strftime("%%Y-%%m-%%dT%%H:%%M:%%S", gmtime $now) . sprintf(".%%06dZ INFO somebody asked for something, line %%d\n", ($now - int $now) * 1e6, $n) }
	syswrite $log, $text;
	sleep 0.005;
}
`

// Ten hosts that each log a thousand lines a second are followed over SSH: no line is lost, those of a host stay in order, and all come in the order of their times; Ctrl-C ends it, and
// nothing is left on the hosts.
func TestSlowLogsOfTenHosts(t *testing.T) {
	slow(t)
	if !thorough() {
		t.Skip("ten hosts at once are for `make test-slow` outside of CI")
	}
	testbed.Need(t)
	const seconds, each = 20, 1000
	var specs []testbed.Spec
	for n := range 10 {
		specs = append(specs, testbed.Spec{Suite: 12, Name: "web" + strconv.Itoa(n), From: state(t, site)})
	}
	hosts := testbed.UpAll(t, specs...)
	var lines []string
	for _, h := range hosts {
		within(t, 2*time.Minute, func() error { return answering(h, "example.com") })
		on(t, h, "su example -s /bin/sh -c 'touch "+home+"/logs/worker.log'")
		lines = append(lines, line(h, "root"))
	}
	w := workstationFor(t, lines...)
	cmd := w.command("logs", "example", "-f", "-n", "0", "--json")
	var seen, said lockedBuffer
	cmd.Stdout, cmd.Stderr = &seen, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for _, h := range hosts {
		until(t, h.Name()+" is followed", func() bool { return on(t, h, "pgrep -fc '[c]aught' || true") == "2" })
	}
	time.Sleep(time.Second)
	var all sync.WaitGroup
	for _, h := range hosts {
		all.Go(func() {
			text := strings.NewReplacer("%s", home+"/logs/worker.log", "%d", strconv.Itoa(seconds*each), "%%", "%").Replace(chatters)
			if _, err := h.Run(t.Context(), "su example -s /bin/sh -c "+quote("perl -e "+quote(text))); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	time.Sleep(3 * time.Second)
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || said.String() != "" {
		t.Errorf("Ctrl-C: %v, %q", cmd.ProcessState, said.String())
	}
	next, turned, before := map[string]int{}, 0, ""
	for text := range strings.Lines(seen.String()) {
		var l struct{ Host, Process, Line string }
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		if l.Process != "worker" {
			continue
		}
		at, number, _ := strings.Cut(l.Line, " INFO somebody asked for something, line ")
		if n, err := strconv.Atoi(number); err != nil || n != next[l.Host] {
			t.Fatalf("%s: line %q where number %d is due", l.Host, l.Line, next[l.Host])
		}
		next[l.Host]++
		if at < before {
			turned++
		}
		before = at
	}
	for _, h := range hosts {
		if next[h.Name()] != seconds*each {
			t.Errorf("%s: %d lines of %d", h.Name(), next[h.Name()], seconds*each)
		}
		until(t, "nothing reads them any more", func() bool { return on(t, h, "pgrep -fc '[c]aught' || true") == "0" })
	}
	t.Logf("%d lines of %d hosts, %d came behind younger ones", len(hosts)*seconds*each, len(hosts), turned)
	if turned > 0 {
		t.Errorf("%d lines are behind younger ones", turned)
	}
}
