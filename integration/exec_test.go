//go:build linux

package integration

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// execs checks commands on several hosts: one host by two names, and one that is not there.
func execs(t *testing.T, h *testbed.Host) {
	t.Helper()
	again := strings.Replace(line(h, "deploy"), h.Name(), "again", 1)
	two := workstationFor(t, line(h, "root"), again)
	both := h.Name() + ", again: "
	for _, c := range []struct {
		in   string
		args []string
		want outcome
	}{
		{"", []string{"--", "id", "-un"}, outcome{stdout: both + "ok\n    root\n"}},
		{"", []string{"--as-login", "--", "id -un; pwd"}, outcome{stdout: h.Name() + ": ok\n    root\n    /root\nagain: ok\n    deploy\n    /home/deploy\n"}},
		{"a\nb", []string{"--", "cat; echo err >&2; exit 3"}, outcome{status: 1, stdout: both + "exit 3\n    a\n    b\n    err\n"}},
		{"", []string{"--", "printf", "<%s>", "$(id)", "a b"}, outcome{stdout: both + "ok\n    <$(id)><a b>\n"}},
		{"", []string{"-l", "again", "--", "seq 3; printf '\\033[2J'"}, outcome{stdout: "1\n2\n3\n<U+001B>[2J\n"}},
		{"", []string{"-l", "again", "--live", "--", "echo out; exit 7"}, outcome{status: 1, stdout: "out\n", stderr: "again: exit 7\n"}},
	} {
		o := two.ran(c.in, append([]string{"exec"}, c.args...)...)
		if o.status != c.want.status || o.stdout != c.want.stdout || o.stderr != c.want.stderr {
			t.Errorf("%v", o)
		}
	}
	if log := two.djship(0, "log", "again").stdout; !strings.Contains(log, "djship exec -- ") || !strings.Contains(log, "out") || !strings.Contains(log, "exit 7") {
		t.Errorf("the log of a host: %s", log)
	}

	some := workstationFor(t, line(h, "root"), "gone ansible_host=127.0.0.1 ansible_port=1")
	var told []struct {
		Host           string
		Status         *int
		Stdout, Stderr string
		Error          string
	}
	for text := range strings.Lines(some.djship(3, "exec", "--json", "--", "echo out; echo err >&2").stdout) {
		told = append(told, struct {
			Host           string
			Status         *int
			Stdout, Stderr string
			Error          string
		}{})
		if err := json.Unmarshal([]byte(text), &told[len(told)-1]); err != nil {
			t.Fatal(err)
		}
	}
	if len(told) != 2 || told[0].Status == nil || *told[0].Status != 0 || told[0].Stdout != "out" || told[0].Stderr != "err" || told[1].Status != nil || told[1].Error == "" {
		t.Errorf("%+v", told)
	}

	cmd := two.command("exec", "--", "trap '' TERM HUP; while sleep 0.666; do :; done")
	var said lockedBuffer
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	running := func() string { return on(t, h, "pgrep -fc 'sleep [0].666' || true") }
	until(t, "it runs on both", func() bool { return running() >= "4" })
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
	if cmd.ProcessState.ExitCode() != 130 || !strings.Contains(said.String(), "interrupted; what still ran is ended") {
		t.Errorf("Ctrl-C: %v, %q", cmd.ProcessState, said.String())
	}
	until(t, "it is gone from both", func() bool { return running() == "0" })
}
