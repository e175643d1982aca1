package rollout

import (
	"testing"
	"testing/synctest"

	"djship/remote"
)

// The ends of hosts, and of the run, tell by which door a host could not be worked on; the status stays.
func TestCauses(t *testing.T) {
	refused := &remote.AuthError{Addr: "192.0.2.1:22", User: "root"}
	become := &remote.BecomeError{User: "deploy", Method: "sudo", Target: "root"}
	away := &remote.UnreachableError{Addr: "192.0.2.2:22"}
	for _, test := range []struct {
		name string
		errs []error
		each []remote.Cause
		all  remote.Cause
	}{
		{"no login", []error{refused, refused}, []remote.Cause{remote.NoLogin, remote.NoLogin}, remote.NoLogin},
		{"no answer", []error{away, away}, []remote.Cause{"", ""}, ""},
		{"several", []error{refused, become}, []remote.Cause{remote.NoLogin, remote.NoRoot}, Various},
		{"several, one away", []error{away, become}, []remote.Cause{"", remote.NoRoot}, Various},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld("a", "b")
				w.hosts["a"].unreachable, w.hosts["b"].unreachable = test.errs[0], test.errs[1]
				if status := w.run(); status != StatusUnreachable {
					t.Errorf("status %d", status)
				}
				for _, r := range w.events {
					switch e := r.Event.(type) {
					case HostEnd:
						i := map[string]int{"a": 0, "b": 1}[e.Host]
						if e.Status != Unreachable || e.Cause != test.each[i] || e.Addr != remote.AddrOf(test.errs[i]) {
							t.Errorf("%+v", e)
						}
					case RunEnd:
						if e.Unreachable != 2 || e.Cause != test.all {
							t.Errorf("%+v", e)
						}
					}
				}
			})
		})
	}
}
