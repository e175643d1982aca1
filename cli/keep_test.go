package cli

import (
	"errors"
	"testing"

	"djship/rollout"
)

// A host that could not answer what it was asked is not gone on with as if it had nothing to tell.
func TestAskedInVain(t *testing.T) {
	unreached, late := errors.New("no route"), errors.New("it has not answered")
	session := &closedSession{}
	n := &network{kept: map[string]keptSession{"web1": {session: session}, "web2": {err: unreached}}}
	n.askedInVain("web1", late)
	n.askedInVain("web2", late)
	for host, want := range map[string]error{"web1": late, "web2": unreached} {
		if s, err := n.keptOrOpen(t.Context(), hostsNamed([]string{host}, []string{""})[0]); s != nil || !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", host, err, want)
		}
	}
	if !session.closed {
		t.Error("its session is left open")
	}
}

// A closedSession knows whether it was.
type closedSession struct {
	rollout.Connection
	closed bool
}

func (s *closedSession) Close() error { s.closed = true; return nil }
