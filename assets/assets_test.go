package assets

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// each calls f with every embedded file.
func each(t *testing.T, f func(path, text string)) {
	t.Helper()
	n := 0
	err := fs.WalkDir(files, ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			n++
			f(path, Text(path))
		}
		return err
	})
	if err != nil || n < 20 {
		t.Fatalf("%d files, %v", n, err)
	}
}

func TestFilesAreCleanText(t *testing.T) {
	each(t, func(path, text string) {
		switch {
		case !utf8.ValidString(text), strings.Contains(text, "\r"), strings.Contains(text, "\x00"):
			t.Errorf("%s is not plain text", path)
		case !strings.HasSuffix(text, "\n"), strings.HasSuffix(text, "\n\n"):
			t.Errorf("%s does not end with one newline", path)
		}
		for line := range strings.Lines(text) {
			if strings.TrimRight(line, " \t\n") != strings.TrimRight(line, "\n") {
				t.Errorf("%s: blanks at the end of %q", path, line)
			}
		}
	})
}

// What is uploaded can be read by anyone who can read the program.
func TestNoSecretIsEmbedded(t *testing.T) {
	secret := regexp.MustCompile(`(?i)-----BEGIN|(password|secret|token)["']?\s*[:=]\s*["'][^"'$<{]{4,}["']|[A-Za-z0-9+/]{40,}={0,2}$|[0-9a-f]{32,}`)
	each(t, func(path, text string) {
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, " --hash=sha256:")
			if found := secret.FindString(strings.TrimSpace(line)); found != "" {
				t.Errorf("%s: %q looks like a secret", path, found)
			}
		}
	})
}

func TestRender(t *testing.T) {
	if got := Render("site/sshd.conf", map[string]string{"Project": "example"}); !strings.HasSuffix(got, "\nDenyUsers example\n") {
		t.Errorf("%q", got)
	}
	for name, f := range map[string]func(){
		"a file that is not there":        func() { Text("site/none") },
		"a template that is not there":    func() { Render("site/none", nil) },
		"data that a template needs more": func() { Render("site/sshd.conf", map[string]string{}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s is no panic", name)
				}
			}()
			f()
		}()
	}
}
