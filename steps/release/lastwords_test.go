package release

import (
	"fmt"
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

// Why gunicorn does not come up is told once, however many workers have failed by it.
func TestLastWordsOfGunicorn(t *testing.T) {
	const cause = "config/wsgi.py, line 3, in <module>: raise ValueError('no')\nValueError: no\n"
	dir, logged := t.TempDir(), "before\n"
	for i := range 12 {
		logged += fmt.Sprintf("[2026-11-28 15:05:40 +0000] [%d] [INFO] Booting worker\n[2026-11-28 15:05:40 +0000] [%d] [ERROR] Exception in worker process\n"+
			"Traceback (most recent call last):\n  File \"/webapps/.sites/shop/releases/1/config/wsgi.py\", line 3, in <module>\n    raise ValueError('no')\nValueError: no\n", i, i)
	}
	logged += "[2026-11-28 15:05:42 +0000] [7] [ERROR] Reason: Worker failed to boot.\n"
	if err := os.Mkdir(filepath.Join(dir, "logs"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "logs", "gunicorn.log"), []byte(logged), 0o600); err != nil {
		t.Fatal(err)
	}
	_, text, _ := strings.Cut(assets.Code("shell/slot.sh"), "\ntell_logs() {\n")
	text, _, _ = strings.Cut(text, "\n}\n")
	out, err := exec.Command("sh", "-c", shell.Set("site", "shop", "home", dir, "log_end", "7", "program_end", "0")+assets.Code("shell/traced.sh")+
		"as() { shift; \"$@\"; }\ntell_logs() {\n"+text+"\n}\ntell_logs || :").CombinedOutput()
	if want := cause + "[2026-11-28 15:05:42 +0000] [7] [ERROR] Reason: Worker failed to boot.\n"; err != nil || string(out) != want {
		t.Errorf("%v\n%s\nwant\n%s", err, out, want)
	}
}
