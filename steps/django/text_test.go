package django

import (
	"os"
	"strings"
	"testing"

	"djship/assets"
	"djship/runner/scratch"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// A site's Python is whatever its host has; the oldest is 2.7.
func TestPythonFiles(t *testing.T) {
	const compile = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())"
	for _, name := range []string{"production.py", "urls.py", "views.py"} {
		text := site3().asset(name)(model.Facts{})
		secure := withFiles().asset(name)(model.Facts{})
		scratch.Check(t, name, text, "python3", "-c", compile)
		scratch.Check(t, name, secure, "python3", "-c", compile)
		if strings.Contains(text, "f'") || strings.Contains(text, `f"`) {
			t.Errorf("%s has what Python 2 does not know", name)
		}
	}
	for _, name := range []string{"shell/verifier.sh", "shell/gunicorn.sh"} {
		_, program, _ := strings.Cut(assets.Text(name), "import ")
		program, _, _ = strings.Cut("import "+program, map[string]string{"shell/verifier.sh": "\n'\n}", "shell/gunicorn.sh": "\nPY"}[name])
		scratch.Check(t, name, program, "python3", "-c", compile)
	}
}

// Every template renders for every site.
func TestTemplates(t *testing.T) {
	templates, err := os.ReadDir("../../assets/site")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Site{site2(), site3(), {Project: strings.Repeat("a", 32), Domain: strings.Repeat("a", 60) + ".example", Python: 3}} {
		for _, file := range templates {
			name := file.Name()
			text := s.asset(name)(modeltest.Debian12)
			if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || !strings.Contains(text, s.Project) {
				t.Errorf("%s of %s:\n%s", name, s.Project, text)
			}
		}
	}
}

func TestScriptsForPeople(t *testing.T) {
	for _, name := range []string{"prepare_env.sh", "gunicorn_start.sh"} {
		scratch.Check(t, name, site3().asset(name)(model.Facts{PGPort: 5433}), "bash", "-n")
		scratch.Check(t, name, site3().asset(name)(model.Facts{PGPort: 5433}), "shellcheck", "--shell=bash", "--severity=error")
	}
}
