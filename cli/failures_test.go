package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"djship/remote"
	"djship/runner"

	"github.com/google/go-cmp/cmp"
)

// What went wrong in the same way on several hosts is said once, with their names, and a host that
// answered and let nobody in is not called unreachable.
func TestSayFailed(t *testing.T) {
	refused := func(addr string) error {
		return &remote.AuthError{Addr: addr, User: "root", Tried: []string{"key /home/a/.ssh/id_ed25519"}}
	}
	n := &network{hosts: hostsNamed([]string{"web1", "web2", "web3", "db1", "db2", "gone1", "gone2", "ok", "odd"}, make([]string, 9))}
	become := &remote.BecomeError{User: "deploy", Method: "sudo", Target: "root", Kind: remote.BecomePasswordNeeded}
	errs := []error{refused("192.0.2.1:22"), refused("192.0.2.2:22"), refused("web3.example.com:2222"), become, become,
		&remote.UnreachableError{Addr: "192.0.2.3:22", Err: errors.New("connection refused")},
		&remote.UnreachableError{Addr: "192.0.2.4:22", Err: errors.New("connection refused")}, nil, refused("192.0.2.9:22")}
	errs[8] = &remote.AuthError{Addr: "192.0.2.9:22", User: "me", Tried: []string{"key /home/a/.ssh/id_ed25519"}}
	var said bytes.Buffer
	if err := n.sayFailed(&said, errs); !errors.Is(err, statusError(3)) {
		t.Errorf("error %v", err)
	}
	const hint = "  hint: check the login name (-u) and that its ~/.ssh/authorized_keys on the host has one of your keys (--private-key)\n"
	want := "web1, web2, web3: no login: the host refused the login as root (tried key /home/a/.ssh/id_ed25519)\n" + hint +
		"db1, db2: no root: deploy can't become root by sudo: a password is needed and none was given\n" +
		"  hint: give it with -K or, where there is no terminal, by DJSHIP_BECOME_PASSWORD or --become-password-file\n" +
		"gone1, gone2: can't reach the host: connection refused\n" +
		"  hint: check the address and that sshd listens there: ssh -v -p 22 192.0.2.3\n" +
		"odd: no login: 192.0.2.9:22 refused the login as me (tried key /home/a/.ssh/id_ed25519)\n" + hint
	if diff := cmp.Diff(want, said.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	errs[3] = &runner.StepError{Step: "disks (df)", Reason: "took longer than 1m0s to be looked at"}
	if err := n.sayFailed(&said, errs); !errors.Is(err, statusError(1)) || notReached(errs[3]) != "failed" || notReached(errs[4]) != "no root" {
		t.Errorf("a host that answered, and hangs: %v", err)
	}
	errs[4] = fmt.Errorf("cut: %w", context.Canceled)
	said.Reset()
	if err := n.sayFailed(&said, errs); !errors.Is(err, context.Canceled) || said.Len() > 0 {
		t.Errorf("interrupted: %v, %q", err, &said)
	}
}

// A file that is no key is wrong usage, as one that is missing is, before any host is asked.
func TestPrivateKeyThatIsNone(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.WriteFile("notes", []byte("no key\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"notes", "missing"} {
		if status, out, said := typed(t, "-i", "192.0.2.1,", "--private-key", name, "ping"); status != statusUsage || out != "" || !strings.Contains(said, name) {
			t.Errorf("%s: status %d, %s%s", name, status, out, said)
		}
	}
}
