package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"djship/report"
	"djship/rollout"
)

// The completion scripts are tried in the shells themselves.
func TestCompletionInRealShells(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(dir, "djship"), "djship")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, "hosts.ini"), []byte("[sites]\nweb1\ndb2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(dir, "state")
	run := earlierRun(t, state, "web1")
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
				"djship ping --limit=we": "web1",
				"djship prereq -l we":    "web1",
				"djship completion ":     "fish",
				"djship deploy x y.zz ":  "3",
				"djship -i hosts.ini lo": "log",
				"djship log web1 2":      run,
				"djship report 2":        run,
			} {
				t.Run(line, func(t *testing.T) {
					t.Parallel()
					cmd := exec.Command(shell, "-c", script(line))
					cmd.Dir = dir
					cmd.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_STATE_HOME="+state, "TERM=xterm", "DJSHIP_INVENTORY=hosts.ini")
					out, err := cmd.CombinedOutput()
					if err != nil || !strings.Contains(string(out), want) {
						t.Errorf("want %q, got %q (%v)", want, out, err)
					}
				})
			}
		})
	}
}

// earlierRun makes the logs of a run of prereq that had these hosts, and returns its id.
func earlierRun(t *testing.T, state string, hosts ...string) string {
	t.Helper()
	dirs, _ := filepath.Glob(filepath.Join(state, "djship", "runs", "*"))
	id := fmt.Sprintf("20261123-0800%02d-00cc", len(dirs))
	logs, err := report.Logs(filepath.Join(state, "djship", "runs", id))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 23, 8, 0, len(dirs), 0, time.UTC)
	take := func(e rollout.Event) { logs.Take(rollout.Record{Time: now, Run: id, Event: e}) }
	take(rollout.RunStart{Version: "1", Command: "prereq", Args: []string{"3"}, Hosts: hosts})
	for _, h := range hosts {
		take(rollout.HostStart{Host: h, Batch: 1})
		take(rollout.HostEnd{Host: h, Status: rollout.Failed, Error: "the log of " + h + " in " + id})
	}
	take(rollout.RunEnd{Status: 1, Failed: len(hosts), Seconds: 2, LogDir: "elsewhere"})
	if err := logs.Close(); err != nil {
		t.Fatal(err)
	}
	return id
}

// What TAB offers for log and report: hosts and runs, and of a host its own.
func TestRunsAreOffered(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	t.Setenv("XDG_STATE_HOME", dir)
	if err := os.WriteFile("hosts.ini", []byte("web1\nweb2\nweb3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	both, one := earlierRun(t, dir, "web1", "web2"), earlierRun(t, dir, "web1")
	for typed, want := range map[string][]string{
		"report ":                            {one, both},
		"report 20":                          {one, both},
		"report " + one:                      {one},
		"report x ":                          nil,
		"log ":                               {"web1", "web2", "web3", one, both},
		"log we":                             {"web1", "web2", "web3"},
		"log 2026":                           {one, both},
		"log web1 ":                          {one, both},
		"log web2 ":                          {both},
		"log web3 ":                          nil,
		"log web1 x ":                        nil,
		"log -l ":                            {"web1", "web2", "web3"},
		"log -l web2 ":                       {both},
		"log -lweb2 ":                        {both},
		"-l web2 log ":                       {both},
		"log --limit=w2 ":                    nil,
		"log --limit=":                       {"--limit=web1", "--limit=web2", "--limit=web3"},
		"ping --limit=we":                    {"--limit=web1", "--limit=web2", "--limit=web3"},
		"ping -l=web2":                       {"-l=web2"},
		"deploy --check=":                    nil,
		"deploy --nosuch=":                   nil,
		"deploy --limit=web1,w":              {"--limit=web1,web1", "--limit=web1,web2", "--limit=web1,web3"},
		"-i other,b, ping --limit ":          {"all", "ungrouped", "other", "b"},
		"--inventory=other,b, ping --limit=": {"--limit=all", "--limit=ungrouped", "--limit=other", "--limit=b"},
		"help exit":                          {"exit-status"},
		"runs --":                            {"--help", "--json", "--no-color"},
		"log --":                             {"--help", "--limit"},
	} {
		words := strings.Split(typed, " ")
		last := len(words) - 1
		got := completing{Env{Getenv: os.Getenv}, words[:last]}.offered(words[last])
		if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%q (-want +got):\n%s", typed, diff)
		}
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
