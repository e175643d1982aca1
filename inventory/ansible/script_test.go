//go:build unix

package ansible

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

// An inventory that is a program does not see what stands for djship's flags, and sees the rest.
func TestInventoryProgramSeesNoFlags(t *testing.T) {
	t.Setenv("DJSHIP_ASK_PASS", "a-password")
	t.Setenv("ALL_OTHERS", "stay")
	dir := t.TempDir()
	script := inventorytest.Write(t, dir, "inventory", "#!/bin/sh\nenv >"+dir+"/seen\necho '{\"web\": {\"hosts\": [\"web1\"]}, \"_meta\": {\"hostvars\": {}}}'\n")
	if err := os.Chmod(script, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll([]string{script}, nil); err != nil {
		t.Fatal(err)
	}
	env, err := os.ReadFile(filepath.Join(dir, "seen"))
	if err != nil {
		t.Fatal(err)
	}
	if text := string(env); !strings.Contains(text, "ALL_OTHERS=stay\n") || strings.Contains(text, "a-password") {
		t.Errorf("it has\n%s", text)
	}
}
