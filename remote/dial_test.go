package remote_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"
)

func TestDialCancelled(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	ep := remote.Endpoint{Name: "silent", Addr: "127.0.0.1", Port: silent.Addr().(*net.TCPAddr).Port, User: "dev"}

	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("enough")
	go func() {
		nc, err := silent.Accept()
		if err == nil {
			defer nc.Close()
			cancel(why)
			<-t.Context().Done()
		}
	}()
	if _, err := new(remote.Dialer).Dial(ctx, ep); !errors.Is(err, why) {
		t.Errorf("error is %v, want the cause of the cancellation", err)
	}

	ep.ConnectTimeout = 50 * time.Millisecond
	_, err = new(remote.Dialer).Dial(t.Context(), ep)
	if u := as[*remote.UnreachableError](t, err); u.Retryable {
		t.Error("a timeout counts as a server that hung up")
	}
}

func TestHungUp(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{HangUp: 1})
	var d remote.Dialer
	_, err := d.Dial(t.Context(), s.Endpoint(t, "dev"))
	if u := as[*remote.UnreachableError](t, err); !u.Retryable {
		t.Errorf("not retryable: %v", err)
	}
	hint(t, err)
	dial(t, &d, s.Endpoint(t, "dev"))
}

// Of a name that is unknown nobody is told to look at sshd.
func TestHintOfAnUnknownName(t *testing.T) {
	_, err := new(remote.Dialer).Dial(t.Context(), remote.Endpoint{Name: "web1", Addr: "web1.invalid", Port: 22, User: "root"})
	unreachable := as[*remote.UnreachableError](t, err)
	var dns *net.DNSError
	if errors.As(err, &dns) && !dns.IsNotFound {
		t.Skip("no answer about a name here: ", err)
	}
	if h := unreachable.Hint(); !strings.HasPrefix(h, "nobody here knows the name web1.invalid: ") || strings.Contains(h, "sshd") {
		t.Errorf("%v: %s", err, h)
	}
	e := &remote.UnreachableError{Addr: "web1:22", Err: &net.DNSError{Name: "web1", IsNotFound: true}}
	if h := e.Hint(); strings.Contains(h, "sshd") || !strings.Contains(h, "ansible_host") {
		t.Error(h)
	}
}
