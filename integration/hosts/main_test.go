//go:build linux

package main

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// The test binary is the command itself where this is set.
const asCommand = "DJSHIP_HOSTS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func hosts(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, complaint strings.Builder
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCommand+"=1")
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err = cmd.Run()
	return out.String(), complaint.String(), err
}

func TestAHostFromUpToDown(t *testing.T) {
	testbed.Need(t)
	before, _, _ := hosts(t, "list")
	after, _, err := hosts(t, "up", "12")
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	for line := range strings.Lines(after) {
		if f := strings.Fields(line); !strings.Contains(before, f[0]+" ") && strings.HasPrefix(f[0], "deb12-") {
			name = f[0]
		}
	}
	if name == "" {
		t.Fatalf("before:\n%safter:\n%s", before, after)
	}
	t.Cleanup(func() { hosts(t, "down", name) })
	for _, c := range []struct {
		args, stdout string
		status       int
	}{
		{"run NAME hostname", "NAME\n", 0},
		{"run NAME sh -c exit${IFS}3", "", 3},
		{"off NAME", "", 0},
		{"run NAME true", "", 1},
		{"on NAME", "", 0},
		{"far 20ms -- true", "", 0},
		{"far 20ms false", "", 1},
		{"run nobody true", "", 1},
		{"up 10", "", 1},
		{"up twelve", "", 1},
		{"juggle NAME", "", 1},
		{"", "", 1},
	} {
		stdout, stderr, err := hosts(t, strings.Fields(strings.ReplaceAll(c.args, "NAME", name))...)
		status := 0
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			status = exit.ExitCode()
		}
		if want := strings.ReplaceAll(c.stdout, "NAME", name); stdout != want || status != c.status {
			t.Errorf("%s: printed %q, status %d; want %q, %d\n%s", c.args, stdout, status, want, c.status, stderr)
		}
	}
	if left, _, err := hosts(t, "down", name); err != nil || strings.Contains(left, name+" ") {
		t.Errorf("after down: %v\n%s", err, left)
	}
}
