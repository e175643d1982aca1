package steps

import (
	"strings"
	"testing"
	"time"

	"djship/assets"
	"djship/runner"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/model/modeltest"
	"djship/steps/server"
)

// wholeTexts are the texts as hosts get them, by the shell that runs them.
func wholeTexts(t *testing.T) map[string]string {
	all := map[string]string{"guard": runner.Guard("MARK", "SIGN", "20261123-114501-a1b2", "deploy", "ann@laptop's, deploy", true).String()}
	for name, list := range lists() {
		all["probe of "+name] = runner.Probe(list, "MARK", "SIGN")
		all["work of "+name] = unpack(t, runner.Work(model.NewPlan(list, modeltest.Debian12, nothing(list)).Changes(), runner.Job{Run: "r1", Now: time.Unix(0, 0)}))["work"]
	}
	return all
}

func TestTextsAreShell(t *testing.T) {
	for name, text := range wholeTexts(t) {
		for _, shell := range scratch.Shells {
			scratch.Check(t, name, text, shell, "-n")
		}
	}
	scratch.Check(t, "supervisord.init", assets.Text("host/supervisord.init"), "dash", "-n")
}

// What is left out is meant: variables that are set for others or by others, words that are split,
// variables emptied in a row, and a signal that is called done.
func TestShellcheck(t *testing.T) {
	const meant = "--exclude=SC2034,SC2154,SC2086,SC1007,SC1010"
	for name, text := range wholeTexts(t) {
		if strings.HasSuffix(name, " 2") || strings.HasSuffix(name, "overwrite") {
			continue // the same words in other numbers
		}
		scratch.Check(t, name, text, "shellcheck", "--shell=sh", "--severity=warning", meant)
	}
	scratch.Check(t, "supervisord.init", assets.Text("host/supervisord.init"), "shellcheck", "--shell=sh", "--severity=warning")
}

// What a work does after its functions is a line for each change.
func TestWorkIsALineAChange(t *testing.T) {
	list := Up(site3(), server.Options{})
	changes := model.NewPlan(list, modeltest.Debian12, nothing(list)).Changes()
	text := unpack(t, runner.Work(changes, runner.Job{Run: "r1", Now: time.Unix(0, 0)}))["work"]
	_, lines, ok := strings.Cut(text, "\nbegin_run r1 '' || exit 1\n")
	lines, ended := strings.CutSuffix(lines, "end_run r1\n")
	if !ok || !ended {
		t.Fatalf("it does not begin or end:\n%s", text)
	}
	n := 0
	for line := range strings.Lines(lines) {
		switch word, _, _ := strings.Cut(line, " "); word {
		case "make_change":
			n++
		case "begin_early":
		default:
			t.Errorf("%q", line)
		}
	}
	if n != len(changes) {
		t.Errorf("%d lines of %d changes", n, len(changes))
	}
}
