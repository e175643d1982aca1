package tree

import (
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A copy has the bytes of the tree, in which attributes have been obeyed once: never twice.
func TestCopyTo(t *testing.T) {
	dir := t.TempDir()
	files := map[string]string{"manage.py": "#!/usr/bin/env python\n", "a b/é.txt": "one\r\ntwo\n", ".gitattributes": "*.txt text eol=crlf\n"}
	for name, text := range files {
		at := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(at), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(at, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := Resolve(t.Context(), dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	want, got := maps.Clone(files), map[string]string{}
	want["a b/é.txt"] = "one\r\ntwo\r\n"
	for range 2 {
		into := t.TempDir()
		if err := tree.CopyTo(t.Context(), into); err != nil {
			t.Fatal(err)
		}
		for name := range files {
			text, err := os.ReadFile(filepath.Join(into, name))
			if err != nil {
				t.Fatal(err)
			}
			got[name] = string(text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}
