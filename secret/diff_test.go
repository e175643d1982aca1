package secret

import (
	"strings"
	"testing"
)

func TestDiffOfSecrets(t *testing.T) {
	old, text := "A=1\nEMAIL_PASSWORD=hunter2\n", "A=2\n"
	if d := Diff("x", "x", old, text); strings.Contains(d, "hunter2") || !strings.Contains(d, "-EMAIL_PASSWORD=********\n") || !strings.Contains(d, "+A=2\n") {
		t.Error(d)
	}
	if d := Diff("x", "x", "PASSWORD=one\n", "PASSWORD=two\n"); d != "x: another secret, which is not shown\n" {
		t.Error(d)
	}
	if d := Diff("x", "x", "\x00\xff", ""); d != "x: binary, 2 bytes\n" {
		t.Error(d)
	}
}
