package report

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/rollout"

	gocmp "github.com/google/go-cmp/cmp"
)

// runsFolder is a folder of runs, of which one goes on, and of things that are none.
func runsFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	writeLogs(t, filepath.Join(dir, "20261121-080000-00aa"), oneHost())
	writeLogs(t, filepath.Join(dir, "20261122-080000-00bb"), checkRun())
	writeLogs(t, filepath.Join(dir, "20261123-080000-00cc"), badDay())
	going := oneHost()
	going.events = sorted(going.events)[:5]
	writeLogs(t, filepath.Join(dir, "20261123-090000-01aa"), going)
	for _, d := range []string{"20261124-000000-0000", "mine"} { // one without events, one that is no run
		if err := os.Mkdir(filepath.Join(dir, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestRuns(t *testing.T) {
	dir := runsFolder(t)
	runs, err := Runs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i := range runs {
		if runs[i].Who == "" {
			t.Errorf("nobody has started %s", runs[i].ID)
		}
		runs[i].Who = "ann@laptop"
	}
	var b strings.Builder
	if err := PrintRuns(&b, runs, time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("CET", 3600)), false, 0); err != nil {
		t.Error(err)
	}
	golden(t, "runs.txt", b.String())
	for _, screen := range []int{80, 60} {
		b.Reset()
		if err := PrintRuns(&b, runs, time.Now(), false, screen); err != nil {
			t.Error(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := width(strings.TrimSuffix(line, "\n")); n > screen {
				t.Errorf("%d columns of %d: %q", n, screen, line)
			}
		}
		golden(t, fmt.Sprintf("runs-%d.txt", screen), b.String())
	}

	if none, err := Runs(filepath.Join(dir, "nothing")); none != nil || err != nil {
		t.Errorf("no folder: %v, %v", none, err)
	}
	events, err := runs[1].Events()
	if err != nil || len(events) < 10 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

func TestRunAsJSON(t *testing.T) {
	runs, err := Runs(runsFolder(t))
	if err != nil {
		t.Fatal(err)
	}
	keys := func(r Run) map[string]any {
		text, err := json.Marshal(r.JSON())
		if err != nil {
			t.Fatal(err)
		}
		var line map[string]any
		if err := json.Unmarshal(text, &line); err != nil {
			t.Fatal(err)
		}
		return line
	}
	going, ended := keys(runs[0]), keys(runs[1])
	for _, key := range []string{"run", "time", "who", "command", "args", "check", "hosts", "log_dir"} {
		if going[key] == nil || ended[key] == nil {
			t.Errorf("%s is missing: %v, %v", key, going, ended)
		}
	}
	for _, key := range []string{"status", "ok", "changed", "would_change", "failed", "unreachable", "skipped", "seconds"} {
		if _, ok := going[key]; ok || ended[key] == nil {
			t.Errorf("%s of a run that goes on: %v, of one that ended: %v", key, going[key], ended[key])
		}
	}
	if ended["status"] != float64(runs[1].End.Status) || ended["run"] != runs[1].ID || ended["log_dir"] != runs[1].Dir {
		t.Error(ended)
	}
}

// A run alone stands for its only host.
func TestOnlyLog(t *testing.T) {
	dir := runsFolder(t)
	for id, want := range map[string]string{"20261121-080000-00aa": "", "20261123-080000-00cc": "run 20261123-080000-00cc had 6 hosts"} {
		run, err := FindRun(dir, id)
		if err != nil {
			t.Fatal(err)
		}
		path, err := run.OnlyLog()
		if errorText(err) != want || want == "" && path != filepath.Join(dir, id, "web1.log") || want != "" && !strings.HasPrefix(rollout.HintOf(err), "name one: web1, web2") {
			t.Errorf("%s: %q, %v, %q", id, path, err, rollout.HintOf(err))
		}
	}
}

func TestFindRun(t *testing.T) {
	dir := runsFolder(t)
	tests := []struct{ id, want, err, hint string }{
		{"", "20261123-090000-01aa", "", ""},
		{"20261122-080000-00bb", "20261122-080000-00bb", "", ""},
		{"00cc", "20261123-080000-00cc", "", ""},
		{"20261121", "20261121-080000-00aa", "", ""},
		{"20261123", "", `2 runs begin or end with "20261123"`, "give more of the id; the last is 20261123-090000-01aa"},
		{"aa", "", `2 runs begin or end with "aa"`, "give more of the id; the last is 20261123-090000-01aa"},
		{"zz", "", `no run "zz"`, "djship runs lists them; the last is 20261123-090000-01aa"},
	}
	for _, tt := range tests {
		r, err := FindRun(dir, tt.id)
		if r.ID != tt.want || errorText(err) != tt.err || rollout.HintOf(err) != tt.hint {
			t.Errorf("%q: %q, %v, %q", tt.id, r.ID, err, rollout.HintOf(err))
		}
	}
	if _, err := FindRun(t.TempDir(), ""); rollout.HintOf(err) == "" {
		t.Errorf("no runs: %v", err)
	}
}

func TestLastLog(t *testing.T) {
	dir := runsFolder(t)
	tests := []struct{ host, want, err, hint string }{
		{"", "20261123-090000-01aa/web1.log", "", ""},
		{"web1", "20261123-090000-01aa/web1.log", "", ""},
		{"gone", "20261123-080000-00cc/gone.log", "", ""},
		{"web4", "20261122-080000-00bb/web4.log", "", ""},
		{"../mine", "", `no run has a log of host "../mine"`, "the last run had web1"},
	}
	for _, tt := range tests {
		path, err := LastLog(dir, tt.host)
		if want := tt.want; want != "" && path != filepath.Join(dir, want) || errorText(err) != tt.err || rollout.HintOf(err) != tt.hint {
			t.Errorf("%q: %q, %v, %q", tt.host, path, err, rollout.HintOf(err))
		}
	}
	if err := os.RemoveAll(filepath.Join(dir, "20261123-090000-01aa")); err != nil {
		t.Fatal(err)
	}
	if _, err := LastLog(dir, ""); rollout.HintOf(err) != "name one: web1, web2, web3, ünïcode-höst, 日本.example.com, gone" {
		t.Errorf("of several: %v, %q", err, rollout.HintOf(err))
	}
}

// A word is a host, or else a run whose only host is meant.
func TestLogOf(t *testing.T) {
	dir := runsFolder(t)
	writeLogs(t, filepath.Join(dir, "20261120-080000-00dd"), oneHost())
	for _, tt := range []struct{ word, want, err, hint string }{
		{"web1", "20261123-090000-01aa/web1.log", "", ""},
		{"20261121-080000-00aa", "20261121-080000-00aa/web1.log", "", ""},
		{"20261121", "20261121-080000-00aa/web1.log", "", ""},
		{"00dd", "20261120-080000-00dd/web1.log", "", ""},
		{"00cc", "", "run 20261123-080000-00cc had 6 hosts", "name one: web1, web2, web3, ünïcode-höst, 日本.example.com, gone"},
		{"2026112", "", `5 runs begin or end with "2026112"`, "give more of the id; the last is 20261123-090000-01aa"},
		{"20261119", "", `no run has a log of host "20261119"`, "the last run had web1"},
		{"20261119-080000-00aa", "", `no run "20261119-080000-00aa"`, "djship runs lists them; the last is 20261123-090000-01aa"},
		{"aa", "", `no run has a log of host "aa"`, "the last run had web1"},
	} {
		path, err := LogOf(dir, tt.word)
		if tt.want != "" && path != filepath.Join(dir, tt.want) || errorText(err) != tt.err || rollout.HintOf(err) != tt.hint {
			t.Errorf("%q: %q, %v, %q", tt.word, path, err, rollout.HintOf(err))
		}
	}
}

func TestPrune(t *testing.T) {
	dir := t.TempDir()
	for i := range 12 {
		if err := os.MkdirAll(filepath.Join(dir, fmt.Sprintf("202611%02d-080000-00aa", i+1), "sub"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "notes"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "00000000-mine"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := Prune(dir, 10); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"00000000-mine"}
	for i := 2; i < 12; i++ {
		want = append(want, fmt.Sprintf("202611%02d-080000-00aa", i+1))
	}
	if diff := gocmp.Diff(append(want, "notes"), names); diff != "" {
		t.Error(diff)
	}
}

func TestNewRunID(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 45, 1, 0, time.FixedZone("CET", 3600))
	a, b := NewRunID(now), NewRunID(now.Add(time.Second))
	if !runID.MatchString(a) || !strings.HasPrefix(a, "20261123-114501-") || a >= b {
		t.Errorf("%s, %s", a, b)
	}
}
