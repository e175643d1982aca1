package ansible

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/inventory/inventorytest"

	"github.com/google/go-cmp/cmp"
)

// Names reads whatever lies in a folder somebody stands in: it runs none of it, waits for none of it.
func TestNamesOnlyReads(t *testing.T) {
	dir := t.TempDir()
	ran := filepath.Join(dir, "ran")
	inventorytest.Write(t, dir, "inv/good", "[web]\nweb1\n")
	inventorytest.Write(t, dir, "inv/half.ini", "[web]\nweb2\n[broken\n")
	inventorytest.Write(t, dir, "inv/big", "[web]\n"+strings.Repeat("# much\n", maxNamesFile/7)+"web3\n")
	script := inventorytest.Write(t, dir, "inv/script", "#!/bin/sh\necho >"+ran+"\necho '{\"web\": [\"web4\"]}'\n")
	if err := os.Chmod(script, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, endless := range []string{"/dev/zero", "/dev/tty"} {
		if err := os.Symlink(endless, filepath.Join(dir, "inv", filepath.Base(endless))); err != nil {
			t.Fatal(err)
		}
	}
	groups, hosts := Names([]string{filepath.Join(dir, "inv"), "", "-", filepath.Join(dir, "nosuch"), "a,b"})
	if diff := cmp.Diff([]string{"all", "ungrouped", "web"}, groups); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if got := strings.Join(hosts, " "); !strings.Contains(got, "web1") || !strings.Contains(got, "a b") || strings.Contains(got, "web3") || strings.Contains(got, "web4") {
		t.Errorf("hosts %q", got)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the script was run")
	}
}

func TestReadSaysWhatItRuns(t *testing.T) {
	dir := t.TempDir()
	script := inventorytest.Write(t, dir, "script", "#!/bin/sh\necho '{\"web\": [\"a\", \"b\"]}'\n") // asked once more for each host
	text := inventorytest.Write(t, dir, "text", "web1\n")                                            // no program, whatever its mode says
	for _, path := range []string{script, text} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	var said []string
	if _, err := Read([]string{script, text, script}, strings.NewReader(""), func(path string) { said = append(said, path) }); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{script}, said); diff != "" {
		t.Errorf("said (-want +got):\n%s", diff)
	}
}
