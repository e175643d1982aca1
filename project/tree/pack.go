package tree

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
)

// mostBases is how many trees of a host's deltas are made against: each costs a look into it for each file.
const mostBases = 8

// Pack streams what a host lacks of the tree, as a thin pack for git index-pack --fix-thin --stdin. have are hashes of
// what the host has whole: trees that were pushed, the commits that they were made of, single objects of any kind,
// or what nobody here knows. A tree that is not in the user's repository, since attributes, LFS or submodules made
// it, is made again from its commit if that is named, too; else it is no help. The caller reads to the end or closes:
// a Read tells of git's failure. It may be called at once for several hosts.
func (t *Tree) Pack(ctx context.Context, have []string) (io.ReadCloser, error) {
	want, err := t.objects(ctx, t.Hash)
	if err != nil {
		return nil, err
	}
	bases, err := t.bases(ctx, have)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, id := range have {
		there[id] = true
	}
	var ask strings.Builder
	for i, base := range bases {
		objects, err := t.objects(ctx, base)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil {
			continue // there is a hole in it
		}
		for _, o := range objects {
			there[o.id] = true
		}
		if i < mostBases {
			ask.WriteString("-" + base + "\n")
		}
	}
	for _, o := range want {
		if !there[o.id] {
			there[o.id] = true
			// The name only tells which files to compare: without one that has a line end it works as well.
			name, _, _ := strings.Cut(o.path, "\n")
			ask.WriteString(o.id + " " + name + "\n")
		}
	}
	return t.stream(ctx, ask.String())
}

// objects lists a tree and all that is in it. The tree itself has no path.
func (t *Tree) objects(ctx context.Context, tree string) ([]entry, error) {
	out, err := t.git.run(t.git.own(ctx, "", "", "ls-tree", "-r", "-t", "-z", "--full-tree", tree), nil)
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	all := []entry{{id: tree}}
	for _, record := range fields(out) {
		about, name, _ := strings.Cut(record, "\t")
		if words := strings.Fields(about); len(words) == 3 && words[1] != "commit" {
			all = append(all, entry{path: name, id: words[2]})
		}
	}
	return all, nil
}

// bases are the trees of what a host has that are known here, after those that must be made again have been.
func (t *Tree) bases(ctx context.Context, have []string) ([]string, error) {
	have = slices.DeleteFunc(slices.Clone(have), func(id string) bool { return !isHash(id) })
	if len(have) == 0 {
		return nil, nil
	}
	kinds, err := t.kinds(ctx, have)
	if err != nil {
		return nil, err
	}
	var bases []string
	unknown := false
	for i, id := range have {
		switch kinds[i] {
		case "tree":
			bases = append(bases, id)
		case "":
			unknown = true
		}
	}
	for i, id := range have {
		if !unknown || kinds[i] != "commit" || t.checkout == nil {
			continue
		}
		if tree := t.remake(ctx, id); tree != "" && slices.Contains(have, tree) {
			bases = append(bases, tree)
		}
	}
	return bases, interrupted(ctx, ctx.Err())
}

func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// kinds tells what each object is, "" where it is not here.
func (t *Tree) kinds(ctx context.Context, ids []string) ([]string, error) {
	out, err := t.git.run(t.git.own(ctx, "", "", "cat-file", "--batch-check=%(objecttype)"), lines(ids))
	if err != nil {
		return nil, interrupted(ctx, err)
	}
	all := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(all) != len(ids) {
		return nil, errors.New("git cat-file did not answer for each object")
	}
	for i, kind := range all {
		if strings.Contains(kind, " ") { // "HASH missing"
			all[i] = ""
		}
	}
	return all, nil
}

// remake makes the tree of an earlier commit as Resolve would; "" where that can't be done.
func (t *Tree) remake(ctx context.Context, commit string) string {
	t.packing.Lock()
	defer t.packing.Unlock()
	if tree, done := t.remade[commit]; done {
		return tree
	}
	again := &Tree{Format: t.Format, Dirty: true, git: t.git, store: t.store, checkout: t.checkout}
	entries, err := again.collect(ctx, source{checkout: t.checkout, top: t.checkout.top, prefix: t.checkout.prefix, commit: commit})
	tree := ""
	if err == nil && len(entries) > 0 {
		tree, err = t.store.tree(entries)
	}
	if err != nil {
		tree = ""
	}
	if ctx.Err() == nil {
		t.remade[commit] = tree
	}
	return tree
}

// stream runs git pack-objects on objects, one a line, with trees to compare with before them.
func (t *Tree) stream(ctx context.Context, ask string) (io.ReadCloser, error) {
	ctx, stop := context.WithCancel(ctx)
	cmd := t.git.own(ctx, "", "", "-c", "core.bigFileThreshold=1m", "pack-objects", "--stdout", "-q", "--delta-base-offset")
	p := &packing{cmd: cmd, git: t.git, ctx: ctx, stop: stop, said: &lastWords{}}
	cmd.Stdin, cmd.Stderr = strings.NewReader(ask), p.said
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		stop()
		return nil, err
	}
	p.out = out
	return p, nil
}

// A packing is a git pack-objects whose output is read.
type packing struct {
	cmd  *exec.Cmd
	git  *git
	ctx  context.Context
	stop context.CancelFunc
	out  io.Reader
	said *lastWords
	once sync.Once
	end  error
}

// Read returns io.EOF only where git has ended well.
func (p *packing) Read(b []byte) (int, error) {
	n, err := p.out.Read(b)
	switch {
	case err == nil:
		return n, nil
	case errors.Is(err, io.EOF), errors.Is(err, os.ErrClosed):
		if err := p.wait(); err != nil {
			return n, err
		}
		return n, io.EOF
	}
	return n, interrupted(p.ctx, err)
}

func (p *packing) wait() error {
	p.once.Do(func() { p.end = interrupted(p.ctx, p.git.failed(p.cmd, p.said, p.cmd.Wait())) })
	return p.end
}

// Close ends git, if it has not ended. What was not read is no error.
func (p *packing) Close() error {
	p.stop()
	_ = p.wait()
	return nil
}
