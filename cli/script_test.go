package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"djship/report"
	"djship/rollout"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"djship": func() {
			forgetTests()
			os.Exit(Main(os.Args, OS()))
		},
		"gate": askAtGate,
	})
}

// forgetTests takes those variables out of the environment that tests read and djship does not know.
func forgetTests() {
	for _, name := range []string{"DJSHIP_REQUIRE_ALL", "DJSHIP_SLOW"} {
		_ = os.Unsetenv(name)
	}
}

// TestScripts runs the program as people meet it. No script contacts anything but a closed port of
// this machine.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("XDG_STATE_HOME", e.WorkDir+"/state")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"status": status, "mode": mode},
	})
}

// askAtGate puts the question between two stages, as a run does, and ends with status 130 where it
// was told to stop meanwhile, else with the answer.
func askAtGate() {
	env := OS()
	env.signals = listen(env.Stderr)
	said := make(chan struct{})
	end := env.endEarly(func(message string) { fmt.Fprintln(env.Stderr, message); close(said) })
	ctx, cancel := context.WithCancel(end.ctx)
	go func() {
		<-end.stop
		cancel()
	}()
	env.Screen.Out = os.Stdout
	q := rollout.Question{Stage: "staging", Next: "production", Hosts: []string{"p1", "p2"}, Ends: []rollout.HostEnd{{Host: "s1", Status: rollout.Changed}}}
	for _, host := range q.Hosts {
		q.Plan = append(q.Plan, rollout.HostStart{Host: host})
		for i := range 46 {
			q.Plan = append(q.Plan, rollout.StepEnd{Host: host, Step: fmt.Sprintf("step %d", i+1), Status: rollout.WouldChange, Detail: "create\x1b[2J"})
		}
		q.Plan = append(q.Plan, rollout.HostEnd{Host: host, Status: rollout.WouldChange, Changed: 46})
	}
	answer := end.watch(env.gatekeeper(func() func() { return func() {} }, report.Options{}))(ctx, q)
	if ctx.Err() != nil {
		<-said
		os.Exit(statusInterrupted)
	}
	os.Exit(int(answer))
}

// status N ARGS... runs djship and wants it to end with status N.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: status N ARGS...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec("djship", args[1:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// mode OCTAL FILE wants a file to have that mode.
func mode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: mode OCTAL FILE")
	}
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[0] {
		ts.Fatalf("%s has mode %s, want %s", args[1], got, args[0])
	}
}
