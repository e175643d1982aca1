package tree

import (
	"context"
	"io/fs"
	"path"
)

// mostOfFile is how large a file may be that is read whole, in bytes.
const mostOfFile = 16 << 20

// File returns the content of one file of the tree, by its path; of a link, that of the file in the tree it leads to. Where there
// is none the error wraps fs.ErrNotExist. It may be called at once.
func (t *Tree) File(ctx context.Context, name string) (string, error) {
	files, err := t.files(ctx)
	if err != nil {
		return "", err
	}
	at := path.Clean(name)
	for range 8 { // links
		e, found := files[at]
		if !found {
			break
		}
		if sizes, err := t.git.sizes(ctx, []string{e.id}); err != nil {
			return "", err
		} else if sizes[0] > mostOfFile {
			return "", &Error{Path: name, Reason: "is larger than 16 MiB", Advice: "it is read as text: make it smaller, or name another file"}
		}
		text, err := t.git.run(t.git.own(ctx, "", "", "cat-file", "blob", e.id), nil)
		if err != nil {
			return "", interrupted(ctx, err)
		}
		if e.mode != symlink {
			return string(text), nil
		}
		at = path.Join(path.Dir(at), string(text))
	}
	return "", &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
}

// files are the tree's, by path, listed when first asked for.
func (t *Tree) files(ctx context.Context) (map[string]entry, error) {
	t.listing.Lock()
	defer t.listing.Unlock()
	if t.listed != nil {
		return t.listed, nil
	}
	entries, err := t.list(ctx, nil, t.Hash)
	if err != nil {
		return nil, err
	}
	listed := make(map[string]entry, len(entries))
	for _, e := range entries {
		listed[e.path] = e
	}
	t.listed = listed
	return listed, nil
}
