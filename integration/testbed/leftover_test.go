//go:build linux

package testbed

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNothingIsLeftOfAHost(t *testing.T) {
	t.Parallel()
	Need(t)
	h, err := Start(t.Context(), Spec{Suite: 12, DiskSize: 32 << 20})
	if err != nil {
		t.Fatal(err)
	}
	if left := traces(h); len(left) < 6 {
		t.Fatalf("of a running host there is only %v", left)
	}
	before := &Host{note: h.note} // whose number h has now
	before.Since = h.Since.Add(-time.Second)
	if err := before.Remove(); err != nil || len(traces(h)) < 6 || !h.Running() {
		t.Fatalf("a host was removed a second time (%v), and of the next of its number there is only %v", err, traces(h))
	}
	if err := locked("hosts", func() error {
		err := h.remove()
		if left := traces(h); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if err := h.Remove(); err != nil {
		t.Errorf("removed twice: %v", err)
	}
}

// The test starts itself once more, with this set, to be killed.
const victim = "DJSHIP_TESTBED_VICTIM"

func TestNothingIsLeftOfAKilledProcess(t *testing.T) {
	t.Parallel()
	Need(t)
	if os.Getenv(victim) != "" {
		h, err := Start(t.Context(), Spec{Suite: 12, Name: "victim", DiskSize: 32 << 20})
		fmt.Println("STARTED", h.ID, err)
		select {}
	}
	cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	cmd.Env = append(os.Environ(), victim+"=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	h := &Host{}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if n, _ := fmt.Sscanf(lines.Text(), "STARTED %d", &h.ID); n == 1 {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if h.ID == 0 || len(traces(h)) < 6 {
		t.Fatalf("of the killed process's host %d there is only %v", h.ID, traces(h))
	}
	if _, err := All(); err != nil {
		t.Fatal(err)
	}
	// Another host may have its number by now.
	if all, _ := hosts(); len(traces(h)) > 0 {
		for _, other := range all {
			if other.ID == h.ID && other.Name() != "victim" {
				return
			}
		}
		t.Errorf("left: %v", traces(h))
	}
}

// traces are the things on this machine that are there because of a host.
func traces(h *Host) []string {
	var found []string
	for _, p := range []string{h.path(""), h.cgroup(), "/sys/class/net/" + h.link(), "/run/netns/" + h.link(), h.propagated()} {
		if exists(p) {
			found = append(found, p)
		}
	}
	for line := range strings.Lines(readOr("/proc/mounts")) {
		if strings.Contains(line, h.path("")) {
			found = append(found, strings.Fields(line)[1])
		}
	}
	groups, _ := filepath.Glob("/sys/fs/cgroup/*/" + filepath.Base(h.cgroup()))
	return append(found, groups...)
}
