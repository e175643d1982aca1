//go:build unix

package inventory

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestChildrenSeeNoFlags has an inventory that is a program, and a program that ssh_config asks,
// write down their environment: what stands for djship's flags is not in it, the rest is.
func TestChildrenSeeNoFlags(t *testing.T) {
	t.Setenv("DJSHIP_ASK_PASS", "a-password")
	t.Setenv("ALL_OTHERS", "stay")
	dir := t.TempDir()
	write := func(name, text string, mode os.FileMode) string {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	script := write("inventory", "#!/bin/sh\nenv >"+dir+"/seen-script\necho '{\"web\": {\"hosts\": [\"web1\"]}, \"_meta\": {\"hostvars\": {}}}'\n", 0o700)
	if _, err := Load([]string{script}, nil); err != nil {
		t.Fatal(err)
	}
	seen := []string{"seen-script"}
	if ssh, err := exec.LookPath("ssh"); err == nil {
		config := write("config", "Match host web1 exec \"env >"+dir+"/seen-match\"\n  User dev\n", 0o600)
		c := &SSHConfig{program: ssh, slots: make(chan struct{}, 1)}
		if _, err := c.run(config, query{host: "web1"}); err != nil {
			t.Fatal(err)
		}
		seen = append(seen, "seen-match")
	} else if os.Getenv("DJSHIP_REQUIRE_ALL") == "1" || os.Getenv("CI") == "true" {
		t.Fatal("ssh is not installed")
	}
	for _, name := range seen {
		env, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(env); !strings.Contains(text, "ALL_OTHERS=stay\n") || strings.Contains(text, "a-password") {
			t.Errorf("%s has\n%s", name, text)
		}
	}
}
