package tree

import (
	"errors"
	"io/fs"
	"testing"
)

func TestFile(t *testing.T) {
	r := newRepo(t)
	r.write("app/requirements.txt", "django\n")
	r.write("ümlaut", "")
	r.link("app/requirements.txt", "linked")
	r.link("around", "around")
	r.git("add", "-A")
	r.git("commit", "-q", "-m", "one")
	r.write("app/requirements.txt", "changed since\n")
	tree, err := Resolve(t.Context(), r.dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	for name, want := range map[string]string{"app/requirements.txt": "django\n", "./app//requirements.txt": "django\n", "linked": "django\n", "ümlaut": ""} {
		if got, err := tree.File(t.Context(), name); err != nil || got != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for _, name := range []string{"app", "none", "../out", "/etc/passwd", "around", "*"} {
		if _, err := tree.File(t.Context(), name); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
