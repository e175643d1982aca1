package report

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"djship/shell"
)

// What a run leaves on this machine is its user's alone: files of mode 0600, made anew, in folders in
// which nobody else can exchange them or lay a link.

// A FolderError is a folder, or one on the way to it, in which others than its user and root could
// exchange what is written.
type FolderError struct{ Folder, Why string }

func (e *FolderError) Error() string { return fmt.Sprintf("%s %s", e.Folder, e.Why) }

// Hint says what to do next.
func (e *FolderError) Hint() string {
	return "name a folder of your own (--log-dir, or XDG_STATE_HOME for all runs), or take the right from others: chmod go-w " + shell.Quote(e.Folder)
}

// A NoFileError is a link, a folder or a device where a file of a run should be.
type NoFileError struct{ Path string }

func (e *NoFileError) Error() string {
	return e.Path + " is no plain file: it is neither written to nor read"
}

// Hint says what to do next.
func (e *NoFileError) Hint() string { return "see what it is, then remove it or name another place" }

// privateFolder makes dir where it is missing, with mode 0700, and refuses one that others may write to or
// exchange, by a *FolderError.
func privateFolder(dir string) error {
	path, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if err := trusted(path, false); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return err
	}
	return trusted(path, false)
}

// WriteOwn writes a file that its owner alone can read. One that was there is replaced; a link, and
// what else is no plain file, is refused, and so is a folder in which others could exchange it.
func WriteOwn(path string, write func(io.Writer) error) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if err := trusted(filepath.Dir(path), true); err != nil {
		return err
	}
	f, err := create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// create makes a new file of mode 0600 in place of a plain one that was there.
func create(path string) (*os.File, error) {
	switch err := plainFile(path); {
	case err == nil:
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	return os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY|noFollow, 0o600)
}

// openPlain opens a plain file: no link to one, and nothing that keeps its reader waiting.
func openPlain(path string, how int) (*os.File, error) {
	if err := plainFile(path); err != nil {
		return nil, err
	}
	return os.OpenFile(path, how|noFollow, 0)
}

// plainFile returns an error for what is no plain file.
func plainFile(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &NoFileError{path}
	}
	return nil
}
