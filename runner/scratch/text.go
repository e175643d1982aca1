package scratch

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Check has a program look at a text and fails with what it says.
func Check(t *testing.T, name, text string, command ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(Program(t, command[0]), append(command[1:], path)...).CombinedOutput(); err != nil {
		t.Errorf("%s: %s: %v\n%s", name, command[0], err, out)
	}
}
