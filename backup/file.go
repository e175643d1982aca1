package backup

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"filippo.io/age/agessh"
)

// ReadRecipients reads who may open a backup: age's own recipients (age1...) and public keys of SSH.
func ReadRecipients(words []string) ([]age.Recipient, error) {
	var all []age.Recipient
	for _, word := range words {
		var r age.Recipient
		var err error
		if strings.HasPrefix(word, "ssh-") {
			r, err = agessh.ParseRecipient(word)
		} else {
			r, err = age.ParseX25519Recipient(word)
		}
		if err != nil {
			return nil, fmt.Errorf("%.100q is no recipient of age's", word)
		}
		all = append(all, r)
	}
	return all, nil
}

// A File is a backup on this side, or a stream: it bears its name only once it is whole.
type File struct {
	path    string   // "" for a stream
	part    *os.File // nil for a stream
	sum     hashing
	sealed  io.WriteCloser // nil where nobody is to open it but who may read it
	checked chan struct{}  // closed when the check has ended
	wrong   error          // what it has found then
	check   *io.PipeWriter
	all     io.Writer
}

// Create begins a backup at a path where nothing is yet, for the user alone.
func Create(path string, to []age.Recipient) (*File, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s is there already", path)
	}
	part, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, fmt.Errorf("%s.part is there: another backup is writing it, or one was cut off and it can be removed", path)
	}
	if err != nil {
		return nil, err
	}
	f, err := begin(part, to)
	if err != nil {
		_ = part.Close()
		_ = os.Remove(part.Name())
		return nil, err
	}
	f.path, f.part = path, part
	return f, nil
}

// Stream begins a backup that goes to a stream. Who reads that must look at the exit status.
func Stream(w io.Writer, to []age.Recipient) (*File, error) { return begin(w, to) }

// hashing sums up what goes through it.
type hashing struct {
	to    io.Writer
	sum   interface{ Sum([]byte) []byte }
	bytes int64
}

func begin(w io.Writer, to []age.Recipient) (*File, error) {
	sum := sha256.New()
	f := &File{checked: make(chan struct{})}
	f.sum = hashing{io.MultiWriter(w, sum), sum, 0}
	var out io.Writer = &f.sum
	if len(to) > 0 {
		sealed, err := age.Encrypt(&f.sum, to...)
		if err != nil {
			return nil, err
		}
		f.sealed, out = sealed, sealed
	}
	var read *io.PipeReader
	read, f.check = io.Pipe()
	go func() {
		_, f.wrong = Check(read)
		_ = read.CloseWithError(f.wrong) // nobody waits for a check that has ended
		close(f.checked)
	}()
	f.all = io.MultiWriter(out, f.check)
	return f, nil
}

func (h *hashing) Write(p []byte) (int, error) {
	n, err := h.to.Write(p)
	h.bytes += int64(n)
	return n, err
}

// Write takes what the archive is made of. It is read and held against its sums as it is written.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.all.Write(p)
	if err != nil {
		err = fmt.Errorf("can't write the backup: %w", err)
	}
	return n, err
}

// Discard ends what is not to become a backup, and leaves nothing of it.
func (f *File) Discard() {
	_ = f.check.CloseWithError(io.ErrUnexpectedEOF)
	<-f.checked
	if f.part != nil {
		_ = f.part.Close()
		_ = os.Remove(f.part.Name())
	}
}

// Commit makes a whole archive the backup: when it is on the disk, has been checked, and has been read again. It returns its size and SHA-256.
func (f *File) Commit() (bytes int64, sum string, err error) {
	_ = f.check.Close()
	if <-f.checked; f.wrong != nil {
		f.Discard()
		return 0, "", fmt.Errorf("what was written is no whole archive: %w", f.wrong)
	}
	if f.sealed != nil {
		err = f.sealed.Close()
	}
	sum = hex.EncodeToString(f.sum.sum.Sum(nil))
	if f.part == nil {
		return f.sum.bytes, sum, err
	}
	if err == nil {
		err = errors.Join(f.part.Sync(), f.part.Close())
	}
	if err == nil {
		err = f.reread(sum)
	}
	if err == nil {
		if _, there := os.Lstat(f.path); there == nil {
			err = fmt.Errorf("%s has come to be meanwhile", f.path)
		} else {
			err = os.Rename(f.part.Name(), f.path)
		}
	}
	if err != nil {
		f.Discard()
		return 0, "", fmt.Errorf("can't write the backup: %w", err)
	}
	if dir, err := os.Open(filepath.Dir(f.path)); err == nil { // where a system can't sync a folder the file is whole all the same
		_ = dir.Sync()
		_ = dir.Close()
	}
	return f.sum.bytes, sum, nil
}

// reread reads what the disk has, and holds it against what was written.
func (f *File) reread(want string) error {
	file, err := os.Open(f.part.Name())
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it is only read
	sum := sha256.New()
	if _, err := io.Copy(sum, bufio.NewReaderSize(file, 1<<20)); err != nil {
		return err
	}
	if hex.EncodeToString(sum.Sum(nil)) != want {
		return errors.New("the disk does not give back what was written")
	}
	return nil
}
