package remote_test

import (
	"context"
	"errors"
	"net"
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
