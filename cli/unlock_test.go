package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"djship/inventory"
	"djship/remote"
	"djship/remote/remotetest"
	"djship/runner"

	"github.com/google/go-cmp/cmp"
)

// An unlock that is interrupted in the middle says of each host what was done there, and never that
// nothing was changed.
func TestUnlockInterrupted(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	n := &network{dialer: &remote.Dialer{}, forks: 1}
	var holders []runner.Holder
	for i := range 5 {
		ep := s.Endpoint(t, "me")
		ep.Name = fmt.Sprintf("web%d", i+1)
		n.hosts = append(n.hosts, networkHost{Host: &inventory.Host{Name: ep.Name}, endpoint: ep})
		holders = append(holders, runner.Holder{PID: fmt.Sprint(i + 1), Started: "7", Who: "me@here, deploy example example.com"})
	}
	holders[1] = runner.Holder{} // nobody holds it there
	ctx, cancel := context.WithCancel(t.Context())
	var out, said bytes.Buffer
	err := n.end(ctx, Env{Stdout: &out, Stderr: &said}, holders, func(ctx context.Context, _ runner.Session, h runner.Holder) error {
		switch h.PID {
		case "3":
			return errors.New("the run does not end")
		case "4":
			cancel()
			<-ctx.Done()
			return fmt.Errorf("asking: %w", context.Cause(ctx))
		}
		return nil
	})
	if !errors.Is(err, statusError(130)) {
		t.Errorf("error %v, want status 130", err)
	}
	if diff := cmp.Diff("web1: ended\n", out.String()); diff != "" {
		t.Errorf("stdout (-want +got):\n%s", diff)
	}
	want := "web4: asked to end its run, and it is not known whether that has ended: the same command again tells\n" +
		"web5: not asked, its run goes on\n" +
		"web3: the run does not end\n" +
		"djship: interrupted\n"
	if diff := cmp.Diff(want, said.String()); diff != "" {
		t.Errorf("stderr (-want +got):\n%s", diff)
	}
	var stderr bytes.Buffer
	if status := exitStatus(err, &stderr); status != 130 || strings.Contains(stderr.String(), "nothing was changed") {
		t.Errorf("status %d, and %q", status, &stderr)
	}
}

// Without Ctrl-C each host says that it was done, or why not.
func TestUnlockTells(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "me")
	n := &network{dialer: &remote.Dialer{}, forks: 2, hosts: hostsNamed([]string{"web1", "web2"}, []string{"", ""})}
	n.hosts[0].endpoint, n.hosts[1].endpoint = ep, ep
	var out, said bytes.Buffer
	holder := runner.Holder{PID: "1", Started: "7", Who: "me@here, prereq"}
	err := n.end(t.Context(), Env{Stdout: &out, Stderr: &said}, []runner.Holder{holder, holder}, func(context.Context, runner.Session, runner.Holder) error { return nil })
	if err != nil || out.String() != "web1: ended\nweb2: ended\n" || said.Len() > 0 {
		t.Errorf("%v, %q, %q", err, &out, &said)
	}
}
