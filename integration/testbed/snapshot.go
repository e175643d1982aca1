//go:build linux

package testbed

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// An Entry is what a path on a host is: two that are equal are the same file, untouched in between.
type Entry struct {
	Mode   fs.FileMode
	Owner  string // "user:group", by name where the host has one
	MTime  time.Time
	SHA256 string // of a regular file's content, in hex
	Link   string // where a symbolic link points
}

// Snapshot is what stands at absolute paths on the host's disk and below them. A path that isn't there is not in the
// result, and neither is what lies on a file system that the host has mounted itself, such as /run.
func (h *Host) Snapshot(paths ...string) (map[string]Entry, error) {
	root, err := os.OpenRoot(h.Root())
	if err != nil {
		return nil, err
	}
	defer root.Close()
	users, groups := h.names("etc/passwd"), h.names("etc/group")
	seen := map[string]Entry{}
	for _, p := range paths {
		p = path.Clean(p)
		err := walk(root, inside(p), p, func(dir *os.Root, name, p string, info fs.FileInfo) error {
			stat := info.Sys().(*syscall.Stat_t)
			e := Entry{Mode: info.Mode(), MTime: info.ModTime(), Owner: users.of(stat.Uid) + ":" + groups.of(stat.Gid)}
			var err error
			switch {
			case info.Mode().IsRegular():
				e.SHA256, err = sumOnce(dir, name, stat)
			case info.Mode()&fs.ModeSymlink != 0:
				e.Link, err = dir.Readlink(name)
			}
			seen[p] = e
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("host %s: %w", h.Name(), err)
		}
	}
	return seen, nil
}

// walk calls f for a name in a folder, which is the path p of the host, and for all below it, following
// no link. Each folder is opened once: a long path costs a look-up for each of its parts.
func walk(dir *os.Root, name, p string, f func(dir *os.Root, name, p string, info fs.FileInfo) error) error {
	info, err := dir.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f(dir, name, p, info); err != nil || !info.IsDir() {
		return err
	}
	sub, err := dir.OpenRoot(name)
	if err != nil {
		return err
	}
	defer sub.Close()
	d, err := sub.Open(".")
	if err != nil {
		return err
	}
	names, err := d.Readdirnames(-1)
	d.Close()
	for _, n := range names {
		err = errors.Join(err, walk(sub, n, path.Join(p, n), f))
	}
	return err
}

// inside is an absolute path as [os.Root] wants it.
func inside(p string) string {
	if p == "/" {
		return "."
	}
	return strings.TrimPrefix(p, "/")
}

// A version is one content of a file: no write, and nothing that sets times, leaves its ctime as it is.
type version struct {
	dev, ino     uint64
	size         int64
	ctime, mtime syscall.Timespec
}

// sums are known by version: tests take a snapshot of ten thousand files again and again.
var sums sync.Map

func sumOnce(root *os.Root, name string, stat *syscall.Stat_t) (string, error) {
	v := version{stat.Dev, stat.Ino, stat.Size, stat.Ctim, stat.Mtim}
	if known, ok := sums.Load(v); ok {
		return known.(string), nil
	}
	s, err := sum(root, name)
	if err == nil {
		sums.Store(v, s)
	}
	return s, err
}

func sum(root *os.Root, name string) (string, error) {
	f, err := root.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	s := sha256.New()
	if _, err := io.Copy(s, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(s.Sum(nil)), nil
}

// ids are the names in a passwd or group file by their numbers.
type ids map[string]string

func (h *Host) names(file string) ids {
	by := ids{}
	for line := range strings.Lines(readOr(filepath.Join(h.Root(), file))) {
		if f := strings.Split(line, ":"); len(f) > 2 {
			by[f[2]] = f[0]
		}
	}
	return by
}

func (m ids) of(id uint32) string {
	n := strconv.Itoa(int(id))
	if name, ok := m[n]; ok {
		return name
	}
	return n
}
