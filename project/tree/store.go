package tree

import (
	"compress/zlib"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A store writes objects of git's into the private repository. Git itself would touch the time of an object that it
// finds in the user's repository instead.
type store struct {
	objects string
	format  string          // "sha1" or "sha256"
	known   map[string]bool // trees that are there already
}

func (s *store) hash() hash.Hash {
	if s.format == "sha256" {
		return sha256.New()
	}
	return sha1.New()
}

// put writes an object of exactly so many bytes, and returns its name.
func (s *store) put(kind string, size int64, content io.Reader) (string, error) {
	file, err := os.CreateTemp(s.objects, "new-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.Remove(file.Name()) }()
	defer file.Close()
	packed, err := zlib.NewWriterLevel(file, zlib.BestSpeed)
	if err != nil {
		return "", err
	}
	sum := s.hash()
	both := io.MultiWriter(packed, sum)
	if _, err := fmt.Fprintf(both, "%s %d\x00", kind, size); err != nil {
		return "", err
	}
	switch n, err := io.Copy(both, io.LimitReader(content, size+1)); {
	case err != nil:
		return "", err
	case n != size:
		return "", errChanged
	}
	if err := packed.Close(); err != nil {
		return "", err
	}
	if err := file.Close(); err != nil {
		return "", err
	}
	id := hex.EncodeToString(sum.Sum(nil))
	folder := filepath.Join(s.objects, id[:2])
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	return id, os.Rename(file.Name(), filepath.Join(folder, id[2:]))
}

var errChanged = fmt.Errorf("it changed while it was read")

// putFile writes a regular file's bytes as a blob; check, which may be nil, is fed with them.
func (s *store) putFile(ctx context.Context, name string, check io.Writer) (id string, size int64, err error) {
	file, err := os.Open(name)
	if err != nil {
		return "", 0, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", 0, err
	}
	if !info.Mode().IsRegular() {
		return "", 0, fmt.Errorf("it is no regular file")
	}
	var from io.Reader = &stoppable{ctx, file}
	if check != nil {
		from = io.TeeReader(from, check)
	}
	id, err = s.put("blob", info.Size(), from)
	return id, info.Size(), err
}

// stoppable reads until the context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// An entry is a file, link or submodule of a tree.
type entry struct {
	path string
	mode string // "100644"
	id   string
	size int64 // of a blob; -1 while it is not known
}

const (
	executable = "100755"
	regular    = "100644"
	symlink    = "120000"
	gitlink    = "160000"
	folderMode = "40000"
)

// tree writes the trees of all entries, and returns the name of the topmost.
func (s *store) tree(entries []entry) (string, error) {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	for i := 1; i < len(sorted); i++ {
		if sorted[i].path == sorted[i-1].path {
			return "", &Error{Path: sorted[i].path, Reason: "is in the tree twice", Advice: "git fsck says what is wrong with the commit"}
		}
	}
	top := folder{}
	for _, e := range sorted {
		if err := top.add(e, e.path); err != nil {
			return "", err
		}
	}
	return s.folder(&top)
}

// A folder is what a tree of git's names.
type folder struct {
	entries []entry // their paths are names here
	folders map[string]*folder
}

func (f *folder) add(e entry, rest string) error {
	name, below, deeper := strings.Cut(rest, "/")
	if !deeper {
		if f.folders[name] != nil {
			return &Error{Path: e.path, Reason: "is both a file and a folder", Advice: "git fsck says what is wrong with the commit"}
		}
		e.path = name
		f.entries = append(f.entries, e)
		return nil
	}
	if f.folders == nil {
		f.folders = map[string]*folder{}
	}
	next := f.folders[name]
	if next == nil {
		if slices.ContainsFunc(f.entries, func(o entry) bool { return o.path == name }) {
			return &Error{Path: strings.TrimSuffix(e.path, "/"+below), Reason: "is both a file and a folder", Advice: "git fsck says what is wrong with the commit"}
		}
		next = &folder{}
		f.folders[name] = next
	}
	return next.add(e, below)
}

// folder writes a folder's tree after those in it.
func (s *store) folder(f *folder) (string, error) {
	all := slices.Clone(f.entries)
	for name, sub := range f.folders {
		id, err := s.folder(sub)
		if err != nil {
			return "", err
		}
		all = append(all, entry{path: name, mode: folderMode, id: id})
	}
	order := func(e entry) string {
		if e.mode == folderMode {
			return e.path + "/"
		}
		return e.path
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(order(a), order(b)) })
	var content strings.Builder
	for _, e := range all {
		raw, err := hex.DecodeString(e.id)
		if err != nil {
			return "", err
		}
		content.WriteString(e.mode + " " + e.path + "\x00" + string(raw))
	}
	sum := s.hash()
	fmt.Fprintf(sum, "tree %d\x00%s", content.Len(), content.String())
	if id := hex.EncodeToString(sum.Sum(nil)); s.known[id] {
		return id, nil
	}
	id, err := s.put("tree", int64(content.Len()), strings.NewReader(content.String()))
	if err == nil {
		s.known[id] = true
	}
	return id, err
}
