//go:build linux

package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"djship/integration/testbed"
)

const (
	suite     = 12
	roundTrip = 100 * time.Millisecond
)

// python is what pyinfra and Ansible need on a host before they can do anything, unlike djship.
var python = &testbed.State{Name: "benchpython", Key: "2", Make: func(ctx context.Context, h *testbed.Host) error {
	_, err := h.Run(ctx, "apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install python3 python3-apt && rm -rf /var/lib/apt/lists/* && touch -d '2 days ago' /var/lib/apt/lists")
	return err
}}

// A way is a tool that makes a host ready and puts the site "example" there, by one command or two.
type way struct {
	name string
	from *testbed.State
	key  []string // files that the outcome depends on
	make func(t target) []side
}

func (b *bench) ways() []way {
	all := []way{
		{"djship", nil, []string{files("..", "steps"), files("..", "assets")}, func(t target) []side { return []side{b.djshipOn(t, "up", "example", "example.com")} }},
		{"raw", nil, []string{files("raw")}, func(t target) []side {
			return []side{openssh(t, "raw/prereq.sh", "prereq.sh", "sudo sh -s"), openssh(t, "raw/deploy.sh", "deploy.sh", "sudo bash -s")}
		}},
	}
	if b.peers == nil {
		return all
	}
	return append(all,
		way{"pyinfra", python, []string{files("pyinfra"), files("ansible", "templates")}, func(t target) []side {
			return []side{b.peers.pyinfra(t, "prereq.py"), b.peers.pyinfra(t, "deploy.py")}
		}},
		way{"ansible", python, []string{files("ansible")}, func(t target) []side {
			return []side{b.peers.ansible(t, "prereq.yml"), b.peers.ansible(t, "deploy.yml")}
		}})
}

// ready starts a host on which the way has been gone.
func (b *bench) ready(ctx context.Context, w way) (target, error) {
	state, err := b.state(w)
	if err != nil {
		return target{}, err
	}
	return b.startFrom(ctx, state)
}

// state is that of a host on which the way has been gone.
func (b *bench) state(w way) (*testbed.State, error) {
	key, err := digest(w.key)
	return &testbed.State{Name: "bench" + w.name, Key: key, From: w.from, Make: func(ctx context.Context, h *testbed.Host) error {
		t, err := b.target(h)
		if err != nil {
			return err
		}
		for _, s := range w.make(t) {
			got, err := s.measure(ctx)
			if err != nil {
				return err
			}
			progress(s.name+" (not counted)", got)
		}
		return nil
	}}, err
}

// startFrom starts a host of a state in which its site answers.
func (b *bench) startFrom(ctx context.Context, state *testbed.State) (target, error) {
	h, err := testbed.Start(ctx, testbed.Spec{Suite: suite, From: state})
	if err != nil {
		return target{}, err
	}
	t, err := b.target(h)
	if err == nil {
		err = answers(ctx, h.Addr())
	}
	if err != nil {
		return t, errors.Join(err, h.Remove())
	}
	return t, nil
}

// answers waits until the site of a host that has just booted is up.
func answers(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 90*time.Second, errors.New("the site is not up after 90 seconds"))
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr, nil)
		if err != nil {
			return err
		}
		request.Host = "example.com"
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			response.Body.Close()
			if response.StatusCode < 500 {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(100 * time.Millisecond):
		}
	}
}

// digest is of the content of files, and of all files below folders.
func digest(paths []string) (string, error) {
	sum := sha256.New()
	for _, p := range paths {
		err := filepath.WalkDir(p, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			fmt.Fprintf(sum, "%d %s", len(content), content)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
