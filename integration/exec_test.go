//go:build linux

package integration

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Commands run on several hosts that have nothing but Debian: one host by two names, and one that is not there.
func TestExec(t *testing.T) {
	t.Parallel()
	h := testbed.Up(t, testbed.Spec{Suite: 12})
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
		{"a\nb\n", []string{"--", "cat; echo err >&2; exit 3"}, outcome{status: 1, stdout: both + "exit 3\n    a\n    b\n    err\n"}},
		{"", []string{"--", "nosuch", "x"}, outcome{status: 1, stdout: both + "exit 127\n    sh: 2: exec: nosuch: not found\n"}},
		{"", []string{"--", "printf", "<%s>", "$(id)", "a b"}, outcome{stdout: both + "ok\n    <$(id)><a b>\n"}},
		{"", []string{"-l", "again", "--", "seq 3; printf '\\033[2J'"}, outcome{stdout: "1\n2\n3\n<U+001B>[2J\n"}},
		{"", []string{"-l", "again", "--live", "--", "echo out; exit 7"}, outcome{status: 1, stdout: "out\n", stderr: "again: exit 7\n"}},
	} {
		o := two.ran(c.in, append([]string{"exec", "-q"}, c.args...)...)
		if o.status != c.want.status || o.stdout != c.want.stdout || o.stderr != c.want.stderr {
			t.Errorf("%v", o)
		}
	}
	if log := two.djship(0, "log", "again").stdout; !strings.Contains(log, "djship exec -- ") || !strings.Contains(log, "end  ") {
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
	throughTerminal(t, h)
}

// throughTerminal checks a command of a login that becomes root at a terminal alone: each byte comes through.
func throughTerminal(t *testing.T, h *testbed.Host) {
	t.Helper()
	w := workstationFor(t, line(h, "asks", "ansible_become_password='"+testbed.AsksPassword+"'"))
	on(t, h, "echo 'Defaults:asks requiretty' >/etc/sudoers.d/terminal")
	var all strings.Builder
	for i := range 40_000 {
		all.WriteByte(byte(i % 256))
	}
	o := w.ran(all.String(), "exec", "-q", "--", "sha256sum; exit 5")
	if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(all.String()))); o.status != 1 || o.stdout != sum+"  -\n" || o.stderr != h.Name()+": exit 5\n" {
		t.Errorf("at a terminal: %v, want %s", o, sum)
	}
}
