package tree

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// lfs is the name of Git LFS's filter.
const lfs = "lfs"

// longestPointer is the size that a pointer stays below.
const longestPointer = 1024

// pull replaces pointers of Git LFS by what they point to, from the checkout or its store.
func (t *Tree) pull(ctx context.Context, src *source, entries []entry, are given) error {
	var of []*entry
	var ids []string
	for i := range entries {
		e := &entries[i]
		if are[e.path]["filter"] == lfs && e.mode != symlink && e.mode != gitlink && e.size > 0 && e.size < longestPointer {
			of, ids = append(of, e), append(ids, e.id)
		}
	}
	texts, err := t.git.contents(ctx, ids)
	if err != nil {
		return err
	}
	for i, e := range of {
		p, is := readPointer(texts[i])
		if !is {
			continue // committed as it is, before LFS came
		}
		if err := t.content(ctx, src, e, p); err != nil {
			return err
		}
	}
	return nil
}

// A pointer is what is committed in place of a file in LFS.
type pointer struct {
	sum      string // SHA-256, in hex
	size     int64
	extended bool // by programs that the content went through
}

func readPointer(text []byte) (pointer, bool) {
	var p pointer
	first, rest, _ := bytes.Cut(text, []byte("\n"))
	switch string(first) {
	case "version https://git-lfs.github.com/spec/v1", "version https://hawser.github.com/spec/v1":
	default:
		return p, false
	}
	p.size = -1
	for l := range strings.Lines(string(rest)) {
		key, value, _ := strings.Cut(strings.TrimRight(l, "\r\n"), " ")
		switch {
		case key == "oid":
			p.sum = strings.TrimPrefix(value, "sha256:")
		case key == "size":
			if n, err := strconv.ParseInt(value, 10, 64); err == nil {
				p.size = n
			}
		case strings.HasPrefix(key, "ext-"):
			p.extended = true
		}
	}
	raw, err := hex.DecodeString(p.sum)
	return p, err == nil && len(raw) == sha256.Size && p.size >= 0
}

// content puts what a pointer points to in its place, if it is here whole.
func (t *Tree) content(ctx context.Context, src *source, e *entry, p pointer) error {
	if p.extended {
		return &Error{Path: src.shown(e.path), Reason: "is in LFS by way of an extension, which djship does not run", Advice: "commit it without the extension"}
	}
	var places []string
	if src.checkout != nil {
		places = append(places, filepath.Join(src.checkout.shared, "lfs", "objects", p.sum[:2], p.sum[2:4], p.sum))
	}
	if !leadsElsewhere(src.top, e.path) {
		places = append(places, filepath.Join(src.top, filepath.FromSlash(e.path)))
	}
	for _, place := range places {
		info, err := os.Lstat(place)
		if err != nil || !info.Mode().IsRegular() || info.Size() != p.size {
			continue
		}
		sum := sha256.New()
		id, size, err := t.store.putFile(ctx, place, sum)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil && hex.EncodeToString(sum.Sum(nil)) == p.sum {
			e.id, e.size = id, size
			return nil
		}
	}
	return &Error{Path: src.shown(e.path), Reason: "is in LFS, and its content is not here, only the pointer to it", Advice: "git lfs pull gets it (git lfs fetch origin REF for another commit); then push again"}
}
