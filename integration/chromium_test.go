//go:build linux

package integration

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// A chromium is Debian's browser with a home of its own, for which all names lead to one host.
type chromium struct {
	t              *testing.T
	home, resolves string
}

// browser is one that trusts the visitor's root.
func (v httpsVisitor) browser(t *testing.T) *chromium {
	t.Helper()
	for _, program := range []string{"chromium", "certutil"} {
		if _, err := exec.LookPath(program); err != nil {
			const text = "no chromium or certutil (apt-get install chromium libnss3-tools): https is not tried in a browser"
			if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
				t.Fatal(text)
			}
			t.Log(text)
			return nil
		}
	}
	b := &chromium{t, t.TempDir(), "MAP * " + v.Addr()}
	database := filepath.Join(b.home, ".pki/nssdb")
	if err := os.MkdirAll(database, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-N", "--empty-password"}, {"-A", "-t", "C,,", "-n", "test", "-i", v.caFile}} {
		if out, err := exec.CommandContext(t.Context(), "certutil", append([]string{"-d", "sql:" + database}, args...)...).CombinedOutput(); err != nil {
			t.Fatalf("certutil: %v\n%s", err, out)
		}
	}
	return b
}

// meets has the browser go to an address. What it shows has to have some words – there are none where it has no page –, and what it notes of its connections has to match some expressions.
func (b *chromium) meets(url, shows string, notes ...string) {
	b.t.Helper()
	log := filepath.Join(b.home, "notes")
	ctx, cancel := context.WithTimeout(b.t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--user-data-dir="+filepath.Join(b.home, "profile"), "--host-resolver-rules="+b.resolves, "--log-net-log="+log, "--dump-dom", url)
	cmd.Env, cmd.WaitDelay = append(os.Environ(), "HOME="+b.home), time.Second
	shown, err := cmd.Output()
	if err != nil {
		b.t.Errorf("chromium: %v", err)
	}
	noted, err := os.ReadFile(log)
	if err != nil {
		b.t.Error(err)
	}
	if !strings.Contains(string(shown), shows) {
		b.t.Errorf("chromium at %s: %q is not shown:\n%.2000s", url, shows, shown)
	}
	for _, note := range notes {
		if !regexp.MustCompile(note).Match(noted) {
			b.t.Errorf("chromium at %s: %q is not noted", url, note)
		}
	}
}
