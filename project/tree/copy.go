package tree

import (
	"context"
	"os"
	"path/filepath"
)

// plainRepository is a second private repository whose checkouts are the bytes of the tree, as hosts lay them out.
const plainRepository = "plain.git"

// CopyTo lays the tree out in an empty folder, as hosts do. It may not be called twice at once.
func (t *Tree) CopyTo(ctx context.Context, dir string) error {
	plain := filepath.Join(t.git.dir, plainRepository)
	run := func(args ...string) error {
		cmd := t.git.command(ctx, dir, args...)
		cmd.Env = append(cmd.Env, "GIT_DIR="+plain, "GIT_WORK_TREE="+dir, "GIT_INDEX_FILE="+filepath.Join(plain, "index"))
		_, err := t.git.run(cmd, nil)
		return interrupted(ctx, err)
	}
	if _, err := os.Stat(plain); err != nil {
		args := []string{"init", "--quiet", "--bare", "--template="}
		if t.Format != "sha1" {
			args = append(args, "--object-format="+t.Format)
		}
		if _, err := t.git.run(t.git.command(ctx, t.git.dir, append(args, plain)...), nil); err != nil {
			return interrupted(ctx, err)
		}
		if err := appendTo(filepath.Join(plain, "objects", "info", "alternates"), quoted(filepath.ToSlash(filepath.Join(t.git.private(), "objects")))+"\n"); err != nil {
			return err
		}
		if err := appendTo(filepath.Join(plain, "info", "attributes"), HostAttributes); err != nil {
			return err
		}
	}
	if err := run("read-tree", t.Hash); err != nil {
		return err
	}
	return run("checkout-index", "--quiet", "--all")
}
