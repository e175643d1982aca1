package tree

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Options say what of a folder is to be pushed.
type Options struct {
	Ref     string   // a commit, branch, tag or abbreviation; "" is HEAD
	Dirty   bool     // the work tree as it is, minus what git ignores
	Ignore  []string // lines as of .gitignore, which those of the project come before
	Include []string // files and folders of the work tree, below dir, that go along though git ignores them
}

// A Tree is what is to be pushed. It holds a temporary folder until it is closed.
type Tree struct {
	Hash    string    // of git's tree object
	Format  string    // of hashes: "sha1", or "sha256" as the user's repository has it
	Commit  string    // that it is from; with Dirty the one beneath the work tree, or ""; "" for a folder without git
	Date    time.Time // of the commit
	Subject string    // of the commit, as one can show it
	Dirty   bool      // it is of the work tree
	// Changed names where the work tree differs from the commit, ignored files aside; a folder that is new as a whole ends
	// in a slash. Filters are not run, so one of their files is named, too, where only its time has changed.
	Changed []string
	Filters []string // files whose filter, other than lfs, was not run: their bytes are as they are committed
	Files   int
	Bytes   int64

	git      *git
	store    *store
	checkout *checkout // nil for a folder without git
	packing  sync.Mutex
	remade   map[string]string // trees of commits that hosts have
	listing  sync.Mutex
	listed   map[string]entry // by path
}

// Close removes what is temporary.
func (t *Tree) Close() error { return os.RemoveAll(t.git.dir) }

// Resolve makes the tree of a folder, which may be a checkout, a folder in one, or without git. An error is the
// context's, one of the file system, or an *Error, which has a hint.
func Resolve(ctx context.Context, dir string, o Options) (*Tree, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if info, err := os.Stat(dir); err != nil {
		return nil, &Error{Reason: "the folder can't be read", Advice: "name the folder of the project: --dir DIR", Err: err}
	} else if !info.IsDir() {
		return nil, &Error{Reason: show(dir) + " is no folder", Advice: "name the folder of the project: --dir DIR"}
	}
	private, err := os.MkdirTemp("", "djship-tree-")
	if err != nil {
		return nil, err
	}
	t, err := resolve(ctx, dir, private, o)
	if err != nil {
		return nil, errors.Join(interrupted(ctx, err), os.RemoveAll(private))
	}
	return t, nil
}

func resolve(ctx context.Context, dir, private string, o Options) (*Tree, error) {
	private, err := filepath.EvalSymlinks(private)
	if err != nil {
		return nil, err
	}
	if inside, err := filepath.EvalSymlinks(dir); err != nil || strings.HasPrefix(private, inside+string(filepath.Separator)) {
		return nil, &Error{Reason: "temporary files would lie in what is pushed", Advice: "set TMPDIR to a folder elsewhere", Err: err}
	}
	g, err := newGit(ctx, private)
	if err != nil {
		return nil, err
	}
	if err := g.settle(ctx); err != nil {
		return nil, err
	}
	c, err := g.discover(ctx, dir)
	if err != nil {
		return nil, err
	}
	t := &Tree{Format: "sha1", git: g, checkout: c, remade: map[string]string{}}
	src := source{checkout: c, top: dir, ignore: o.Ignore, include: o.Include}
	if c != nil {
		t.Format, src.top, src.prefix = c.format, c.top, c.prefix
	}
	if err := g.begin(ctx, t.Format); err != nil {
		return nil, err
	}
	t.store = &store{objects: filepath.Join(g.private(), "objects"), format: t.Format, known: map[string]bool{}}
	if c != nil {
		if err := g.borrow(c); err != nil {
			return nil, err
		}
		if err := g.habits(ctx, c); err != nil {
			return nil, err
		}
	}
	if err := t.point(ctx, &src, o); err != nil {
		return nil, err
	}
	if err := t.take(ctx, src); err != nil || t.Commit == "" {
		return t, err
	}
	changed, err := t.changed(ctx, src, t.Commit)
	t.Changed = append(t.Changed, changed...)
	return t, err
}

// point finds the commit that is meant, and what people know it by.
func (t *Tree) point(ctx context.Context, src *source, o Options) error {
	switch {
	case o.Dirty && o.Ref != "":
		return &Error{Reason: "--dirty pushes the work tree, so it takes no --ref", Advice: "leave one of them out"}
	case src.checkout == nil && o.Ref != "":
		return &Error{Reason: show(src.top) + " is no checkout of git's, so it has no " + show(o.Ref), Advice: "leave --ref out, or run git init and commit"}
	case src.checkout == nil:
		t.Dirty = true
		return nil
	}
	commit, err := t.git.commit(ctx, src.checkout, o.Ref)
	if err != nil && !o.Dirty {
		return err
	} else if err != nil {
		t.Dirty = true
		return nil
	}
	t.Commit, t.Dirty = commit, o.Dirty
	if !o.Dirty {
		src.commit = commit
	}
	out, err := t.git.run(t.git.own(ctx, "", "", "log", "-1", "--no-color", "--format=%ct%n%s", commit, "--"), nil)
	if err != nil {
		return err
	}
	date, subject, _ := strings.Cut(string(out), "\n")
	seconds, err := strconv.ParseInt(date, 10, 64)
	if err != nil {
		return fmt.Errorf("the commit's date: %w", err)
	}
	t.Date, t.Subject = time.Unix(seconds, 0).UTC(), line(subject, 200)
	return nil
}

// take makes the tree itself.
func (t *Tree) take(ctx context.Context, src source) error {
	entries, err := t.collect(ctx, src)
	if err != nil {
		return err
	}
	if len(entries) == 0 {
		return &Error{Reason: "there is no file to push", Advice: "commit some, or look into .gitignore and .gitattributes; --dir DIR pushes another folder"}
	}
	if err := t.checkLinks(ctx, entries); err != nil {
		return err
	}
	for _, e := range entries {
		t.Bytes += e.size
	}
	t.Files = len(entries)
	t.Hash, err = t.store.tree(entries)
	return err
}
