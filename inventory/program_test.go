package inventory

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// program is djship as people build it, for the comparisons with Ansible, which are made of what it prints and how it ends. With the race
// detector each of its many hundred runs would take many times as long.
var program string

func TestMain(m *testing.M) { os.Exit(withProgram(m.Run)) }

func withProgram(run func() int) int {
	dir, err := os.MkdirTemp("", "djship-inventory")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program = filepath.Join(dir, "djship")
	if out, err := exec.Command("go", "build", "-o", program, "djship").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build: %v\n%s", err, out)
		return 1
	}
	return run()
}
