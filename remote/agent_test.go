package remote_test

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// mute is the socket of an agent that takes connections and never says a word.
func mute(t *testing.T) (socket string) {
	t.Helper()
	socket = filepath.Join(t.TempDir(), "s")
	ln, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return socket // the kernel takes the connections
}

// A login whose agent never answers is made with the keys there are, and says so once.
func TestMuteAgent(t *testing.T) {
	remote.ShortAgent(t, 300*time.Millisecond)
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket = mute(t)
	var d remote.Dialer
	began := time.Now()
	c := dial(t, &d, ep)
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the login took %v", took)
	}
	said := strings.Join(c.Info().Warnings, "\n")
	for _, want := range []string{"SSH_AUTH_SOCK", ep.AgentSocket, "does not answer within 300ms"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in the warning %q", want, said)
		}
	}
	if w := dial(t, &d, ep).Info().Warnings; w != nil {
		t.Errorf("it is told again: %q", w)
	}

	ep.IdentityFiles = nil
	_, err := d.Dial(t.Context(), ep)
	refused := as[*remote.AuthError](t, err)
	if text := refused.Error() + "\n" + refused.Hint(); !strings.Contains(text, ep.AgentSocket+" (SSH_AUTH_SOCK") || !strings.Contains(text, "ssh-add -l") {
		t.Errorf("without another key: %q", text)
	}
}

// Ctrl-C ends the wait for an agent at once.
func TestMuteAgentInterrupted(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket = mute(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer time.AfterFunc(200*time.Millisecond, cancel).Stop()
	began := time.Now()
	_, err := new(remote.Dialer).Dial(ctx, ep)
	if !errors.Is(err, context.Canceled) || time.Since(began) > 3*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// An agent that lists its keys and then never signs ends the login, and its error names the agent.
func TestAgentThatNeverSigns(t *testing.T) {
	remote.ShortAgent(t, 300*time.Millisecond)
	s := remotetest.Start(t, remotetest.Options{})
	ep := s.Endpoint(t, "dev")
	ep.AgentSocket = remotetest.ServeAgent(t, stuck{rawAgent(t, s.KeyFile)})
	ep.IdentityFiles, ep.IdentitiesOnly = nil, false
	_, err := new(remote.Dialer).Dial(t.Context(), ep)
	late := as[*remote.AgentError](t, err)
	if !strings.Contains(late.Error(), ep.AgentSocket+" (SSH_AUTH_SOCK, or IdentityAgent): it does not sign within 300ms") {
		t.Errorf("error is %q", late)
	}

	ctx, cancel := context.WithCancel(t.Context())
	remote.ShortAgent(t, time.Minute)
	defer time.AfterFunc(200*time.Millisecond, cancel).Stop()
	began := time.Now()
	if _, err = new(remote.Dialer).Dial(ctx, ep); !errors.Is(err, context.Canceled) || time.Since(began) > 3*time.Second {
		t.Errorf("after %v: %v", time.Since(began), err)
	}
}

// A stuck agent signs nothing, as one whose question nobody sees.
type stuck struct{ agent.ExtendedAgent }

func (stuck) Sign(ssh.PublicKey, []byte) (*ssh.Signature, error) { select {} }

func (stuck) SignWithFlags(ssh.PublicKey, []byte, agent.SignatureFlags) (*ssh.Signature, error) {
	select {}
}

func rawAgent(t *testing.T, keyFile string) agent.ExtendedAgent {
	t.Helper()
	keyring := agent.NewKeyring()
	if err := keyring.Add(rawKey(t, keyFile)); err != nil {
		t.Fatal(err)
	}
	return keyring.(agent.ExtendedAgent)
}
