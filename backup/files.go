package backup

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"djship/assets"
	"djship/attach"
	"djship/plain"
)

// versions adds what is installed in the site's environment.
func (t *taking) versions() error {
	environ := ""
	if t.look.about.Release != "" {
		environ = t.at.Environs + "/" + t.look.about.Release
	}
	var text string
	err := t.read("versions", script(t.look.about.Project, assets.Code("shell/backupversions.sh"), t.at.Environment, environ), nil, func(r io.Reader) error {
		all, err := io.ReadAll(io.LimitReader(r, mostOwnText))
		text = string(all)
		return err
	})
	if err != nil {
		return err
	}
	var lines strings.Builder
	fmt.Fprintf(&lines, "djship %s\nos %s\npostgresql %s\n", t.look.about.Djship, t.look.about.OS, t.look.about.Database)
	for line := range strings.Lines(text) {
		lines.WriteString(plain.Line(strings.TrimSpace(line)) + "\n")
	}
	return t.to.text(nameVersions, lines.String())
}

// home adds what is the site's own in its home, as its account reads it.
func (t *taking) home() error {
	said := &said{}
	c := script(t.look.about.Project, assets.Code("shell/backupfiles.sh"), t.at.Home)
	err := t.read("files", c, said, func(r io.Reader) error {
		from := &counter{r, 0, func(n int64) { t.told("files", n, said.size.Load()) }}
		return t.to.copyTar(from, nameHome, owner{t.look.uid, t.look.about.Project}, t.left)
	})
	for _, line := range said.unread {
		t.left(line, "could not be read")
	}
	t.more += said.more
	return err
}

// system adds files of root's, which lie in folders of root's.
func (t *taking) system() error {
	if len(t.look.take) == 0 {
		return nil
	}
	words := append([]string{"tar", "--create", "--file=-", "--format=posix", "--pax-option=delete=atime,delete=ctime", "--hard-dereference", "--directory=/", "--"}, t.look.take...)
	c := attach.Command{Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"}, Words: words}
	return t.read("configuration", c, nil, func(r io.Reader) error {
		return t.to.copyTar(r, nameSystem, owner{0, "root"}, t.left)
	})
}

// said is what reading the files says: how much there is, and what could not be read.
type said struct {
	size   atomic.Int64
	line   []byte
	unread []string
	more   int
}

// Write takes lines, of 4 KiB at most.
func (s *said) Write(p []byte) (int, error) {
	for _, b := range p {
		if b != '\n' {
			if len(s.line) < 4096 {
				s.line = append(s.line, b)
			}
			continue
		}
		line := string(s.line)
		s.line = s.line[:0]
		if rest, ok := strings.CutPrefix(line, "size "); ok {
			n, _ := strconv.ParseInt(rest, 10, 64)
			s.size.Store(n)
			continue
		}
		rest, ok := strings.CutPrefix(line, "tar: ")
		name, denied := strings.CutSuffix(rest, ": Permission denied")
		if !ok || !denied {
			continue
		}
		for _, verb := range []string{": Cannot open", ": Cannot stat", ": Cannot read", ": Warning"} {
			name = strings.TrimSuffix(name, verb)
		}
		name = strings.TrimPrefix(name, "./")
		if name = plain.Line(name); len(s.unread) < mostLeftOut {
			s.unread = append(s.unread, name)
		} else {
			s.more++
		}
	}
	return len(p), nil
}
