package remote_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"djship/remote"
	"djship/remote/remotetest"
)

func TestCauseOf(t *testing.T) {
	for want, errs := range map[remote.Cause][]error{
		remote.NoLogin:    {&remote.AuthError{}, &remote.PassphraseError{}, &remote.AgentError{}, &remote.LoginShellError{}, &remote.SessionError{}},
		remote.NoRoot:     {&remote.BecomeError{}},
		remote.NotTrusted: {&remote.ChangedHostKeyError{}, &remote.RevokedHostKeyError{}, &remote.HostKeyError{}},
		remote.Lost:       {&remote.LostError{}},
		"":                {&remote.UnreachableError{}, errors.New("no route"), context.Canceled, nil},
	} {
		for _, err := range errs {
			wrapped := err
			if err != nil {
				wrapped = fmt.Errorf("web1: %w", errors.Join(err))
			}
			if got := remote.CauseOf(wrapped); got != want {
				t.Errorf("%T is %q, want %q", err, got, want)
			}
		}
	}
}

// Who has nothing to log in with is told so, and how to come to have it.
func TestNoKey(t *testing.T) {
	for _, test := range []struct {
		name   string
		server remotetest.Options
		want   []string
	}{
		{"keys only", remotetest.Options{}, []string{"you have no key", "ssh-keygen -t ed25519", "--private-key", "~dev/.ssh/authorized_keys", "takes no password"}},
		{"or a password", remotetest.Options{Password: sentinel}, []string{"you have no key", "ssh-keygen -t ed25519", "--private-key", "ssh-copy-id -p ", "dev@127.0.0.1", "-k"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := remotetest.Start(t, test.server)
			ep := s.Endpoint(t, "dev")
			ep.IdentityFiles, ep.AgentSocket = []string{"/does/not/exist"}, ""
			_, err := new(remote.Dialer).Dial(t.Context(), ep)
			refused := as[*remote.AuthError](t, err)
			for _, want := range test.want {
				if text := refused.Error() + "\n" + refused.Hint(); !strings.Contains(text, want) {
					t.Errorf("%q is missing in %q", want, text)
				}
			}
			if remote.AddrOf(err) != s.Addr {
				t.Errorf("it is about %q", remote.AddrOf(err))
			}
		})
	}
}
