//go:build linux

package integration

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// A whole `up`, from a fresh host to a site, is watched by a local account: none of the secrets that are
// made meanwhile comes by, in no command line and in no file; nor does the script that runs.
func TestUpShowsLocalAccountsNothing(t *testing.T) {
	slow(t)
	eachDebian(t, func(t *testing.T, suite int) {
		h, w := up(t, suite, fresh)
		on(t, h, "useradd -m mallory")
		stop := watched(t, h, "mallory", "/tmp", "/var/tmp", "/dev/shm", "/run/djship", "/webapps", "/var/lib/djship", "/opt/djship/tmp", "/etc/nginx", "/etc/supervisor", "/var/log")
		w.djship(0, "up", "example", "example.com", "--diff", "-vv")
		seen := stop()
		secrets := siteSecrets(t, h, "example")
		for i, secret := range secrets {
			if len(secret) < 40 || strings.Contains(seen, secret) {
				t.Errorf("secret %d (%d bytes) was seen:\n%.500s", i, len(secret), around(seen, secret))
			}
		}
		// That it would have been seen is shown by what may be.
		for _, public := range []string{"gunicorn", "/webapps/example_project/bin/python"} {
			if !strings.Contains(seen, public) {
				t.Errorf("%s was not seen", public)
			}
		}
		// Nobody but those who are meant to may read them now.
		for _, word := range secrets {
			if err := os.WriteFile(filepath.Join(h.Root(), "home/mallory/word"), []byte(word), 0o644); err != nil {
				t.Fatal(err)
			}
			same(t, "files that mallory may read", try(t, h, "runuser -u mallory -- grep -rlF -f /home/mallory/word /etc /webapps /var /home /opt /usr/local /srv /run /tmp /dev/shm 2>/dev/null | grep -vx /home/mallory/word || :"), "")
		}
	})
}

// around is a text about the first place of a word.
func around(text, word string) string {
	at := strings.Index(text, word)
	if at < 0 {
		return ""
	}
	return text[max(0, at-200):]
}

// watched has an account keep what it gets to see, until stop, which gives it.
func watched(t *testing.T, h *testbed.Host, account string, folders ...string) (stop func() string) {
	t.Helper()
	exe := filepath.Join(h.Root(), "usr/local/watcher")
	build := exec.Command("go", "build", "-o", exe, "./watcher")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd, err := h.Command(t.Context(), append([]string{"runuser", "-u", account, "--", "/usr/local/watcher"}, folders...)...)
	if err != nil {
		t.Fatal(err)
	}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd.Stdout = &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() string {
		t.Helper()
		_ = stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Fatalf("the watcher: %v", err)
		}
		lines := strings.Split(strings.TrimSpace(out.String()), "\n")
		t.Log(lines[len(lines)-1])
		var seen strings.Builder
		for _, line := range lines[1 : len(lines)-1] {
			text, err := strconv.Unquote(line)
			if err != nil {
				t.Fatalf("the watcher says %.200s", line)
			}
			seen.WriteString(strings.ReplaceAll(text, "\x00", " ") + "\n")
		}
		return seen.String()
	}
}
