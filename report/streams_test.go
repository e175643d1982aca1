package report

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"
)

func pipe(t *testing.T) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	return r, w
}

// A reader that has stopped reading holds nothing up, and gets all of it in order when it goes on.
func TestStreamsDoNotWait(t *testing.T) {
	out, outW := pipe(t)
	errs, errW := pipe(t)
	s := Decouple(outW, errW, func() { t.Error("somebody reads") })
	var want strings.Builder
	for i := range 20000 { // far above what a pipe holds
		line := fmt.Sprintf("line %d of many that are to be read\n", i)
		want.WriteString(line)
		if n, err := io.WriteString(s.Out, line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	// The other stream goes on meanwhile.
	if _, err := io.WriteString(s.Err, "a message\n"); err != nil {
		t.Fatal(err)
	}
	message := make([]byte, 10)
	if _, err := io.ReadFull(errs, message); err != nil || string(message) != "a message\n" {
		t.Errorf("%q, %v", message, err)
	}
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	if dropped := s.Settle(stopped); dropped != 0 {
		t.Errorf("%d dropped", dropped)
	}
	got := make(chan string)
	go func() {
		all, _ := io.ReadAll(out)
		got <- string(all)
	}()
	s.Settle(t.Context())
	_ = outW.Close()
	if all := <-got; all != want.String() {
		t.Errorf("%d bytes were read of %d", len(all), want.Len())
	}
}

// Where both streams are one, what is written stays in order.
func TestStreamsInOrder(t *testing.T) {
	r, w := pipe(t)
	s := Decouple(w, w, func() {})
	var want strings.Builder
	for i := range 1000 {
		to := s.Out
		if i%3 == 0 {
			to = s.Err
		}
		fmt.Fprintln(to, i)
		fmt.Fprintln(&want, i)
	}
	s.Settle(t.Context())
	_ = w.Close()
	if got, _ := io.ReadAll(r); string(got) != want.String() {
		t.Errorf("%q", got)
	}
}

// What a reader is too far behind for is dropped as whole pieces, and counted.
func TestStreamsAreBounded(t *testing.T) {
	r, w := pipe(t)
	s := Decouple(w, w, func() {})
	line := []byte(strings.Repeat("x", 1<<20-1) + "\n")
	for range 2 * backlog / len(line) {
		if n, err := s.Out.Write(line); n != len(line) || err != nil {
			t.Fatal(n, err)
		}
	}
	if !s.Err.(stream).behind() {
		t.Error("nobody reads, and it is not behind")
	}
	read := make(chan int)
	go func() {
		all, _ := io.ReadAll(r)
		if len(all)%len(line) != 0 || !bytes.HasSuffix(all, []byte("\n")) {
			t.Error("a piece was cut")
		}
		read <- len(all) / len(line)
	}()
	dropped := s.Settle(t.Context())
	_ = w.Close()
	if n := <-read; n != backlog/len(line) || dropped != 2*backlog/len(line)-n {
		t.Errorf("%d were read, %d dropped", n, dropped)
	}
}

// A reader that goes away is told of once, and writing to it is an error from then on.
func TestStreamsUnread(t *testing.T) {
	out, outW := pipe(t)
	_, errW := pipe(t)
	broken := make(chan bool, 2)
	s := Decouple(outW, errW, func() { broken <- true })
	_ = out.Close()
	fmt.Fprintln(s.Out, "unread")
	select {
	case <-broken:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was told")
	}
	s.Settle(t.Context())
	if _, err := fmt.Fprintln(s.Out, "again"); !errors.Is(err, syscall.EPIPE) || !Unread(err) {
		t.Error(err)
	}
	if _, err := fmt.Fprintln(s.Err, "the other one"); err != nil {
		t.Error(err)
	}
	if len(broken) > 0 {
		t.Error("it was told twice")
	}
}
