//go:build linux

// Package testbed starts disposable Debian hosts to test against: each has systemd, sshd, sudo, working apt and an
// address of its own, and is gone when the test ends.
//
// A host is a systemd-nspawn machine on an overlay over a base that is installed once per release. Its network is a
// namespace joined to this machine by a veth pair; what leaves for elsewhere is masqueraded. All of a host is
// derived from one number, and noted in the cache folder before it is made, so whatever a killed test left behind
// is found and removed by the next one.
//
// It needs root, Linux with a cgroup2 mount, and the Debian packages named in install.
package testbed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
)

// AsksPassword is the password of the account "asks", which sudo wants to hear.
const AsksPassword = "correct horse"

// A Spec says what a host should be. The zero value of each field but Suite is useful.
type Spec struct {
	Suite      int    // Debian release: 11, 12 or 13
	Name       string // its host name; one is made up where empty
	From       *State // what was done to it before; nil is freshly installed
	DiskSize   int64  // bytes its disk holds beyond what it started with; 0 is as much as this machine has
	Behind     *Host  // the only host that can reach it; nil is reachable from here
	Processors int    // how many of this machine's it may use, which the host's number chooses; 0 is all
}

// Up starts a host and removes it when the test ends. It returns when the host takes logins.
func Up(t testing.TB, s Spec) *Host {
	t.Helper()
	return UpAll(t, s)[0]
}

// UpAll starts several hosts at once. A host may be behind an earlier call's, not behind one of the same call.
func UpAll(t testing.TB, specs ...Spec) []*Host {
	t.Helper()
	Need(t)
	hosts := make([]*Host, len(specs))
	var g errgroup.Group
	for i, s := range specs {
		g.Go(func() (err error) {
			hosts[i], err = Start(t.Context(), s)
			return err
		})
	}
	err := g.Wait()
	t.Cleanup(func() {
		for _, h := range hosts {
			if h == nil {
				continue
			}
			if err := h.Remove(); err != nil {
				t.Errorf("removing host %s: %v", h.Name(), err)
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return hosts
}

// Need skips a test that can't have hosts here and says why. Where nothing may be left out (CI=true or
// DJSHIP_REQUIRE_ALL=1) it fails instead.
func Need(t testing.TB) {
	t.Helper()
	err := Ready()
	switch {
	case err == nil:
	case os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1":
		t.Fatalf("no test hosts: %v", err)
	default:
		t.Skipf("no test hosts: %v", err)
	}
}

// Ready says why this machine can't have hosts, after installing what is missing for them.
var Ready = sync.OnceValue(func() error {
	if os.Getuid() != 0 {
		return errors.New("needs root")
	}
	if _, err := cgroupRoot(); err != nil {
		return err
	}
	return install(context.Background())
})

// install brings the programs that the test bed runs, by apt, where one is missing.
func install(ctx context.Context) error {
	missing := false
	for _, p := range []string{"mmdebstrap", "systemd-nspawn", "nft", "ip", "nsenter", "ssh-keygen"} {
		if _, err := exec.LookPath(p); err != nil {
			missing = true
		}
	}
	if !missing {
		return nil
	}
	if _, err := exec.LookPath("apt-get"); err != nil {
		return errors.New("needs mmdebstrap, systemd-nspawn, nft, ip, nsenter and ssh-keygen")
	}
	if err := run(ctx, "apt-get", "-qq", "update"); err != nil {
		return err
	}
	return run(ctx, "apt-get", "-qq", "-y", "--no-install-recommends", "install", "mmdebstrap", "systemd-container",
		"nftables", "iproute2", "util-linux", "openssh-client", "debian-archive-keyring")
}

// run runs a program to its end; the error of one that fails has what it printed. One that is cut short is asked to
// end, since mmdebstrap cleans up then.
func run(ctx context.Context, name string, args ...string) error {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s %v: %w\n%s", name, args, err, out)
	}
	return nil
}
