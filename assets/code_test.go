package assets

import (
	"strings"
	"testing"
)

// What is left out of a shell text are remarks, and nothing that a heredoc or a string has.
func TestCode(t *testing.T) {
	code, text := Code("shell/prelude.sh"), Text("shell/prelude.sh")
	if len(code) > len(text)*8/10 || strings.Contains(code, "\n# m ") || !strings.HasPrefix(code, "umask 022\n") {
		t.Errorf("%d of %d bytes are left:\n%s", len(code), len(text), code)
	}
	n := 0
	for line := range strings.Lines(text) {
		if line = strings.TrimLeft(line, "\t"); strings.HasPrefix(line, "# ") && !strings.HasPrefix(line, "# shellcheck ") {
			n++
		}
	}
	if strings.Count(text, "\n")-n != strings.Count(code, "\n") {
		t.Errorf("%d lines of %d, of which %d are remarks", strings.Count(code, "\n"), strings.Count(text, "\n"), n)
	}
}
