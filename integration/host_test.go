//go:build linux

package integration

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
)

// on runs a command on the host, as root and not by ssh, that has to succeed, and returns what it
// printed, trimmed.
func on(t testing.TB, h *testbed.Host, command string) string {
	t.Helper()
	out, err := h.Run(t.Context(), command)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// try runs a command on the host that may fail, and returns all that it printed, with its failure
// at the end.
func try(t testing.TB, h *testbed.Host, command string) string {
	t.Helper()
	out, err := h.Run(t.Context(), "{ "+command+"\n} 2>&1 || echo \"(status $?)\"")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

// as is what a person types who does something as a site's account.
func as(project, commands string) string {
	return fmt.Sprintf("sudo -u %s -i <<'DJSHIP'\n%s\nDJSHIP", project, commands)
}

// asSite is the same in the site's environment.
func asSite(project, commands string) string {
	return as(project, "source ./prepare_env.sh\n"+commands)
}

const sitePassword = "open-sesame"

// quote is a word of a shell.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// ssh tries a login to the host with ssh's own options and returns what it printed, errors too.
// Asked for a password it says sitePassword.
func ssh(t testing.TB, h *testbed.Host, options []string, command string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	args := append([]string{"-F", "none", "-o", "UserKnownHostsFile=" + h.KnownHosts(), "-o", "ConnectTimeout=10"}, options...)
	cmd := exec.CommandContext(ctx, "ssh", append(args, command)...)
	cmd.Env = append(os.Environ(), "SSH_AUTH_SOCK=", "SSH_ASKPASS="+filepath.Join(scratch, "askpass"), "SSH_ASKPASS_REQUIRE=force")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// A page is what a visitor gets.
type page struct {
	status int
	header http.Header
	body   string
}

// visit asks the host's port 80 for a page, from outside, once.
func visit(h *testbed.Host, domain, path string) (page, error) {
	client := http.Client{
		Timeout: 20 * time.Second,
		Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, h.Addr()+":80")
		}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := client.Get("http://" + domain + path)
	if err != nil {
		return page{}, err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	return page{r.StatusCode, r.Header, string(body)}, err
}

// get is a page that has to come.
func get(t testing.TB, h *testbed.Host, domain, path string) page {
	t.Helper()
	p, err := visit(h, domain, path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// answering says what is wrong with a site's first page.
func answering(h *testbed.Host, domain string) error {
	p, err := visit(h, domain, "/")
	if err == nil && p.status != 200 {
		err = fmt.Errorf("http://%s/: %d\n%s", domain, p.status, p.body)
	}
	return err
}

// answers checks that a site gives its page.
func answers(t testing.TB, h *testbed.Host, domain, project string) {
	t.Helper()
	for _, name := range []string{domain, "www." + domain} {
		p, err := visit(h, name, "/")
		if err != nil || p.status != 200 || !strings.Contains(p.body, project+" is up") {
			t.Errorf("http://%s/: %d %v\n%s", name, p.status, err, p.body)
		}
	}
}

// within tries until f has nothing to complain about, and reports how long that took.
func within(t testing.TB, limit time.Duration, f func() error) time.Duration {
	t.Helper()
	began := time.Now()
	for {
		err := f()
		switch {
		case err == nil:
			return time.Since(began)
		case time.Since(began) > limit:
			t.Fatalf("after %v: %v", limit, err)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// same checks that a command prints what it should.
func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\ngot  %q\nwant %q", what, got, want)
	}
}
