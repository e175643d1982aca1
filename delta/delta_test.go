package delta

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

// keep returns a basis that this machine keeps.
func keep(t *testing.T, text string) *Basis {
	b := New(t.TempDir(), text)
	if err := os.WriteFile(b.Path, []byte(b.Text), 0o600); err != nil {
		t.Fatal(err)
	}
	return b
}

// TestExpand holds what awk makes of a delta against the text, and what a shell does by a script of one against what it does by the text.
func TestExpand(t *testing.T) {
	const basis = "echo \"one  $x\"\nif true; then\n\techo 'two\\n' \"$(echo '%s=1,2')\"\nfi\necho tschüß\x80\n:\n\necho long, long, long, longer\n"
	texts := []string{
		basis,
		"x=1\n" + basis + basis,
		"echo only\necho this\n",
		"echo \"one  $x\"\necho '=3,4'\necho '+5'\n\n\nif true; then\n\techo other\nfi\n",
		"cat <<'E'\ndjship_delta\necho tschüß\x80\n=1,1\nE\necho long, long, long, longer",
		"",
	}
	for _, shell := range []string{"dash", "bash"} {
		if _, err := exec.LookPath(shell); err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			b := keep(t, basis)
			out := run(t, "sh", b.Expander()+"djship_expand", b.Of(text))
			if want := strings.TrimSuffix(text, "\n") + "\n"; out != want {
				t.Errorf("%q came out as %q", want, out)
			}
			if got, want := run(t, shell, b.Expander()+b.Script(text), ""), run(t, shell, text, ""); got != want {
				t.Errorf("%s: %q prints %q in the place of %q", shell, text, got, want)
			}
		}
	}
}

func run(t *testing.T, shell, text, stdin string) string {
	t.Helper()
	cmd := exec.Command(shell, "-c", text)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return string(out)
}

// TestOfIsShort asks for what is common not to be repeated, and for single short lines not to be named.
func TestOfIsShort(t *testing.T) {
	b := New("/x", "a\nfi\nthe first line of two\nthe second line\nfi\n")
	if got, want := b.Of("fi\nthe first line of two\nthe second line\nother\nfi\n"), "=2,3\n+other\n+fi\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestKept tells a basis that is there from one that is not, or is another.
func TestKept(t *testing.T) {
	b := keep(t, "text\n")
	question := b.Kept() + " && echo yes || echo no"
	if got := run(t, "sh", question, ""); got != "yes\n" {
		t.Errorf("there: %q", got)
	}
	for _, change := range []func() error{
		func() error { return os.WriteFile(b.Path, []byte("text\n"), 0o600) },
		func() error { return os.Remove(b.Path) },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if got := run(t, "sh", question, ""); got != "no\n" {
			t.Errorf("changed: %q", got)
		}
	}
}
