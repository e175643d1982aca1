package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"djship/remote/remotetest"
	"djship/report"
	"djship/rollout"
)

// eventsOf reads the events that the only run in a home has left; none before there are any.
func eventsOf(t *testing.T, home string) (raw string, records []rollout.Record) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(home, "state/djship/runs/*", report.EventsFile))
	if err != nil || len(files) > 1 {
		t.Fatal(files, err)
	}
	if len(files) == 0 {
		return "", nil
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	if records, err = report.ReadEvents(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return string(text), records
}

// runEnd is the last event, if it is the run's end.
func runEnd(records []rollout.Record) (rollout.RunEnd, bool) {
	if len(records) == 0 {
		return rollout.RunEnd{}, false
	}
	end, ok := records[len(records)-1].Event.(rollout.RunEnd)
	return end, ok
}

// Output that nobody reads any more ends a run as Ctrl-C once does: in good order, with its end in
// the log folder, and not by a signal.
func TestUnreadOutput(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{CutAfter: 3000, GoSilent: true})
	var hosts strings.Builder
	for i := range 5 {
		fmt.Fprintf(&hosts, "web%d ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", i, s.Port, s.KeyFile)
	}
	for _, c := range []struct {
		name string
		args []string
		set  func(*exec.Cmd, io.Writer)
	}{
		{"--json", []string{"--json"}, func(c *exec.Cmd, w io.Writer) { c.Stdout = w }},
		{"progress", nil, func(c *exec.Cmd, w io.Writer) { c.Stderr = w }},
		{"both", []string{"--json"}, func(c *exec.Cmd, w io.Writer) { c.Stdout, c.Stderr = w, w }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			_ = r.Close() // as head does
			cmd := at(t, s, hosts.String(), append(c.args, "--forks", "2", "prereq")...)
			knowing(t, cmd.Dir)
			var said bytes.Buffer
			cmd.Stdout, cmd.Stderr = io.Discard, &said
			c.set(cmd, w)
			_ = cmd.Run()
			if status := cmd.ProcessState.ExitCode(); status != 130 {
				t.Errorf("it ended with %v, want status 130: %s", cmd.ProcessState, &said)
			}
			_, records := eventsOf(t, cmd.Dir)
			if end, ok := runEnd(records); !ok || end.Status != 130 || end.Skipped != 5 {
				t.Errorf("the log folder's last event: %+v", end)
			}
			if cmd.Stderr == &said && (!strings.Contains(said.String(), "nobody reads the output any more") || strings.Contains(said.String(), "broken pipe")) {
				t.Errorf("it says %q", &said)
			}
		})
	}
}

// A pager that has stopped reading holds up no host: the run comes to its end, and the pager gets
// all of it when it goes on. Ctrl-C ends the waiting for it.
func TestReaderThatStops(t *testing.T) {
	t.Parallel()
	for _, goesOn := range []bool{true, false} {
		s := remotetest.Start(t, remotetest.Options{NoExec: true})
		host := fmt.Sprintf("web1 ansible_host=127.0.0.1 ansible_port=%d ansible_user=me ansible_ssh_private_key_file=%s\n", s.Port, s.KeyFile)
		cmd := at(t, s, host, "--json", "prereq")
		knowing(t, cmd.Dir)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		filled := fill(t, w)
		cmd.Stdout = w
		var said bytes.Buffer
		cmd.Stderr = &said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
		for end := time.Now().Add(longEnough); ; time.Sleep(5 * time.Millisecond) {
			if _, records := eventsOf(t, cmd.Dir); len(records) > 0 {
				if _, ok := runEnd(records); ok {
					break
				}
			}
			if time.Now().After(end) {
				_ = cmd.Process.Kill()
				t.Fatalf("the run waits for its reader: %s", &said)
			}
		}
		raw, _ := eventsOf(t, cmd.Dir)
		if goesOn {
			all, err := io.ReadAll(r)
			if err != nil || string(all[filled:]) != raw {
				t.Errorf("the reader got %q, %v", all[filled:], err)
			}
		} else if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		_ = cmd.Wait()
		if status := cmd.ProcessState.ExitCode(); status != 3 {
			t.Errorf("it ended with %v, want the run's own status 3: %s", cmd.ProcessState, &said)
		}
		_ = r.Close()
	}
}

// fill writes to a pipe what it holds.
func fill(t *testing.T, w *os.File) (filled int) {
	t.Helper()
	raw, err := w.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	block := make([]byte, 4096)
	err = raw.Control(func(fd uintptr) {
		for {
			n, err := syscall.Write(int(fd), block)
			if err != nil {
				break
			}
			filled += n
		}
		_ = syscall.SetNonblock(int(fd), false)
	})
	if err != nil || filled == 0 {
		t.Fatal(filled, err)
	}
	return filled
}
