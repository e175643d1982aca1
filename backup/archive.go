// Package backup makes one file of a site: its database, files, secrets and configuration, as they come from its host. The file is a plain
// tar, of members that can be used without djship; what each is for stands in its README, and the last one, SHA256SUMS, is checked by `sha256sum -c`.
//
// All that comes from the site's account is data: names are held to what a name may be, links are kept and never followed, modes lose what
// gives rights, and what is neither a file, a folder nor a link is left out and named.
package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"path"
	"strings"
	"time"
)

// Names of members, below the archive's own folder.
const (
	nameReadme   = "README"
	nameAbout    = "about.json"
	nameDump     = "database.dump"
	nameRows     = "database.rows"
	nameVersions = "versions"
	nameHome     = "home"     // what is in the home of the site's account
	nameSystem   = "system"   // files of root's, by their paths
	nameLeftOut  = "left-out" // what could not be taken, and why
	nameSums     = "SHA256SUMS"
)

// A Writer makes an archive.
type Writer struct {
	tar  *tar.Writer
	top  string // its folder
	now  time.Time
	sums bytes.Buffer

	Files int   // regular files that it has
	Bytes int64 // what these hold
}

// NewWriter makes an archive whose members lie in the folder top, and were made now where nothing else is known.
func NewWriter(w io.Writer, top string, now time.Time) *Writer {
	return &Writer{tar: tar.NewWriter(w), top: top, now: now}
}

// An owner is whom a member belongs to.
type owner struct {
	id   int
	name string
}

// text adds a member of djship's own.
func (w *Writer) text(name, text string) error {
	return w.file(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(text)), ModTime: w.now}, owner{0, "root"}, strings.NewReader(text))
}

// file adds a regular file, of exactly so many bytes as its header says, and notes its sum.
func (w *Writer) file(h *tar.Header, of owner, content io.Reader) error {
	if err := w.head(h, of, tar.TypeReg); err != nil {
		return err
	}
	sum := sha256.New()
	if _, err := io.CopyN(io.MultiWriter(w.tar, sum), content, h.Size); err != nil {
		return err
	}
	w.Files++
	w.Bytes += h.Size
	_, err := w.sums.WriteString(sumLine(sum, h.Name))
	return err
}

// head begins a member: of a mode that gives nobody rights, and of an owner that is not the sender's word.
func (w *Writer) head(h *tar.Header, of owner, kind byte) error {
	mode := h.Mode & 0o777
	name := h.Name
	if kind == tar.TypeDir {
		name += "/"
	}
	return w.tar.WriteHeader(&tar.Header{
		Typeflag: kind, Name: w.top + "/" + name, Linkname: h.Linkname, Size: h.Size, Mode: mode, ModTime: h.ModTime,
		Uid: of.id, Gid: of.id, Uname: of.name, Gname: of.name, Format: tar.FormatPAX,
	})
}

// sumLine is a line of sha256sum's, which spells out what would break it.
func sumLine(sum hash.Hash, name string) string {
	escaped := strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\r", "\\r").Replace(name)
	mark := ""
	if escaped != name {
		mark = "\\"
	}
	return mark + hex.EncodeToString(sum.Sum(nil)) + "  " + escaped + "\n"
}

// Close adds the sums, and with them makes the archive a whole one.
func (w *Writer) Close() error {
	sums := w.sums.String()
	h := &tar.Header{Name: nameSums, Mode: 0o600, Size: int64(len(sums)), ModTime: w.now}
	if err := w.head(h, owner{0, "root"}, tar.TypeReg); err != nil {
		return err
	}
	if _, err := io.WriteString(w.tar, sums); err != nil {
		return err
	}
	return w.tar.Close()
}

// copyTar adds what another tar has, below a folder. What is no file, folder or link is told to left, and a link at the top, behind which may be much.
func (w *Writer) copyTar(r io.Reader, below string, of owner, left func(name, why string)) error {
	from := tar.NewReader(r)
	for {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("what the host sends is no archive: %w", err)
		}
		name, ok := memberName(h.Name)
		if !ok {
			left(h.Name, "no name that a member may have")
			continue
		}
		if name == "." {
			continue
		}
		kind := h.Typeflag
		h.Name = below + "/" + name
		switch kind {
		case tar.TypeReg, tar.TypeGNUSparse:
			h.Linkname = ""
			err = w.file(h, of, from)
		case tar.TypeDir, tar.TypeSymlink:
			if h.Size = 0; kind == tar.TypeSymlink && !strings.Contains(name, "/") { // media on a disk of its own, say
				left(name, "a link, and what lies where it leads is not followed: "+h.Linkname)
			}
			err = w.head(h, of, kind)
		case tar.TypeFifo:
			left(name, "a pipe")
		case tar.TypeChar, tar.TypeBlock:
			left(name, "a device")
		default:
			left(name, "of no kind that is kept")
		}
		if err != nil {
			return err
		}
	}
}

// memberName is a member's path without what leads nowhere; ok is false for one that leads out of its folder.
func memberName(s string) (name string, ok bool) {
	if s == "" || s[0] == '/' || strings.ContainsRune(s, 0) {
		return "", false
	}
	for part := range strings.SplitSeq(s, "/") {
		if part == ".." {
			return "", false
		}
	}
	return path.Clean(s), true
}
