//go:build linux

package integration

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/remote"
	"djship/rollout"
	"djship/runner"
	"djship/steps/model"

	"github.com/google/go-cmp/cmp"
)

// A grown is a step whose file has one line more than another file has, which it reads as it is planned.
type grown struct{ path, than string }

func (s grown) Name() string { return s.path }
func (s grown) ID() string   { return "grown:" + s.path }

func (s grown) Probe() model.Script {
	return model.Script("for f in " + s.than + " " + s.path + "; do [ ! -e $f ] || wc -l <$f; echo .; done")
}

func (s grown) Plan(_ model.Facts, seen model.Observed) model.Change {
	var than, has int
	parts := strings.Split(seen.Text, ".")
	fmt.Sscan(parts[0], &than)
	fmt.Sscan(parts[1], &has)
	if has == than+1 {
		return model.Change{}
	}
	return model.Change{Told: model.Told{Verb: model.Update, Detail: fmt.Sprintf("%d lines, as %s has %d", than+1, s.than, than)}, Work: model.Work{
		Files: []model.File{{Path: s.path, Mode: "0644", Content: strings.Repeat("line\n", than+1)}}}}
}

// told are the steps of a run that changed something or failed, and how its hosts ended, by host.
type told map[string][]string

func (t told) Take(r rollout.Record) {
	switch e := r.Event.(type) {
	case rollout.StepEnd:
		if e.Status != rollout.OK {
			t[e.Host] = append(t[e.Host], fmt.Sprintf("%s: %s %s, %s", e.Phase, e.Step, e.Status, e.Detail))
		}
	case rollout.HostEnd:
		t[e.Host] = append(t[e.Host], strings.TrimSpace(string(e.Status)+" "+e.Error))
	}
}

func (told) Close() error { return nil }

// logIn is a login to a host as root.
func logIn(ctx context.Context, h *testbed.Host) (rollout.Connection, error) {
	conn, err := new(remote.Dialer).Dial(ctx, remote.Endpoint{Name: h.Name(), Addr: h.Addr(), Port: 22, User: "root",
		IdentityFiles: []string{h.Key()}, KnownHosts: []string{h.KnownHosts()}, StrictHostKey: remote.StrictYes})
	if err != nil {
		return nil, err
	}
	return runner.SSH{Conn: conn, Login: "root"}, nil
}

// takeTurns takes hosts through turns, as root, one by one in those that roll.
func takeTurns(t *testing.T, id string, turns *rollout.Turns, hosts []*testbed.Host) told {
	t.Helper()
	all := told{}
	r := &rollout.Rollout{ID: id, Command: "test", Forks: 9, Patient: true, Holder: "a test", Now: time.Now, Sink: all,
		Pace: rollout.Pace{Batch: []rollout.Share{{N: 1}}}}
	for i, h := range hosts {
		r.Targets = append(r.Targets, rollout.Target{Name: fmt.Sprint("web", i+1), Turns: turns,
			Open: func(ctx context.Context) (rollout.Connection, error) { return logIn(ctx, h) }})
	}
	if status := r.Run(t.Context()); status != rollout.StatusOK {
		t.Errorf("run %s: status %d: %q", id, status, all)
	}
	return all
}

// On real hosts a turn is planned from what the turn before has made there; one that is taken once is one host's;
// and that nothing is to be done in any turn is known after one login and one exec.
func TestTurns(t *testing.T) {
	t.Parallel()
	testbed.Need(t)
	hosts := testbed.UpAll(t, testbed.Spec{Suite: 12, Name: "web1"}, testbed.Spec{Suite: 13, Name: "web2"})
	on(t, hosts[0], "echo 'LogLevel DEBUG' >/etc/ssh/sshd_config.d/loud.conf && systemctl reload ssh")
	within(t, lasts, func() error { // for a moment it takes none
		s, err := logIn(t.Context(), hosts[0])
		if err == nil {
			err = s.Close()
		}
		return err
	})
	turns := func(once bool) *rollout.Turns {
		return rollout.NewTurns(
			rollout.Turn{Name: "prepare", List: runner.NewList(grown{"/srv/first", "/srv/none"})},
			rollout.Turn{Name: "migrate", List: runner.NewList(grown{"/srv/shared", "/srv/first"}), Once: once},
			rollout.Turn{Name: "switch", List: runner.NewList(grown{"/srv/second", "/srv/first"}), Rolls: true})
	}
	prepared, migrated := "prepare: /srv/first changed, 1 lines, as /srv/none has 0", "migrate: /srv/shared changed, 2 lines, as /srv/first has 1"
	switched := []string{"switch: /srv/second changed, 2 lines, as /srv/first has 1", "changed"}
	for _, c := range []struct {
		what string
		once bool
		want told
		cost string // of the first host
	}{
		{"all turns", true, told{"web1": append([]string{prepared, migrated}, switched...), "web2": append([]string{prepared}, switched...)}, "1 logins, 1 execs, 0 uploads"},
		{"what one host has not done for all", false, told{"web1": {"ok"}, "web2": {migrated, "changed"}}, "1 logins, 1 execs, 0 uploads"},
		{"nothing to do", false, told{"web1": {"ok"}, "web2": {"ok"}}, "1 logins, 1 execs, 0 uploads"},
	} {
		var got told
		cost := sessions(t, hosts[0], func() { got = takeTurns(t, strings.ReplaceAll(c.what, " ", "-"), turns(c.once), hosts) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.what, diff)
		}
		same(t, c.what+": the first host's cost", cost, c.cost)
	}
}
