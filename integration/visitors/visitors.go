// Package visitors is load on a site, in a closed loop: each of a crowd of visitors begins anew when its answer has come. They get pages, post, wait for
// slow answers, and load up and down slowly. An answer that does not come, is no 200 or is cut short, is a failed request.
package visitors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// A Tally is what a crowd has met.
type Tally struct {
	Requests, Failed int
	Slowest          time.Duration
	Errors           []string          // of the first ones that failed
	Answers          map[string]Answer // by the text of short answers
}

// An Answer is a text that visitors got.
type Answer struct {
	Requests    int
	First, Last time.Time // when the first came, and when the last one that was began before it came
}

// A Crowd visits a site until it is stopped.
type Crowd struct {
	stop context.CancelFunc
	done sync.WaitGroup
	mu   sync.Mutex
	sum  Tally
}

// Start has n visitors at a site, which is asked at "ADDRESS:PORT" by its domain.
func Start(addr, domain string, n int) *Crowd {
	ctx, stop := context.WithCancel(context.Background())
	c := &Crowd{stop: stop, sum: Tally{Answers: map[string]Answer{}}}
	for i := range n {
		client := &http.Client{Timeout: 90 * time.Second, Transport: &http.Transport{
			DisableKeepAlives: i%2 == 0,
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, addr)
			},
		}}
		c.done.Go(func() {
			for k := i; ctx.Err() == nil; k++ {
				c.visit(client, "http://"+domain, kinds[k%len(kinds)])
			}
		})
	}
	return c
}

// Stop ends the crowd, once each has its answer, and tells what it has met.
func (c *Crowd) Stop() Tally {
	c.stop()
	c.done.Wait()
	return c.sum
}

// A kind is a way to visit.
type kind struct {
	path   string
	upload int // bytes that are sent, slowly where there are many
	slowly bool
}

var kinds = []kind{{path: "/"}, {path: "/post", upload: 100}, {path: "/"}, {path: "/slow"}, {path: "/post", upload: 5000},
	{path: "/big", slowly: true}, {path: "/"}, {path: "/upload", upload: 300_000, slowly: true}, {path: "/post", upload: 10}}

func (c *Crowd) visit(client *http.Client, site string, k kind) {
	began := time.Now()
	text, err := ask(client, site, k)
	took := time.Since(began)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sum.Requests++
	c.sum.Slowest = max(c.sum.Slowest, took)
	if err != nil {
		if c.sum.Failed++; len(c.sum.Errors) < 10 {
			c.sum.Errors = append(c.sum.Errors, fmt.Sprintf("%s after %.1f s: %v", k.path, took.Seconds(), err))
		}
		return
	}
	if len(text) < 200 {
		a := c.sum.Answers[text]
		if a.Requests++; a.Requests == 1 {
			a.First = time.Now()
		}
		a.Last = time.Now()
		c.sum.Answers[text] = a
	}
}

// ask visits once, and returns the answer's text.
func ask(client *http.Client, site string, k kind) (string, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if k.upload > 0 {
		method, body = http.MethodPost, bytes.NewReader(make([]byte, k.upload))
		if k.slowly {
			body = &slow{body}
		}
	}
	r, err := http.NewRequest(method, site+k.path, body)
	if err != nil {
		return "", err
	}
	r.ContentLength = int64(k.upload)
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	from := io.Reader(resp.Body)
	if k.slowly {
		from = &slow{from}
	}
	text, err := io.ReadAll(from)
	switch {
	case resp.StatusCode != http.StatusOK:
		return "", errors.New(resp.Status)
	case err == nil && resp.ContentLength >= 0 && int64(len(text)) != resp.ContentLength:
		return "", fmt.Errorf("%d of %d bytes", len(text), resp.ContentLength)
	}
	return string(text), err
}

// slow is a reader over a line of a few hundred kilobytes a second.
type slow struct{ io.Reader }

func (s *slow) Read(p []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return s.Reader.Read(p[:min(len(p), 30_000)])
}
