//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"djship/integration/testbed"
)

// A watch asks a site for its first page again and again, from nearby, and notes when it was answered with what.
type watch struct {
	stop  context.CancelFunc
	asker sync.WaitGroup

	mu          sync.Mutex
	first, last map[string]time.Time // by the text of an answer
	failed      int
	why         string // of the first that failed
}

// watchEvery is how long a watch waits behind an answer: what is measured runs on the same machine.
const watchEvery = 40 * time.Millisecond

// watchSite begins to ask.
func watchSite(h *testbed.Host) *watch {
	ctx, stop := context.WithCancel(context.Background())
	w := &watch{stop: stop, first: map[string]time.Time{}, last: map[string]time.Time{}}
	client := visitorOf(h)
	w.asker.Go(func() {
		for ctx.Err() == nil {
			w.note(visit(client))
			time.Sleep(watchEvery)
		}
	})
	return w
}

// visitorOf asks a host's nginx, each time by a connection of its own.
func visitorOf(h *testbed.Host) *http.Client {
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, h.Addr()+":80")
		}}}
}

// visit fetches the first page.
func visit(client *http.Client) (string, error) {
	answer, err := client.Get("http://example.com/")
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s", answer.Status)
	}
	return string(text), err
}

func (w *watch) note(text string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err != nil {
		if w.failed++; w.failed == 1 {
			w.why = err.Error()
		}
		return
	}
	w.last[text] = time.Now()
	if _, been := w.first[text]; !been {
		w.first[text] = w.last[text]
	}
}

// until waits until a text has been answered, a minute at most, and returns when that was first.
func (w *watch) until(ctx context.Context, text string) (time.Time, error) {
	for end := time.Now().Add(time.Minute); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(watchEvery) {
		w.mu.Lock()
		at, been := w.first[text]
		w.mu.Unlock()
		if been {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("the site does not answer %q", text)
}

// over ends the watch, and returns how many requests have failed.
func (w *watch) over() int {
	w.stop()
	w.asker.Wait()
	return w.failed
}
