//go:build unix

package sshconfig

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
)

// A program that ssh_config asks does not see what stands for djship's flags, and sees the rest.
func TestMatchExecSeesNoFlags(t *testing.T) {
	program, err := exec.LookPath("ssh")
	if err != nil {
		inventorytest.CannotRun(t, "ssh is not installed")
	}
	t.Setenv("DJSHIP_ASK_PASS", "a-password")
	t.Setenv("ALL_OTHERS", "stay")
	dir := t.TempDir()
	config := inventorytest.Write(t, dir, "config", "Match host web1 exec \"env >"+dir+"/seen\"\n  User dev\n")
	c := &Config{program: program, slots: make(chan struct{}, 1)}
	if _, err := c.run(config, hostQuery{host: "web1"}); err != nil {
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
