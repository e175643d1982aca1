package cli

import (
	"os"
	"path/filepath"
	"testing"

	"djship/project"
	"djship/steps/django"
)

// What is read in the text of settings is a guess: the host finds by importing them which there are, and whether there are static files.
func TestGuessesAreLeftToTheHost(t *testing.T) {
	for _, c := range []struct {
		what, wsgi, beside, settings string
		guessed                      bool
	}{
		{"manage.py's", "'shop.settings'", "", "", false},
		{"a module that is not there", "os.environ.get('NAME', 'shop.nothing')", "", "", false},
		{"one for production", "'shop.settings'", "shop/settings_production.py", "shop.settings_production", true},
	} {
		t.Run(c.what, func(t *testing.T) {
			dir := t.TempDir()
			files := map[string]string{"manage.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'shop.settings')\n", "requirements.txt": "django\n", "shop/__init__.py": "",
				"shop/settings.py": "INSTALLED_APPS = ['shop'] + MORE\n", "shop/wsgi.py": "os.environ.setdefault('DJANGO_SETTINGS_MODULE', " + c.wsgi + ")\n"}
			if c.beside != "" {
				files[c.beside] = "from .settings import *\n"
			}
			for name, text := range files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			p, err := project.Read(dir, func(string) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			r := releaseOf(p, django.Site{Project: "shop"})
			if !r.Static || r.Settings != c.settings || (r.Guessed != "") != c.guessed {
				t.Errorf("static %v, settings %q, guessed %q", r.Static, r.Settings, r.Guessed)
			}
		})
	}
}
