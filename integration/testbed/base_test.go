//go:build linux

package testbed

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Of bases, without hosts: each is a folder with one file in its layer.
func TestBasesAreMadeOnceAndWhole(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	made := 0
	fill := func(tmp string) error {
		made++
		return os.Mkdir(filepath.Join(tmp, "layer"), 0o755)
	}
	// What a killed process left of it.
	if err := os.MkdirAll(basePath("deb12-aaa.part/layer"), 0o755); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := makeBase("deb12-aaa", "deb12-", fill); err != nil {
			t.Fatal(err)
		}
	}
	if made != 1 {
		t.Errorf("made %d times", made)
	}
	broken := errors.New("no space")
	if err := makeBase("deb12-bbb", "deb12-", func(string) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("the error of one that can't be made: %v", err)
	}
	if diff := cmp.Diff([]string{"deb12-aaa"}, bases(t)); diff != "" {
		t.Error(diff)
	}
}

func TestOldBasesGoUnlessSomethingLiesOnThem(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	now := time.Now()
	for name, hours := range map[string]int{
		"deb12-a1": 9, "deb12-a2": 8, "deb12-a3": 7, "deb12-a4": 6, "deb12-a5": 5, "deb12-a6.part": 0, // a2 lies under site, a1 under a host
		"deb12-site-b1": 20, "deb12-site-b2.part": 20, "deb11-c1": 30, "deb11-c2": 30, "deb11-c3": 30,
	} {
		if err := os.MkdirAll(basePath(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if name == "deb12-site-b1" {
			if err := os.WriteFile(basePath(name)+"/below", []byte(`["deb12-a2"]`), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Chtimes(basePath(name), now, now.Add(-time.Duration(hours)*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	h := &Host{note{ID: 7, Base: []string{"deb12-a1"}}}
	if err := errors.Join(os.MkdirAll(h.path(""), 0o755), h.save()); err != nil {
		t.Fatal(err)
	}
	if err := prune("deb12-a3", "deb12-"); err != nil {
		t.Fatal(err)
	}
	want := []string{"deb11-c1", "deb11-c2", "deb11-c3", "deb12-a1", "deb12-a2", "deb12-a3", "deb12-a4", "deb12-a5", "deb12-site-b1", "deb12-site-b2.part"}
	if diff := cmp.Diff(want, bases(t)); diff != "" {
		t.Error(diff)
	}
}

func bases(t *testing.T) []string {
	t.Helper()
	found, err := os.ReadDir(basePath(""))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range found {
		names = append(names, f.Name())
	}
	slices.Sort(names)
	return names
}
