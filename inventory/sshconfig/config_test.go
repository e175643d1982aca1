package sshconfig

import (
	"errors"
	"os"
	"strings"
	"testing"

	"djship/inventory/inventorytest"
	"djship/inventory/source"
)

// One answer of ssh does for all hosts where its configuration tells none apart.
func TestOneQuestionForAll(t *testing.T) {
	for text, want := range map[string]int{
		"Host *\n  User u\nMatch all\n  Port 2200\n": 1,
		"Host a\n  User u\n":                         3,
		"UserKnownHostsFile ~/.ssh/%h\n":             3,
	} {
		c, err := Open(inventorytest.Write(t, t.TempDir(), "config", text))
		if err != nil {
			t.Fatal(err)
		}
		if c.program == "" {
			inventorytest.CannotRun(t, "there is no ssh to ask")
		}
		for _, host := range []string{"a", "b", "C"} {
			ep, err := endpointOf(t, c, host)
			if err != nil {
				t.Fatal(err)
			}
			if ep.Addr != strings.ToLower(host) {
				t.Errorf("address %s of %s", ep.Addr, host)
			}
		}
		if got := len(c.answers); got != want {
			t.Errorf("%q: %d questions, want %d", text, got, want)
		}
	}
}

func TestMissingConfig(t *testing.T) {
	_, err := Open("/nowhere/config")
	if !errors.Is(err, os.ErrNotExist) || err.Error() != "ssh configuration /nowhere/config: no such file or directory" {
		t.Errorf("got %v", err)
	}
	var unread *source.ReadError
	if !errors.As(err, &unread) || !strings.Contains(unread.Hint(), "-F FILE") {
		t.Errorf("the hint is of something else: %v", err)
	}
}
