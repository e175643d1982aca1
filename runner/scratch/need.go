package scratch

import (
	"os"
	"os/exec"
	"testing"
)

// cannot says why a test can't run here; where all have to run, that is a failure.
func cannot(t testing.TB, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// Program is the path of a program of this machine that a test needs.
func Program(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		cannot(t, name+" is not installed here")
	}
	return path
}
