//go:build linux

package testbed

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Packages that any host has downloaded are kept, and found in apt's archive folder by later hosts, which then need
// not fetch them. A host has them as an overlay layer of links: none can spoil another's.

const archives = "var/cache/apt/archives"

func kept(suite int) string { return filepath.Join(dir(), "debs", fmt.Sprintf("deb%d", suite)) }

// stock fills a layer with the packages that are kept for the host's release.
func (h *Host) stock() error {
	into := filepath.Join(h.path("debs"), archives)
	if err := os.MkdirAll(into, 0o755); err != nil {
		return err
	}
	return each(kept(h.Suite), func(deb string) error { return os.Link(deb, filepath.Join(into, filepath.Base(deb))) })
}

// harvest keeps the packages that the host has downloaded itself, and takes them off its disk. apt puts a package
// there only once it is whole and its checksum right.
func (h *Host) harvest() error {
	if err := os.MkdirAll(kept(h.Suite), 0o755); err != nil {
		return err
	}
	return each(filepath.Join(h.path("disk/upper"), archives), func(deb string) error {
		to := filepath.Join(kept(h.Suite), filepath.Base(deb))
		err := os.Rename(deb, to)
		if !errors.Is(err, unix.EXDEV) {
			return err
		}
		// A disk of limited size is another file system.
		b, err := os.ReadFile(deb)
		if err != nil {
			return err
		}
		return errors.Join(writeFile(to, b, 0o644), os.Remove(deb))
	})
}

// each calls f for each package file in a folder; there need not be one. A file that another process has taken
// meanwhile is passed over.
func each(dir string, f func(path string) error) error {
	found, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, d := range found {
		if d.Type().IsRegular() && filepath.Ext(d.Name()) == ".deb" {
			if err := f(filepath.Join(dir, d.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}
