package backup

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"djship/assets"
	"djship/attach"
	"djship/remote"
	"djship/runner"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// A laying is a backup on its way onto a host, beside what is there.
type laying struct {
	ctx     context.Context
	session runner.Session
	*Contents
	target *Target
	told   Progress
	files  *sending
	tar    *tar.Writer
	come   int64 // bytes of files
	size   int64 // of all that come
}

var (
	readyBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(assets.Code("shell/restoreready.sh")) })
	cleanBody = sync.OnceValue(func() *remote.Body {
		return runner.Tethered(assets.Code("shell/laidaway.sh") + assets.Code("shell/restoreclean.sh"))
	})
)

// Lay reads the backup again and lays what is in it beside what the host has: into a database and a folder that nobody uses, under the name of a restore. django.Restored has it take the place of what is
// there. Where it fails nothing is left, and nothing of the site was touched.
func (c *Contents) Lay(ctx context.Context, s runner.Session, t *Target, id string, from io.Reader, told Progress) error {
	l := &laying{ctx: ctx, session: s, Contents: c, target: t, told: told, size: c.Size()}
	text, err := runner.Ask(ctx, s, strings.TrimSuffix(shell.Set("project", c.Project, "super", strings.Join(c.mighty(t), " "), "id", id), "\n"), readyBody())
	if err == nil && !model.HasLine(text, "made") {
		err = l.failed("database", errors.New("none can be made for it"), strings.Split(strings.TrimSpace(text), "\n"))
	}
	if err == nil {
		_, err = Read(from, l.see)
		if err == nil && l.files == nil {
			l.begin()
		}
		if l.files != nil {
			err = l.end(err)
		}
	}
	if err != nil {
		away, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		said, failed := runner.Ask(away, s, "project="+shell.Quote(c.Project), cleanBody())
		var told *Error
		if (failed != nil || !model.HasLine(said, "away")) && errors.As(err, &told) {
			told.Next += ", and what was laid beside it goes with the next restore"
		}
	}
	return err
}

// see sends a member to where it belongs.
func (l *laying) see(name string, h *tar.Header, content io.Reader) error {
	if name == nameDump {
		return l.database(h.Size, content)
	}
	below, ok := strings.CutPrefix(name, nameHome+"/")
	top, _, _ := strings.Cut(below, "/")
	if !ok || !slices.Contains(l.Comes, top) {
		return nil
	}
	if l.files == nil {
		l.begin()
	}
	if isSecret(top) { // whatever the backup says
		h.Mode &= 0o700
	}
	err := l.tar.WriteHeader(&tar.Header{Typeflag: h.Typeflag, Name: "./" + below, Linkname: h.Linkname, Size: h.Size, Mode: h.Mode & 0o777, ModTime: h.ModTime, Format: tar.FormatPAX})
	if err == nil && content != nil {
		_, err = io.Copy(l.tar, &counter{content, l.come, func(n int64) { l.told("files", n, l.size) }})
		l.come += h.Size
	}
	return err
}

// begin begins to send files.
func (l *laying) begin() {
	at := django.Site{Project: l.Project}.Layout()
	l.files = l.send("files", script(l.Project, assets.Code("shell/restorefiles.sh"), at.Home), io.Discard)
	l.tar = tar.NewWriter(l.files)
}

// end ends that; err is what has ended it already.
func (l *laying) end(err error) error {
	if err == nil {
		err = l.tar.Close()
	}
	if err != nil {
		_ = l.files.CloseWithError(err)
	} else {
		_ = l.files.Close()
	}
	<-l.files.ended
	if l.files.failed != nil && (err == nil || errors.Is(err, errStopped)) {
		return l.files.failed
	}
	return err
}

// database has the site's role read the dump, and holds the rows that have come against those that were there.
func (l *laying) database(size int64, content io.Reader) error {
	var rows bytes.Buffer
	args := append([]string{strconv.FormatInt(size, 10), l.DumpSum, l.target.free["data"].at}, l.mighty(l.target)...)
	to := l.send("database", inDatabase(l.Project, "restoredatabase.sh", l.target.cluster, l.target.port, django.Restored{Project: l.Project}.Scratch(), args...), &limited{to: &rows, left: mostOwnText})
	_, err := io.Copy(to, &counter{content, 0, func(n int64) { l.told("database", n, size) }})
	_ = to.CloseWithError(err)
	l.told("reading the database", 0, 0)
	<-to.ended
	if to.failed != nil {
		return to.failed
	}
	if err != nil {
		return err
	}
	other, err := l.differs(rows.String())
	if err == nil && other != "" {
		err = fmt.Errorf("what has come is not what the backup says: %s", other)
	}
	if err != nil {
		return l.failed("database", err, nil)
	}
	return nil
}

// A sending is a command on the host that reads what is written to it.
type sending struct {
	*io.PipeWriter
	ended  chan struct{}
	failed error // when it has ended
}

// send begins one. What is written to one that has ended fails with errStopped.
func (l *laying) send(what string, c attach.Command, out io.Writer) *sending {
	r, w := io.Pipe()
	s := &sending{PipeWriter: w, ended: make(chan struct{})}
	go func() {
		words := &complaints{}
		end, err := attach.Run(l.ctx, l.session, c, attach.Streams{In: r, Out: out, Err: words})
		switch {
		case l.ctx.Err() != nil:
			s.failed = context.Cause(l.ctx)
		case err != nil:
			s.failed = l.failed(what, err, words.last())
		case end.ExitStatus() != 0:
			s.failed = l.failed(what, fmt.Errorf("the host ended it with status %d", end.ExitStatus()), words.last())
		}
		_ = r.CloseWithError(errStopped)
		close(s.ended)
	}()
	return s
}

func (l *laying) failed(what string, err error, said []string) error {
	next := "mend what the output names" + model.Again
	if lost(err) { // which is nothing that the host has said something of
		next, said = "run the same command again", nil
	}
	return &Error{What: what, Err: err, Said: said, Next: next + ": the site is as it was", Restore: true}
}
