//go:build linux

package testbed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// dir is the folder of everything that the test bed keeps: bases, downloads, and a folder per host that there is.
func dir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = "/var/cache"
	}
	return filepath.Join(cache, "djship-testbed")
}

// A note is what a host's folder says of it: enough to remove the host, whoever started it.
type note struct {
	ID         int
	Since      time.Time // when its number was claimed, which tells it from a later host of that number
	Name       string
	Suite      int
	Base       []string // overlay layers below its own, topmost first
	Disk       int64
	Processors int
	Behind     int    `json:",omitempty"` // ID of the host in front
	Owner      *owner `json:",omitempty"` // nil: stays until it is taken down by name
}

// An owner is a process whose end is the end of its hosts. The start time tells it from a later one of its number.
type owner struct {
	PID     int
	Started string
}

func self() *owner { return &owner{PID: os.Getpid(), Started: startTime(os.Getpid())} }

func (o owner) alive() bool { return startTime(o.PID) == o.Started }

// startTime is when a process started, in the kernel's ticks, or "" where there is none.
func startTime(pid int) string {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	// The name, in parentheses, may have spaces; the start time is the 20th field after it.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	if len(fields) < 20 {
		return ""
	}
	return string(fields[19])
}

// locked runs f while no other process or goroutine runs one under the same name.
func locked(name string, f func() error) error {
	if err := os.MkdirAll(dir(), 0o755); err != nil {
		return err
	}
	l, err := os.OpenFile(filepath.Join(dir(), name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer l.Close()
	for err = unix.EINTR; errors.Is(err, unix.EINTR); {
		err = unix.Flock(int(l.Fd()), unix.LOCK_EX)
	}
	if err != nil {
		return err
	}
	return f()
}

var errGone = errors.New("what it should start from is gone")

// claim takes a free number for a host and notes it, before anything else of the host exists. That a number is
// nobody's, not even under another cache folder, is decided by making its cgroup. The error is errGone where one of
// its layers was removed meanwhile.
func claim(n note) (*Host, error) {
	h := &Host{note: n}
	err := locked("hosts", func() error {
		if err := sweep(); err != nil {
			return err
		}
		for _, b := range n.Base {
			if os.Chtimes(basePath(b), time.Time{}, time.Now()) != nil {
				return errGone
			}
		}
		for h.ID = 1; h.ID < 250; h.ID++ {
			if exists(h.path("")) || exists("/sys/class/net/"+h.link()) || exists(h.cgroup()) {
				continue
			}
			if n.Name == "" {
				h.note.Name = fmt.Sprintf("deb%d-%d", h.Suite, h.ID)
			}
			h.Since = time.Now()
			err := errors.Join(os.MkdirAll(h.path(""), 0o755), h.save())
			if err == nil {
				err = os.Mkdir(h.cgroup(), 0o755)
			}
			if err == nil {
				return nil
			}
			os.RemoveAll(h.path(""))
			if !errors.Is(err, fs.ErrExist) {
				return err
			}
		}
		return errors.New("249 test hosts are running: remove some")
	})
	return h, err
}

func (h *Host) save() error {
	b, err := json.Marshal(h.note)
	if err != nil {
		return err
	}
	return writeFile(h.path("note.json"), b, 0o644)
}

// hosts are all that are noted. A folder without a legible note is a host that was just being claimed or removed.
func hosts() ([]*Host, error) {
	found, err := os.ReadDir(filepath.Join(dir(), "hosts"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var all []*Host
	for _, f := range found {
		id, err := strconv.Atoi(f.Name())
		if err != nil {
			continue
		}
		all = append(all, holder(id))
	}
	return all, nil
}

// holder is the host that has a number now.
func holder(id int) *Host {
	h := &Host{note: note{ID: id, Owner: &owner{}}}
	if b, err := os.ReadFile(h.path("note.json")); err == nil {
		var n note
		if json.Unmarshal(b, &n) == nil && n.ID == id {
			h.note = n
		}
	}
	return h
}

// sweep removes the hosts of processes that are no more. Its caller holds the lock "hosts".
func sweep() error {
	all, err := hosts()
	if err != nil {
		return err
	}
	for _, h := range all {
		if h.Owner != nil && !h.Owner.alive() {
			err = errors.Join(err, h.remove())
		}
	}
	return err
}

// All are the hosts there are, whoever started them, in no order. What processes that are no more left behind is
// removed on the way.
func All() ([]*Host, error) {
	var all []*Host
	err := locked("hosts", func() (err error) {
		if err = sweep(); err == nil {
			all, err = hosts()
		}
		return err
	})
	return all, err
}

// Kept says whether the host stays when the process that started it ends.
func (h *Host) Kept() bool { return h.Owner == nil }

func exists(path string) bool { _, err := os.Lstat(path); return err == nil }

// writeFile puts a file in place whole: nobody sees half of it.
func writeFile(path string, b []byte, mode fs.FileMode) error {
	tmp := fmt.Sprintf("%s.%d.tmp", path, os.Getpid())
	if err := os.WriteFile(tmp, b, mode); err != nil {
		return err
	}
	return os.Rename(tmp, path)
}

func trimmed(path string) string {
	b, _ := os.ReadFile(path)
	return strings.TrimSpace(string(b))
}
