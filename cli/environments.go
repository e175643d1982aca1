package cli

import (
	"context"
	"io"
	"os"
	"sync"

	"djship/rollout"
	"djship/runner"
	"djship/steps/model"
	"djship/steps/release"
)

// environments are the virtualenvs of a release that hosts have made, by their kinds: a file each, in a folder that is temporary. It
// implements rollout.Sharing.
type environments struct {
	release release.Release
	dir     string

	mu    sync.Mutex
	seen  map[string]model.Facts // of a host of each kind
	blobs map[string]model.Blob
}

func newEnvironments(r release.Release, dir string) *environments {
	return &environments{release: r, dir: dir, seen: map[string]model.Facts{}, blobs: map[string]model.Blob{}}
}

// packed is the virtualenv of a kind, if a host of it has handed it on.
func (e *environments) packed(kind string) (model.Blob, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	blob, ok := e.blobs[kind]
	return blob, ok
}

// Needs implements rollout.Sharing.
func (e *environments) Needs(p model.Plan) (string, bool) {
	kind := e.release.Kind(p.Facts)
	for _, it := range p.Items {
		if _, is := it.Step.(release.Environment); !is {
			continue
		}
		e.mu.Lock()
		e.seen[kind] = p.Facts
		e.mu.Unlock()
		_, given := e.packed(kind)
		return kind, given || !it.Change.Acts()
	}
	return "", false
}

// Fetch implements rollout.Sharing.
func (e *environments) Fetch(ctx context.Context, s rollout.Connection, kind string) error {
	e.mu.Lock()
	facts := e.seen[kind]
	e.mu.Unlock()
	to, err := os.CreateTemp(e.dir, "environment-")
	if err != nil {
		return err
	}
	defer to.Close()
	sum, size, err := runner.Fetch(ctx, s, e.release.Pack(facts), to)
	if err == nil {
		err = to.Close()
	}
	if err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.blobs[kind] = model.Blob{Sum: sum, Size: size, Open: func(offset int64) (io.ReadCloser, error) { return openAt(to.Name(), offset) }}
	return nil
}
