package tree

import (
	"os"
	"path/filepath"
	"strings"

	"djship/shell"
)

// refused says why an entry of a tree is no file that git would check out anywhere, or that a server could have; "" where it is.
func refused(e entry) string {
	for part := range strings.SplitSeq(e.path, "/") {
		switch {
		case part == "" || part == "." || part == "..":
			return "is a name that no checkout may have"
		case isGitFolder(part):
			return "is a name of git's own folder, which no checkout may have"
		}
	}
	if e.mode == symlink && strings.EqualFold(e.path, ".gitmodules") {
		return "is a symlink, which git refuses"
	}
	switch e.mode {
	case regular, executable, symlink, gitlink, "100664":
		return ""
	}
	return "has the mode " + e.mode + ", which is none of a file, a program or a symlink"
}

// isGitFolder tells whether a file system, be it one of Windows or macOS, takes a name for .git.
func isGitFolder(name string) bool {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 0x200c && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x206a && r <= 0x206f, r == 0xfeff:
			return -1 // HFS+ ignores them
		}
		return r
	}, name)
	for part := range strings.SplitSeq(name, `\`) {
		part, _, _ = strings.Cut(part, ":") // a stream of NTFS
		part = strings.ToLower(strings.TrimRight(part, " ."))
		if part == ".git" || part == "git~1" {
			return true
		}
	}
	return false
}

// leadsElsewhere tells whether a folder on the way from top to a file is a link, or no folder.
func leadsElsewhere(top, name string) bool {
	for i, r := range name {
		if r != '/' || i == 0 {
			continue
		}
		info, err := os.Lstat(filepath.Join(top, filepath.FromSlash(name[:i])))
		if err != nil || !info.IsDir() {
			return true
		}
	}
	return false
}

func sameFolder(a, b string) bool {
	ia, erra := os.Stat(a)
	ib, errb := os.Stat(b)
	return erra == nil && errb == nil && os.SameFile(ia, ib)
}

// typed is a name as one types it in a shell.
func typed(name string) string {
	if plain(name) {
		return shell.Quote(name)
	}
	return show(name)
}
