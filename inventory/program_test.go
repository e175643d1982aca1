package inventory_test

import (
	"os"
	"testing"

	"djship/cli"
)

// TestMain lets the test binary be djship itself for the comparisons with Ansible, which are made of
// what the program prints and how it ends.
func TestMain(m *testing.M) {
	if os.Getenv("DJSHIP_TEST_PROGRAM") == "1" {
		_ = os.Unsetenv("DJSHIP_TEST_PROGRAM")
		os.Exit(cli.Main(os.Args, cli.OS()))
	}
	os.Exit(m.Run())
}
