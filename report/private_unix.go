//go:build !windows

package report

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// trusted walks to a folder, links included, and returns a *FolderError where somebody besides this
// user and root could exchange a part of the way, or, unless it may be shared as /tmp is, lay
// something into the folder itself. A part that is missing is fs.ErrNotExist.
func trusted(path string, shared bool) error {
	const mostLinks = 40
	at, rest := "/", strings.Split(path, "/")
	for links := 0; ; {
		info, err := os.Lstat(at)
		if err != nil {
			return err
		}
		if err := trustedPart(at, info, shared || len(rest) > 0); err != nil {
			return err
		}
		if info.Mode()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(at)
			if err != nil {
				return err
			}
			if links++; links > mostLinks {
				return &FolderError{at, "has too many links"}
			}
			rest = append(strings.Split(target, "/"), rest...)
			at = filepath.Dir(at)
			if filepath.IsAbs(target) {
				at = "/"
			}
		} else if !info.IsDir() {
			return &FolderError{at, "is no folder"}
		}
		if len(rest) == 0 {
			return nil
		}
		at, rest = filepath.Join(at, rest[0]), rest[1:]
	}
}

// trustedPart looks at one part of a way. A sticky folder may be on it: there nobody renames what is
// another's, and the part behind it is looked at as well.
func trustedPart(path string, info fs.FileInfo, sticky bool) error {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("can't see who owns " + path)
	}
	if stat.Uid != 0 && int(stat.Uid) != os.Geteuid() {
		return &FolderError{path, fmt.Sprintf("belongs to %s, who could exchange what is written there", userName(stat.Uid))}
	}
	if info.Mode()&fs.ModeSymlink != 0 || sticky && info.Mode()&fs.ModeSticky != 0 {
		return nil
	}
	if info.Mode()&0o002 != 0 || info.Mode()&0o020 != 0 && !ownGroup(stat.Gid) {
		return &FolderError{path, "may be written to by others, who could exchange what is written there"}
	}
	return nil
}

func userName(uid uint32) string {
	id := strconv.FormatUint(uint64(uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return u.Username
	}
	return "user " + id
}

// ownGroup tells whether a group is the one that Debian, and others, give to each user alone.
func ownGroup(gid uint32) bool { return int(gid) == os.Getegid() && groupIsOwn() }

var groupIsOwn = sync.OnceValue(func() bool {
	u, err := user.Current()
	if err != nil {
		return false
	}
	g, err := user.LookupGroupId(strconv.Itoa(os.Getegid()))
	return err == nil && g.Name == u.Username
})
