package project

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

var update = flag.Bool("update", false, "write what comes out into the golden files")

// unpacked is a folder with a project of testdata.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	archive, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), strings.TrimSuffix(filepath.Base(name), ".txtar"))
	for _, f := range archive.Files {
		at := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, f.Data, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// fits is a short form of what names a project may have.
func fits(name string) error {
	if name == "django" || name == "config" {
		return errors.New("is the name of something else")
	}
	return nil
}

// told is all that is found out about a project, as text.
func told(p *Project) string {
	var b strings.Builder
	states := map[State]string{Said: "said", Taken: "taken", Proposed: "proposed", Open: "open"}
	for _, c := range p.Choices {
		fmt.Fprintf(&b, "%s = %s [%s] %s\n", c.Key, c.Text(), states[c.State], c.Reason())
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "! %s: %s | %s | %v\n", n.Place, n.Text, n.Advice, n.Stops)
	}
	if p.Settings.File == "" {
		return b.String() + "\n" + p.File()
	}
	return b.String() + "\n" + p.Missing()
}

// What is made of each project of testdata. What would be written is read back without a word, and then
// nothing that was proposed is proposed again.
func TestProjects(t *testing.T) {
	all, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(all) < 14 {
		t.Fatal(all, err)
	}
	for _, name := range all {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			dir := unpacked(t, name)
			p, err := Read(dir, fits)
			if err != nil {
				t.Fatal(err)
			}
			got, golden := told(p), strings.TrimSuffix(name, ".txtar")+".golden"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if diff := cmp.Diff(string(want), got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
			if p.Settings.File != "" {
				return
			}
			if err := os.WriteFile(filepath.Join(dir, OwnFile), []byte(p.File()), 0o644); err != nil {
				t.Fatal(err)
			}
			again, err := Read(dir, fits)
			if err != nil {
				t.Fatal(err)
			}
			value := func(c Choice) string { return fmt.Sprint(c.Value) }
			for _, c := range p.Choices {
				got, _ := again.Choice(c.Key)
				if c.State == Proposed && (got.State != Said || value(got) != value(c)) || c.State == Taken && value(got) != value(c) {
					t.Errorf("%s was %q, and is %q once it is written", c.Key, value(c), value(got))
				}
			}
		})
	}
}
