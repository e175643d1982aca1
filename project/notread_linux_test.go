package project

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A link that leads out is not followed, nor is anything read that is no file, or too much.
func TestWhatIsNotRead(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(outside, []byte("python-3.5.1\nworker: secret\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	dir := folderOf(t, map[string]string{manageFile: manage, "shop/settings.py": "", "requirements.txt": strings.Repeat("#", largestFile+1), "real.txt": "python-3.11\n"})
	for name, to := range map[string]string{"Procfile": outside, ".gitignore": "../../" + filepath.Base(filepath.Dir(outside)) + "/secret", "app.json": "/etc/passwd", "runtime.txt": "real.txt", "loop": "."} {
		if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "package.json"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "x\x1b[2Jy.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := Read(dir, fits)
	if err != nil {
		t.Fatal(err)
	}
	text := told(p)
	if strings.Contains(text, "secret") || strings.Contains(text, "root:") {
		t.Errorf("read outside:\n%s", text)
	}
	for _, want := range []string{"python = 3.11 [taken] runtime.txt\n", "! : requirements.txt is larger than 1 MiB, and was not read", "! : x?[2Jy.txt has a name that does not print, and was not read"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in:\n%s", want, text)
		}
	}
}
