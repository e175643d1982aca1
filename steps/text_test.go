package steps

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/assets"
)

// wholeTexts are the texts as hosts get them, by the shell that runs them.
func wholeTexts(t *testing.T) map[string]string {
	all := map[string]string{"guard": Guard("MARK", "SIGN", "20261123-114501-a1b2", "deploy", "ann@laptop's, deploy", true).String()}
	for name, list := range lists() {
		all["probe of "+name] = Probe(list, "MARK", "SIGN")
		all["work of "+name] = unpack(t, Work(NewPlan(list, debian12, nothing(list)).Changes(), Job{Run: "r1", Now: time.Unix(0, 0)}))["work"]
	}
	return all
}

// check has a program look at a text and fails with what it says.
func check(t *testing.T, name, text string, command ...string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "text")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(program(t, command[0]), append(command[1:], path)...).CombinedOutput(); err != nil {
		t.Errorf("%s: %s: %v\n%s", name, command[0], err, out)
	}
}

func TestTextsAreShell(t *testing.T) {
	for name, text := range wholeTexts(t) {
		for _, shell := range shells {
			check(t, name, text, shell, "-n")
		}
	}
	check(t, "supervisord.init", assets.Text("host/supervisord.init"), "dash", "-n")
}

// What is left out is meant: variables that are set for others or by others, words that are split,
// variables emptied in a row, and a signal that is called done.
func TestShellcheck(t *testing.T) {
	const meant = "--exclude=SC2034,SC2154,SC2086,SC1007,SC1010"
	for name, text := range wholeTexts(t) {
		if strings.HasSuffix(name, " 2") || strings.HasSuffix(name, "overwrite") {
			continue // the same words in other numbers
		}
		check(t, name, text, "shellcheck", "--shell=sh", "--severity=warning", meant)
	}
	check(t, "supervisord.init", assets.Text("host/supervisord.init"), "shellcheck", "--shell=sh", "--severity=warning")
}

// A site's Python is whatever its host has; the oldest is 2.7.
func TestPythonFiles(t *testing.T) {
	const compile = "import ast, sys; ast.parse(open(sys.argv[1], 'rb').read())"
	for _, name := range []string{"production.py", "urls.py", "views.py"} {
		text := assets.Render("site/"+name, map[string]any{"Project": "example", "Domain": "example.com", "At": site3().Layout()})
		check(t, name, text, "python3", "-c", compile)
		if strings.Contains(text, "f'") || strings.Contains(text, `f"`) {
			t.Errorf("%s has what Python 2 does not know", name)
		}
	}
	for _, name := range []string{"shell/role.sh", "shell/gunicorn.sh"} {
		_, program, _ := strings.Cut(assets.Text(name), "import ")
		program, _, _ = strings.Cut("import "+program, map[string]string{"shell/role.sh": "\n')", "shell/gunicorn.sh": "\nPY"}[name])
		check(t, name, program, "python3", "-c", compile)
	}
}

// Every template renders for every site.
func TestTemplates(t *testing.T) {
	for _, s := range []Site{site2(), site3(), {Project: strings.Repeat("a", 32), Domain: strings.Repeat("a", 60) + ".example", Python: 3}} {
		for _, name := range []string{"gunicorn_start.sh", "logrotate", "nginx.conf", "prepare_env.sh", "production.py", "sshd.conf", "supervisor.conf"} {
			text := s.asset(name)(debian12)
			if strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || !strings.Contains(text, s.Project) {
				t.Errorf("%s of %s:\n%s", name, s.Project, text)
			}
		}
	}
}

func TestScriptsForPeople(t *testing.T) {
	for _, name := range []string{"prepare_env.sh", "gunicorn_start.sh"} {
		check(t, name, site3().asset(name)(Facts{PGPort: 5433}), "bash", "-n")
		check(t, name, site3().asset(name)(Facts{PGPort: 5433}), "shellcheck", "--shell=bash", "--severity=error")
	}
}
