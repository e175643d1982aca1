package cli

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"

	"djship/rollout"
	"djship/runner"
	"djship/secret"
	"djship/steps/model"
	"djship/steps/release"
)

// environments are the virtualenvs of a release that hosts have made, by their kinds: a file each, in a folder that is temporary. The
// versions in the first of them are those of all kinds. It implements rollout.Sharing.
type environments struct {
	release release.Release
	dir     string

	mu       sync.Mutex
	settled  bool // whether the versions are known, or can't be
	versions []byte
	blobs    map[string]model.Blob
}

func newEnvironments(r release.Release, dir string) *environments {
	return &environments{release: r, dir: dir, blobs: map[string]model.Blob{}}
}

// packed is the virtualenv of a kind, if a host of it has handed it on.
func (e *environments) packed(kind string) (model.Blob, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	blob, ok := e.blobs[kind]
	return blob, ok
}

// resolved are the versions that hosts of other kinds have, as constraints; not set for none.
func (e *environments) resolved() secret.Value {
	e.mu.Lock()
	defer e.mu.Unlock()
	return secret.New(string(e.versions))
}

// versions is what hosts need of each other before any of another kind makes a virtualenv.
const versions = "versions"

// Needs implements rollout.Sharing: first the versions, then the virtualenv of the host's kind.
func (e *environments) Needs(p model.Plan) (string, bool) {
	for _, it := range p.Items {
		if _, is := it.Step.(release.Environment); !is {
			continue
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if !e.settled {
			return versions, !it.Change.Acts()
		}
		kind := e.release.Kind(p.Facts)
		_, given := e.blobs[kind]
		return kind, given || !it.Change.Acts()
	}
	return "", false
}

// Fetch implements rollout.Sharing.
func (e *environments) Fetch(ctx context.Context, s rollout.Connection, p model.Plan, what string) error {
	if what == versions {
		return e.fetchVersions(ctx, s, p.Facts)
	}
	to, err := os.CreateTemp(e.dir, "environment-")
	if err != nil {
		return err
	}
	defer to.Close()
	sum, size, err := runner.Fetch(ctx, s, e.release.Pack(p.Facts), to)
	if err == nil {
		err = to.Close()
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.blobs[what] = model.Blob{Sum: sum, Size: size, Open: func(offset int64) (io.ReadCloser, error) { return openAt(to.Name(), offset) }}
	return nil
}

var version = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._]*==[A-Za-z0-9][A-Za-z0-9._!+]*$`)

// mostVersions is how much of them is taken from a host.
const mostVersions = 256 << 10

// fetchVersions takes what a host says of the packages in its virtualenv; where it can't, hosts of other kinds see for themselves.
func (e *environments) fetchVersions(ctx context.Context, s rollout.Connection, f model.Facts) error {
	var text bytes.Buffer
	_, _, err := runner.Fetch(ctx, s, e.release.Versions(f), &text)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.settled = true
	for line := range strings.Lines(string(text.Bytes()[:min(text.Len(), mostVersions)])) {
		if line = strings.TrimSpace(line); err == nil && version.MatchString(line) {
			e.versions = append(e.versions, line+"\n"...)
		}
	}
	return err
}
