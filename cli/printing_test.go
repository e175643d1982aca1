package cli

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"djship/inventory"
	"djship/report"
	"djship/rollout"
	"djship/steps/inspect"
)

// evil is what outsiders would like to see on a terminal: sequences that move, hide and rename, what
// is not UTF-8, what turns around the order of reading, and a row of their own.
const evil = "x\x1b[2J\x1b]0;t\x07\u009b31m\x9b31m\u202eexe\u2066\u200b\x7f\b\r\nFORGED up"

// harmless fails where output does more than show, or has a row that an outsider made.
func harmless(t *testing.T, what string, outputs ...string) {
	t.Helper()
	for _, text := range outputs {
		if !utf8.ValidString(text) {
			t.Errorf("%s: not UTF-8: %q", what, text)
		}
		for _, r := range text {
			if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
				t.Errorf("%s: %q reaches the terminal: %q", what, r, text)
				break
			}
		}
		for line := range strings.Lines(text) {
			if strings.HasPrefix(line, "FORGED") && !strings.HasPrefix(text, "<!doctype html>") { // there lines are no rows
				t.Errorf("%s: a forged row: %q", what, text)
			}
		}
	}
}

// evilPlace is a folder with inventories and earlier runs whose every name is evil.
func evilPlace(t *testing.T) {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("HOME", dir)
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state"))
	quoted := `"x\e[2J\e]0;t\a\x9b31m\u202eexe\u2066\u200b\x7f\b\r\nFORGED up"`
	text := "all:\n  children:\n    " + quoted + ":\n      hosts:\n        " + quoted +
		":\n          ansible_host: 127.0.0.1\n          ansible_port: 1\n          ansible_user: " + quoted + "\n          djship_domain: " + quoted + "\n          v: " + quoted + "\n"
	for name, text := range map[string]string{"hosts.yml": text, "broken.ini": "[" + evil + "\n" + evil + " = [\n", "bad.yml": "all: {" + quoted + ": 1}\n",
		"script": "#!/bin/sh\nprintf '" + strings.ReplaceAll(evil, "\x1b", `\033`) + "' >&2\nexit 1\n"} {
		mode := os.FileMode(0o600)
		if name == "script" {
			mode = 0o700
		}
		if err := os.WriteFile(name, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
	}
	run := filepath.Join(dir, "state", "djship", "runs", "20261123-080000-00cc")
	logs, err := report.Logs(run)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []rollout.Event{
		rollout.RunStart{Version: evil, Command: evil, Args: []string{evil, evil}, Hosts: []string{evil, evil + "2"}, Stages: []string{evil}},
		rollout.HostStart{Host: evil, Stage: evil, Batch: 1}, rollout.StepEnd{Host: evil, Step: evil, Status: rollout.Failed, Detail: evil, Diff: evil},
		rollout.HostEnd{Host: evil, Status: rollout.Failed, Error: evil, Hint: evil}, rollout.Gate{Stage: evil, Detail: evil}, rollout.RunEnd{Status: 1, LogDir: evil},
	} {
		logs.Take(rollout.Record{Time: time.Now(), Run: evil, Event: e})
	}
	if err := logs.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(run, "who"), []byte(evil), 0o600); err != nil {
		t.Fatal(err)
	}
}

// stream is a file in place of a terminal or pipe.
func stream(t *testing.T) *os.File {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), "stream")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func written(t *testing.T, f *os.File) string {
	t.Helper()
	text, err := os.ReadFile(f.Name())
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every command, with names and arguments that try to get out of their place.
func TestCommandsPrintWhatShowsOnly(t *testing.T) {
	evilPlace(t)
	t.Setenv("DJSHIP_INVENTORY", "hosts.yml")
	t.Setenv("DJSHIP_ACCEPT_NEW", "true")
	for _, args := range [][]string{
		{"hosts"}, {"hosts", "-v"}, {"hosts", "--json"}, {"ping", evil}, {"ping", "-l" + evil}, {"ping", "--port=" + evil}, {"ping", "--quiet=" + evil}, {"version", "-" + evil}, {"inventory", "--list"}, {"inventory", "--graph"}, {"inventory", "--host", evil}, {"inventory", "--host", "no" + evil},
		{"ping"}, {"ping", "--json"}, {"status"}, {"status", "--json"}, {"status", evil}, {"releases"}, {"releases", evil, "--json"}, {"rollback", evil}, {"rollback", "example", evil}, {"restart", evil}, {"maintenance", evil, "on"}, {"maintenance", "example", "on", "--allow", evil}, {"unlock", evil},
		{"remove", evil}, {"restore", evil, evil}, {"restore", "example", evil, "--yes"}, {"restore", "example", "f", "--identity", evil}, {"remove", "example", evil, "--yes"}, {"backup", evil}, {"backup", "example", "f", evil}, {"backup", "example", "--recipient", evil}, {"backup", "example", "-r", evil, "--json"},
		{"prereq"}, {"prereq", "--json"}, {"prereq", "-vv", "--check"}, {"prereq", evil}, {"prereq", "3", evil}, {"prereq", "--stages", evil}, {"prereq", "--log-dir", evil},
		{"deploy", evil, "example.com"}, {"deploy", "example", evil}, {"deploy", "example", "example.com"}, {"deploy", "example", "example.com", "3", evil},
		{"runs"}, {"runs", "--json"}, {"log", "-l", evil}, {"log", "-l", evil, "00cc"}, {"log", evil, evil, evil}, {"log", evil}, {"log", "nosuch"}, {"log"}, {"log", evil, "00cc"}, {"log", evil, evil}, {"report"}, {"report", "-o", "-"}, {"report", evil}, {"report", "-o", evil},
		{"hosts", "-i", evil}, {"hosts", "-i", evil + ","}, {"hosts", "-i", "broken.ini"}, {"hosts", "-i", "bad.yml"}, {"hosts", "-i", "script"}, {"hosts", "-l", evil}, {"hosts", "-l", "@" + evil},
		{"hosts", "-F", evil}, {"ping", "-J", evil}, {"ping", "--private-key", evil}, {"ping", "-u", evil},
		{evil}, {"--" + evil}, {"hosts", "--" + evil}, {"-p", evil}, {"help", evil}, {"completion", evil}, {"--wait", evil, "prereq"}, {"--batch", evil, "prereq"}, {"--max-fail", evil, "prereq"},
		{"__complete", "--", "prereq", "-l", ""}, {"__complete", "--", "deploy", ""}, {"__complete", "--", "deploy", evil}, {"__complete", "--", "log", ""},
		{"help"}, {"man"}, {"version"}, {"completion", "bash"}, {"completion", "zsh"}, {"completion", "fish"},
	} {
		out, messages := stream(t), stream(t)
		Main(append([]string{"djship"}, args...), Env{Stdout: out, Stderr: messages, Getenv: os.Getenv})
		what := strings.Join(args, " ")
		harmless(t, what, written(t, out), written(t, messages))
		if written(t, out)+written(t, messages) == "" && !strings.Contains(what, "__complete") {
			t.Errorf("%q says nothing", what)
		}
	}
}

// What servers answer to ping, status and unlock, and what they say as they hang up.
func TestAnswersOfServersShowOnly(t *testing.T) {
	var stdout, stderr bytes.Buffer
	env, done := Env{Stdout: &stdout, Stderr: &stderr}.safe()
	n := &network{hosts: hostsNamed([]string{evil, evil}, []string{"", ""})}
	n.note(evil, []string{evil})
	failed := []error{nil, &usageError{evil, evil}}
	found := []pingResult{{evil, evil, evil, evil, evil, 1, 1, evil, evil, evil, []string{evil}, []string{evil}}, {Host: evil}}
	status := inspect.SiteStatus{Project: evil, Domain: evil, State: evil, Problem: evil, Django: evil, Python: evil, OS: evil, Deployed: evil, Note: evil}
	rows := []siteRow{{evil, evil, status, evil, evil, []difference{{evil, false}, {evil, true}}, evil, evil}, {Host: evil, SiteStatus: inspect.SiteStatus{State: siteUnreachable}, Error: evil}}
	for _, say := range []func(Env, []pingResult, []error) error{n.sayPing, n.sayPingJSON} {
		if err := say(env, found, failed); err == nil {
			t.Error("a failed host is no failure")
		}
	}
	for _, inJSON := range []bool{false, true} {
		if err := saySites(env, inJSON, rows, time.Now()); err != nil {
			t.Error(err)
		}
	}
	n.sayWarnings(env.Stderr)
	warn(env.Stderr, []inventory.Warning{{Text: evil, Hint: evil}})
	exitStatus(errors.Join(errors.New(evil), &usageError{evil, evil}), env.Stderr)
	done()
	harmless(t, "answers", stdout.String(), stderr.String())
	for _, want := range []string{"x<U+001B>[2J", `x\u001b[2J`, `\u202e`, "<0x9B>31m", "<U+000A>FORGED up"} {
		if !strings.Contains(stdout.String()+stderr.String(), want) {
			t.Errorf("%q is not shown", want)
		}
	}
}

// The question between stages is asked on the terminal itself.
func TestQuestionsShowOnly(t *testing.T) {
	tty := &aTerminal{Reader: strings.NewReader("d\nn\n")}
	askStage(tty, rollout.Question{Stage: evil, Next: evil, Hosts: []string{evil}, Plan: []rollout.Event{
		rollout.HostStart{Host: evil}, rollout.StepEnd{Host: evil, Step: evil, Status: rollout.WouldChange, Detail: evil, Diff: evil}, rollout.HostEnd{Host: evil}}}, func() {
		Env{}.showPlan(t.Context(), tty, []rollout.Event{rollout.HostStart{Host: evil}, rollout.StepEnd{Host: evil, Step: evil, Status: rollout.WouldChange, Detail: evil, Diff: evil}, rollout.HostEnd{Host: evil}}, false)
	})
	harmless(t, "the question", tty.String())
}

// There is one way to print: say and its like, and streams that NewPrinter has made safe.
func TestNobodyPrintsPastSay(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || file == "printing.go" {
			continue
		}
		set := token.NewFileSet()
		tree, err := parser.ParseFile(set, file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok {
				return true
			}
			name, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			from, _ := name.X.(*ast.Ident)
			if from == nil || from.Name != "fmt" && from.Name != "io" {
				return true
			}
			if len(call.Args) > 0 && (strings.HasPrefix(name.Sel.Name, "Fprint") || name.Sel.Name == "WriteString") && !builder(call.Args[0]) ||
				strings.HasPrefix(name.Sel.Name, "Print") {
				t.Errorf("%s: %s.%s: print with say, which keeps what comes from outside in its place", set.Position(call.Pos()), from.Name, name.Sel.Name)
			}
			return true
		})
	}
}

// builder tells whether text goes into b, a strings.Builder by the habit of this package.
func builder(to ast.Expr) bool {
	if address, ok := to.(*ast.UnaryExpr); ok {
		to = address.X
	}
	name, ok := to.(*ast.Ident)
	return ok && name.Name == "b"
}
