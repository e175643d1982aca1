//go:build linux

package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"djship/integration/testbed"
)

// Two hosts three jumps away are deployed to over one connection per hop, each hop with a login and a
// host key of its own.
func TestDeployThroughThreeJumpHosts(t *testing.T) {
	t.Parallel()
	slow(t)
	testbed.Need(t)
	front := testbed.Up(t, testbed.Spec{Suite: 11, Name: "front"})
	middle := testbed.Up(t, testbed.Spec{Suite: 12, Name: "middle", Behind: front})
	back := testbed.Up(t, testbed.Spec{Suite: 13, Name: "back", Behind: middle})
	var inner []*testbed.Host
	for _, name := range []string{"web1", "web2"} {
		inner = append(inner, testbed.Up(t, testbed.Spec{Suite: slowOn(13), Name: name, Behind: back, From: state(t, ready)}))
	}

	w := workstationFor(t)
	config := filepath.Join(w.home, "ssh_config")
	var text strings.Builder
	hop := func(h *testbed.Host, user, jump string) {
		fmt.Fprintf(&text, "Host %s\n\tHostName %s\n\tUser %s\n\tIdentityFile %s\n\tIdentitiesOnly yes\n\tUserKnownHostsFile %s\n\tProxyJump %s\n",
			h.Name(), h.Addr(), user, h.Key(), h.KnownHosts(), jump)
	}
	hop(front, "root", "none")
	hop(middle, "deploy", "front")
	hop(back, "asks", "middle")
	var lines []string
	for _, h := range inner {
		hop(h, "deploy", "back")
		lines = append(lines, h.Name())
	}
	if err := os.WriteFile(config, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := w.inventory(lines...); err != nil {
		t.Fatal(err)
	}
	w.env = append(w.env, "DJSHIP_SSH_CONFIG="+config)
	const logins = "journalctl -q -o cat -t sshd -t sshd-session | grep -c '^Accepted'; true"
	before := on(t, front, logins)
	w.djship(0, "deploy", "example", "example.com")
	var was, now int
	fmt.Sscan(before, &was)
	fmt.Sscan(on(t, front, logins), &now)
	if now != was+1 {
		t.Errorf("%d logins to the first jump host, of one run to two hosts", now-was)
	}
	for _, p := range statuses(t, w, 0) {
		if p["state"] != "up" {
			t.Errorf("%v", p)
		}
	}

	// A hop that is gone is named.
	if err := middle.PowerOff(); err != nil {
		t.Fatal(err)
	}
	o := w.djship(3, "ping")
	if !strings.Contains(o.stdout+o.stderr, "middle") {
		t.Errorf("it does not say which hop is gone: %v", o)
	}
}
