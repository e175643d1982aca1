package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"djship/project/tree"
	"djship/secret"
	"djship/steps/model"
)

// packs are what hosts are sent of a tree: a file for each different lack. It may be asked for several hosts at once.
type packs struct {
	ctx  context.Context // ends with close
	end  context.CancelFunc
	tree *tree.Tree
	dir  string // of the files
	diff bool   // somebody wants to see it

	mu   sync.Mutex
	made map[string]*packed // by what the host has
}

// A packed tree is made by the first who asks for it.
type packed struct {
	once sync.Once
	blob model.Blob
	err  error
}

// newPacks makes packs in a temporary folder, which close removes.
func newPacks(t *tree.Tree) (*packs, error) {
	dir, err := os.MkdirTemp("", "djship-pack-")
	ctx, end := context.WithCancel(context.Background())
	return &packs{ctx: ctx, end: end, tree: t, dir: dir, made: map[string]*packed{}}, err
}

func (p *packs) close() error {
	p.end()
	return os.RemoveAll(p.dir)
}

// Attributes implements release.Source.
func (p *packs) Attributes() string { return tree.HostAttributes }

// Format implements release.Source.
func (p *packs) Format() string { return p.tree.Format }

// Diff implements release.Source. What git can't tell is no reason not to push.
func (p *packs) Diff(from []string) string {
	if !p.diff {
		return ""
	}
	text, err := p.tree.Diff(p.ctx, from)
	if err != nil {
		return ""
	}
	return secret.Masked(text)
}

// Pack implements release.Source.
func (p *packs) Pack(have []string) (model.Blob, error) {
	have = slices.Compact(slices.Sorted(slices.Values(have)))
	p.mu.Lock()
	one := p.made[strings.Join(have, " ")]
	if one == nil {
		one = &packed{}
		p.made[strings.Join(have, " ")] = one
	}
	p.mu.Unlock()
	one.once.Do(func() { one.blob, one.err = p.write(have) })
	return one.blob, one.err
}

// write writes a pack into a file.
func (p *packs) write(have []string) (model.Blob, error) {
	from, err := p.tree.Pack(p.ctx, have)
	if err != nil {
		return model.Blob{}, err
	}
	defer from.Close()
	to, err := os.CreateTemp(p.dir, "pack-")
	if err != nil {
		return model.Blob{}, err
	}
	defer to.Close()
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(to, sum), from)
	if err != nil {
		return model.Blob{}, err
	}
	if err := to.Close(); err != nil {
		return model.Blob{}, err
	}
	return model.Blob{Sum: hex.EncodeToString(sum.Sum(nil)), Size: size, Open: func(offset int64) (io.ReadCloser, error) { return openAt(to.Name(), offset) }}, nil
}

// openAt opens a file at an offset.
func openAt(name string, offset int64) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if _, err := f.Seek(offset, io.SeekStart); err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}
