package backup

import (
	"archive/tar"
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// mostOwnText is more than djship's own members of an archive hold, but for the sums; these are as long as there are files.
const (
	mostOwnText = 8 << 20
	mostSums    = 1 << 30
)

// ErrCut says that an archive ends before its end.
var ErrCut = errors.New("it is cut off: an archive ends with its sums")

// A checker reads an archive and holds each member against the sums at the end. Of these it keeps one sum over all lines, in their order: it needs no
// more memory for a million files than for one.
type checker struct {
	top   string
	lines int
	sum   [sha256.Size]byte
	about About
	found bool
}

// Check reads an archive whole and tells what it is of. The error says what is wrong with it.
func Check(r io.Reader) (About, error) {
	return Read(r, func(string, *tar.Header, io.Reader) error { return nil })
}

// Read is Check, and has visit see each file, folder and link as it comes: its name below the archive's folder, and what is in a file, of which visit reads what it likes. That
// the archive is whole is known when all have come. What visit returns ends it.
func Read(r io.Reader, visit func(name string, h *tar.Header, content io.Reader) error) (About, error) {
	var c checker
	lines := sha256.New()
	r = &trailer{Reader: r}
	from := tar.NewReader(r)
	for {
		h, err := from.Next()
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return c.about, ErrCut
		case err != nil:
			return c.about, fmt.Errorf("it is no archive: %w", err)
		}
		name, err := c.nameOf(h)
		switch {
		case err != nil:
			return c.about, err
		case name == nameSums:
			copy(c.sum[:], lines.Sum(nil))
			return c.about, c.end(from, r)
		case h.Typeflag == tar.TypeDir, h.Typeflag == tar.TypeSymlink:
			err = visit(name, h, nil)
		case h.Typeflag != tar.TypeReg:
			return c.about, fmt.Errorf("%.200q is no file, folder or link", h.Name)
		default:
			sum := sha256.New()
			err = c.file(name, h, &readingTo{Reader: io.TeeReader(from, sum)}, visit)
			c.lines++
			_, _ = io.WriteString(lines, sumLine(sum, name))
		}
		if err != nil {
			return c.about, err
		}
	}
}

// file reads a file to its end.
func (c *checker) file(name string, h *tar.Header, content *readingTo, visit func(string, *tar.Header, io.Reader) error) error {
	var text bytes.Buffer
	all := io.Reader(content)
	if name == nameAbout {
		if h.Size > mostOwnText {
			return fmt.Errorf("%s is too long", nameAbout)
		}
		all = io.TeeReader(content, &text)
	}
	err := visit(name, h, all)
	if err == nil {
		_, err = io.Copy(io.Discard, all)
	}
	switch {
	case content.failed:
		return ErrCut
	case err != nil || name != nameAbout:
		return err
	}
	if err := json.Unmarshal(text.Bytes(), &c.about); err != nil || c.about.Format != Format {
		return fmt.Errorf("its %s is of another format than %d", nameAbout, Format)
	}
	c.found = true
	return nil
}

// A readingTo knows whether what it reads could be read.
type readingTo struct {
	io.Reader
	failed bool
}

func (r *readingTo) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.failed = r.failed || err != nil && err != io.EOF
	return n, err
}

// nameOf is a member's name below the archive's folder, which the first one names.
func (c *checker) nameOf(h *tar.Header) (string, error) {
	whole, ok := memberName(h.Name)
	top, name, below := strings.Cut(whole, "/")
	switch {
	case !ok || !below || c.top != "" && top != c.top:
		return "", fmt.Errorf("%.200q lies outside of its folder", h.Name)
	case h.Mode&^0o777 != 0:
		return "", fmt.Errorf("%.200q has a mode that gives rights", h.Name)
	}
	c.top = top
	return name, nil
}

// end holds the sums against what was read, and wants nothing behind them.
func (c *checker) end(sums *tar.Reader, r io.Reader) error {
	said, n := sha256.New(), 0
	lines := bufio.NewReader(io.TeeReader(io.LimitReader(sums, mostSums), said))
	for {
		_, err := lines.ReadString('\n')
		if err == io.EOF {
			break
		}
		if err != nil {
			return ErrCut
		}
		n++
	}
	switch _, err := sums.Next(); {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return ErrCut
	case err != io.EOF:
		return errors.New("something follows its sums")
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	switch {
	case !r.(*trailer).whole():
		return ErrCut
	case !bytes.Equal(said.Sum(nil), c.sum[:]) || n != c.lines:
		return fmt.Errorf("its files are not those that %s has the sums of", nameSums)
	case !c.found:
		return fmt.Errorf("it has no %s", nameAbout)
	}
	return nil
}

// A trailer knows whether what it reads ends as a tar does: with two blocks of nothing.
type trailer struct {
	io.Reader
	zeros int // bytes of nothing at the end of what was read
	bytes int64
}

func (t *trailer) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.bytes += int64(n)
	if rest := len(bytes.TrimRight(p[:n], "\x00")); rest == 0 {
		t.zeros += n
	} else {
		t.zeros = n - rest
	}
	return n, err
}

func (t *trailer) whole() bool { return t.zeros >= 1024 && t.bytes%512 == 0 }
