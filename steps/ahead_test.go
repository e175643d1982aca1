package steps

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/runner"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/server"
)

// TestChangesAhead runs the work of a plan here, with another folder for its notes: a change that may
// be made ahead is made beside the one before it, and told of at its own turn.
func TestChangesAhead(t *testing.T) {
	sh := scratch.Program(t, "sh")
	item := func(name, ahead, script string) model.Item {
		return model.Item{Step: server.Handler{Key: name, What: "step " + name}, Change: model.Change{Told: model.Told{Verb: model.Run}, Work: model.Work{Script: model.Script(script)}, Schedule: model.Schedule{StartsAfter: ahead, Redo: true}}}
	}
	const met = "for _ in 1 2 3 4 5 6 7 8 9 10; do [ -e \"$stage/%[2]s\" ] && echo met %[2]s && exit; sleep 0.2; done; echo missed %[2]s; exit 1"
	meets := func(mine, other string) string { return fmt.Sprintf(": >\"$stage/%s\"\n"+met, mine, other) }
	for _, c := range []struct {
		name    string
		changes []model.Item
		want    string
		status  int
	}{
		{"beside the one before it", []model.Item{item("one", "", "echo one"), item("two", "", meets("two", "three")), item("three", "one", meets("three", "two"))},
			"begin 0|:one|probe 0|done 0|begin 1|:met three|probe 1|done 1|begin 2|:met two|probe 2|done 2", 0},
		{"at its turn, where the step it waits for has nothing to do", []model.Item{item("two", "", "echo two"), item("three", "one", "echo three")},
			"begin 0|:two|probe 0|done 0|begin 1|:three|probe 1|done 1", 0},
		{"at its turn, where that comes next anyway", []model.Item{item("one", "", "echo one"), item("two", "one", "echo two")},
			"begin 0|:one|probe 0|done 0|begin 1|:two|probe 1|done 1", 0},
		{"fails at its turn", []model.Item{item("one", "", "echo one"), item("two", "", "echo two"), item("three", "one", "echo three; exit 7")},
			"begin 0|:one|probe 0|done 0|begin 1|:two|probe 1|done 1|begin 2|:three|failed 2 7", 1},
		{"ends before a failure ends the work", []model.Item{item("one", "", "echo one"), item("two", "", "exit 3"), item("three", "one", "sleep 0.3; : >\"$stage/ended\"")},
			"begin 0|:one|probe 0|done 0|begin 1|failed 1 3", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stage, state := t.TempDir(), t.TempDir()
			files := unpack(t, runner.Work(c.changes, runner.Job{Run: "run", Now: time.Unix(0, 0)}))
			files["marks"] = "mark=MARK sign=SIGN\n"
			for name, content := range files {
				text := strings.ReplaceAll(content, "/var/lib/djship", state)
				if err := os.WriteFile(filepath.Join(stage, name), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(sh, filepath.Join(stage, "work"), stage)
			out, _ := cmd.CombinedOutput()
			got := strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(string(out), "\nMARK ", "\n")), "\n", "|")
			for strings.Contains(got, "||") {
				got = strings.ReplaceAll(got, "||", "|")
			}
			if got != c.want || cmd.ProcessState.ExitCode() != c.status {
				t.Errorf("status %d, want %d\n got %s\nwant %s", cmd.ProcessState.ExitCode(), c.status, got, c.want)
			}
			if _, err := os.Stat(filepath.Join(stage, "ended")); c.changes[1].Change.Script == "exit 3" && err != nil {
				t.Error("a change made ahead still ran when the work ended")
			}
		})
	}
}

func unzipped(t *testing.T, bundle []byte) io.Reader {
	t.Helper()
	z, err := gzip.NewReader(bytes.NewReader(bundle))
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// unpack returns the files of what Work has packed.
func unpack(t *testing.T, bundle []byte) map[string]string {
	t.Helper()
	files := map[string]string{}
	for r := tar.NewReader(unzipped(t, bundle)); ; {
		head, err := r.Next()
		if errors.Is(err, io.EOF) {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		files[head.Name] = string(content)
	}
}
