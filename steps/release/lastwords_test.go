package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"djship/assets"
	"djship/shell"
)

// Of a process that died its last traceback is shown, whatever the one of its name that is live says meanwhile; without one the end of what was logged since.
func TestLastWordsOfAProcess(t *testing.T) {
	const trace = "Traceback (most recent call last):\n  File \"w.py\", line 1, in <module>\ntick 3\n    boom()\nValueError: no\n"
	for _, c := range []struct{ what, logged, want string }{
		{"a traceback among others' lines", "tick 1\n" + trace + "tick 4\n", strings.Replace(trace, "tick 3\n", "", 1)},
		{"two", strings.Replace(trace, "no", "first", 1) + "\nDuring handling of the above exception, another exception occurred:\n\n" + trace + "tick 4\n", strings.Replace(trace, "tick 3\n", "", 1)},
		{"no message", "Traceback (most recent call last):\n  File \"w.py\", line 1\nKeyboardInterrupt\ntick 4\n", "Traceback (most recent call last):\n  File \"w.py\", line 1\nKeyboardInterrupt\n"},
		{"none", "tick 1\n\nnosuch: command not found\n", "tick 1\nnosuch: command not found\n"},
		{"nothing", "", ""},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, "worker.log")
		if err := os.WriteFile(path, []byte("before\n"+c.logged), 0o600); err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(assets.Code("shell/processes.sh"), "/webapps/${site}_project/logs", dir)
		out, err := exec.Command("sh", "-c", shell.Set("site", "shop")+text+"as() { shift; \"$@\"; }\ndied=worker-1 logged='worker.log 7'\ntell_process").CombinedOutput()
		if err != nil || string(out) != c.want {
			t.Errorf("%s: %v\n%s\nwant\n%s", c.what, err, out, c.want)
		}
	}
}
