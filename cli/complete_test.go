package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The completion scripts are tried in the shells themselves.
func TestCompletionInRealShells(t *testing.T) {
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "djship"), "djship")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "hosts.ini"), []byte("[sites]\nweb1\ndb2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	shells := map[string]func(line string) string{
		"bash": func(line string) string {
			return `source <(djship completion bash); read -ra COMP_WORDS <<<'` + line + `'
				[[ '` + line + `' != *' ' ]] || COMP_WORDS+=("")
				COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _djship; printf '%s\n' "${COMPREPLY[@]}"`
		},
		"fish": func(line string) string { return `djship completion fish | source; complete -C '` + line + `'` },
		// A second zsh in a pseudo-terminal completes the line; Tab lists what there is.
		"zsh": func(line string) string {
			return `zmodload zsh/zpty; zpty z zsh -f -i
				zpty -w z 'PS1=; unsetopt beep; setopt list_packed; autoload -Uz compinit && compinit -u -D; eval "$(djship completion zsh)"; echo REA''DY'
				zpty -r z out '*REA''DY'; zpty -r z out '*READY'
				zpty -n -w z '` + line + `'$'\t'; sleep 3; while zpty -r -t z out; do print -r -- $out; done; zpty -d z`
		},
	}
	for shell, script := range shells {
		t.Run(shell, func(t *testing.T) {
			if _, err := exec.LookPath(shell); err != nil {
				cannot(t, shell+" is not installed")
			}
			for line, want := range map[string]string{
				"djship dep":             "deploy",
				"djship deploy --chec":   "--check",
				"djship prereq -l we":    "web1",
				"djship completion ":     "fish",
				"djship deploy x y.zz ":  "3",
				"djship -i hosts.ini lo": "log",
			} {
				cmd := exec.Command(shell, "-c", script(line))
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "TERM=xterm", "DJSHIP_INVENTORY=hosts.ini")
				out, err := cmd.CombinedOutput()
				if err != nil || !strings.Contains(string(out), want) {
					t.Errorf("%q: want %q, got %q (%v)", line, want, out, err)
				}
			}
		})
	}
}

// cannot says aloud what can't run here; where everything has to, it fails.
func cannot(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}
