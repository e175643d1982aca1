//go:build unix

package remote_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
)

// TestChildrenSeeNoFlags has the programs that a login runs write down their environment: what
// stands for djship's flags is not in it, the rest is.
func TestChildrenSeeNoFlags(t *testing.T) {
	t.Setenv("DJSHIP_ASK_PASS", sentinel)
	t.Setenv("djship_lower", sentinel)
	t.Setenv("ALL_OTHERS", "stay")
	dir := t.TempDir()
	seen := func(name string) string { return filepath.Join(dir, name) }
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.ProxyCommand = "sh -c 'env >" + seen("proxy") + "; exit 1'"
	ep.KnownHostsCommand = "sh -c 'env >" + seen("known") + "'"
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	as[*remote.UnreachableError](t, err)
	for _, name := range []string{"proxy", "known"} {
		env, err := os.ReadFile(seen(name))
		if err != nil {
			t.Fatal(err)
		}
		if text := string(env); !strings.Contains(text, "ALL_OTHERS=stay\n") || strings.Contains(text, sentinel) {
			t.Errorf("%s sees\n%s", name, text)
		}
	}
}
