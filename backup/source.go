package backup

import (
	"archive/tar"
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"djship/assets"
	"djship/attach"
	"djship/plain"
	"djship/remote"
	"djship/runner"
	"djship/shell"
	"djship/steps/django"
	"djship/steps/model"
)

// Format is the number of the format of archives.
const Format = 1

// About is what an archive is of, as its first member says.
type About struct {
	Format   int       `json:"format"`
	Djship   string    `json:"djship"`
	Project  string    `json:"project"`
	Domain   string    `json:"domain,omitempty"`
	Host     string    `json:"host"`
	OS       string    `json:"os"`
	Began    time.Time `json:"began"`
	Release  string    `json:"release,omitempty"` // the release that was live
	Database string    `json:"postgresql"`        // the cluster: 15/main
}

// A Site is whose backup is made.
type Site struct {
	Project string
	Host    string // its name in the inventory
	Version string // of djship
}

// A Taken tells what a backup has.
type Taken struct {
	About
	Tables  int
	Rows    int64
	Dump    int64 // bytes
	Files   int
	Bytes   int64
	LeftOut []string
}

// Progress is told what is at work and how many bytes of it have come, of about so many; 0 where that is not known.
type Progress func(what string, come, of int64)

// A look is what a host tells before a backup.
type look struct {
	uid     int
	account bool
	about   About
	port    string
	ready   bool
	limit   int64 // bytes that can't be exceeded by what is really there
	take    []string
}

// Missing says that a host has no such site.
type Missing struct {
	Project string
	Next    string // what to do, where that is known
}

func (e *Missing) Error() string { return "there is no site " + e.Project }

// Hint says what is looked for.
func (e *Missing) Hint() string {
	return cmp.Or(e.Next, "a site is an account with "+model.SiteHome(e.Project)+"; `djship status` lists those that djship has made")
}

// An Error is a part of a backup that could not be taken, or put back.
type Error struct {
	What    string // the part
	Err     error
	Said    []string // the last lines of what the host has printed
	Next    string   // what to do
	Restore bool     // it could not be put back
}

func (e *Error) Error() string {
	text := "backup"
	if e.Restore {
		text = "restore"
	}
	text += " of the " + e.What + ": " + e.Err.Error()
	for _, line := range e.Said {
		text += "\n" + line
	}
	return text
}

// Hint says what to do.
func (e *Error) Hint() string { return e.Next }

func (e *Error) Unwrap() error { return e.Err }

// lost tells whether it is the connection that has failed, and not the host.
func lost(err error) bool { return remote.CauseOf(err) == remote.Lost }

var lookBody = sync.OnceValue(func() *remote.Body { return runner.Tethered(assets.Text("shell/backuplook.sh")) })

// lookAt asks a host what there is to be taken.
func lookAt(ctx context.Context, s runner.Session, site Site) (look, error) {
	l := look{about: About{Format: Format, Djship: site.Version, Project: site.Project, Host: site.Host, Began: time.Now().UTC().Truncate(time.Second)}}
	text, err := runner.Ask(ctx, s, strings.TrimSuffix(shell.Set("project", site.Project), "\n"), lookBody())
	if err != nil {
		return l, err
	}
	for line := range strings.Lines(text) {
		key, value, _ := strings.Cut(plain.Line(strings.TrimSpace(line)), " ")
		words := strings.Fields(value)
		switch {
		case key == "account" && len(words) == 2:
			l.uid, err = strconv.Atoi(words[0])
			l.account = err == nil
		case key == "os":
			l.about.OS = value
		case key == "domain":
			l.about.Domain = value
		case key == "release":
			l.about.Release = value
		case key == "postgresql" && len(words) == 3:
			l.about.Database, l.port, l.ready = words[0], words[1], words[2] == "ready"
		case key == "disks":
			kib, _ := strconv.ParseInt(value, 10, 53)
			l.limit = max(2*kib<<10, 1<<30)
		case key == "take":
			l.take = append(l.take, value)
		}
	}
	if !l.account {
		return l, &Missing{Project: site.Project}
	}
	return l, nil
}

// Take reads a site from its host and writes its archive to w: the database first, in one snapshot, and its files then, so that a file of which a
// row speaks is there unless it was removed in between. The archive is whole only where the error is nil.
func Take(ctx context.Context, s runner.Session, site Site, to io.Writer, told Progress) (Taken, error) {
	l, err := lookAt(ctx, s, site)
	if err != nil {
		return Taken{}, err
	}
	t := &taking{ctx: ctx, session: s, look: l, told: told, at: django.Site{Project: site.Project}.Layout()}
	t.to = NewWriter(to, site.Project+"-"+l.about.Began.Format("20060102T150405Z"), l.about.Began)
	t.taken.About = l.about
	about, err := json.MarshalIndent(l.about, "", "  ")
	if err != nil {
		return Taken{}, err
	}
	for _, part := range []func() error{
		func() error { return t.to.text(nameAbout, string(about)+"\n") },
		func() error { return t.to.text(nameReadme, assets.Text("backup/README")) },
		t.database, t.versions, t.home, t.system, t.leftOut, t.to.Close,
	} {
		if err := part(); err != nil {
			return t.taken, err
		}
	}
	t.taken.Files, t.taken.Bytes = t.to.Files, t.to.Bytes
	return t.taken, nil
}

// A taking is a backup at work.
type taking struct {
	ctx     context.Context
	session runner.Session
	look    look
	at      django.Layout
	to      *Writer
	told    Progress
	taken   Taken
	more    int // what was left out and is not named
}

// mostLeftOut are named; that there are more is said.
const mostLeftOut = 1000

func (t *taking) left(name, why string) {
	if len(t.taken.LeftOut) == mostLeftOut {
		t.more++
		return
	}
	t.taken.LeftOut = append(t.taken.LeftOut, fmt.Sprintf("%.300q: %s", name, plain.Line(why)))
}

// leftOut adds what could not be taken.
func (t *taking) leftOut() error {
	if t.more > 0 {
		t.taken.LeftOut = append(t.taken.LeftOut, fmt.Sprintf("and %d more", t.more))
	}
	if len(t.taken.LeftOut) == 0 {
		return nil
	}
	return t.to.text(nameLeftOut, strings.Join(t.taken.LeftOut, "\n")+"\n")
}

// script is a text that bash runs as an account; "" is root.
func script(as, text string, args ...string) attach.Command {
	return attach.Command{As: as, Dir: "/", Env: []string{"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/nonexistent", "LC_ALL=C"},
		Words: append([]string{"/bin/bash", "-c", text, "djship"}, args...)}
}

// inDatabase is a text that bash runs as a site's account, connected to a database of its.
func inDatabase(project, asset string, cluster, port, database string, args ...string) attach.Command {
	bin := "/usr/lib/postgresql/" + strings.Split(cluster, "/")[0] + "/bin"
	at := []string{django.Site{Project: project}.Layout().Home, project, bin, cmp.Or(port, "5432"), database}
	return script(project, assets.Code("shell/sitedatabase.sh")+assets.Code("shell/"+asset), append(at, args...)...)
}

// read runs a command and has its output read by f, to its end. Each part that the host sends is bounded.
func (t *taking) read(what string, c attach.Command, said io.Writer, f func(io.Reader) error) error {
	ctx, cancel := context.WithCancelCause(t.ctx)
	defer cancel(nil)
	words := &complaints{}
	if said == nil {
		said = words
	}
	r, w := io.Pipe()
	type ended struct {
		attach.End
		error
	}
	end := make(chan ended, 1)
	go func() {
		e, err := attach.Run(ctx, t.session, c, attach.Streams{Out: &limited{to: w, left: t.look.limit}, Err: io.MultiWriter(words, said)})
		_ = w.CloseWithError(err)
		end <- ended{e, err}
	}()
	err := f(r)
	if err == nil {
		_, err = io.Copy(io.Discard, r)
	}
	_ = r.CloseWithError(errStopped)
	if err != nil {
		cancel(errStopped)
	}
	e := <-end
	switch {
	case t.ctx.Err() != nil:
		return context.Cause(t.ctx)
	case e.error != nil && !errors.Is(e.error, errStopped) && !errors.Is(e.error, io.ErrClosedPipe):
		return t.failed(what, e.error, words)
	case e.error == nil && e.ExitStatus() > 1 || e.error == nil && err != nil && e.ExitStatus() != 0:
		return t.failed(what, fmt.Errorf("the host ended it with status %d", e.ExitStatus()), words)
	case err != nil:
		return t.failed(what, err, words)
	}
	return nil
}

var (
	errStopped = errors.New("it is not read any more")
	errEndless = errors.New("it is more than twice of what all disks of the host hold")
)

func (t *taking) failed(what string, err error, words *complaints) error {
	next := "mend what the output names" + model.Again
	switch {
	case lost(err): // which is nothing that the host has said something of
		return &Error{What: what, Err: err, Next: "run the same command again: it begins anew, and nothing of what had come is kept"}
	case errors.Is(err, errEndless):
		next = "look for files with holes, and for what prints without end, in " + t.at.Home
	}
	return &Error{What: what, Err: err, Said: words.last(), Next: next}
}

// database adds the dump and what is known of the database.
func (t *taking) database() error {
	if t.look.about.Database != "" && !t.look.ready {
		return &Error{What: "database", Err: errors.New("PostgreSQL does not run"), Next: "start it" + model.Again}
	}
	t.told("database", 0, 0)
	project := t.look.about.Project
	c := inDatabase(project, "backupdatabase.sh", t.look.about.Database, t.look.port, project)
	return t.read("database", c, nil, func(r io.Reader) error { return t.dump(bufio.NewReader(r)) })
}

// dump reads what backupdatabase.sh prints.
func (t *taking) dump(r *bufio.Reader) error {
	head, err := r.ReadSlice('\n')
	if err != nil {
		return errors.New("it could not be dumped")
	}
	var texts, size int64
	var sum string
	if n, err := fmt.Sscanf(string(head), "text %d dump %d %64s\n", &texts, &size, &sum); n != 3 || err != nil || texts < 0 || texts > mostOwnText || size < 0 {
		return errors.New("what the host says of the dump is not understood")
	}
	text := make([]byte, texts)
	if _, err := io.ReadFull(r, text); err != nil {
		return err
	}
	tables, rows, kept, err := counted(string(text))
	if err != nil {
		return err
	}
	t.taken.Tables, t.taken.Rows, t.taken.Dump = tables, rows, size
	if err := t.to.text(nameRows, kept); err != nil {
		return err
	}
	hash := sha256.New()
	from := t.counting("database", io.TeeReader(r, hash), size)
	if err := t.to.file(&tar.Header{Name: nameDump, Mode: 0o600, Size: size, ModTime: t.look.about.Began}, owner{0, "root"}, from); err != nil {
		return err
	}
	if hex.EncodeToString(hash.Sum(nil)) != sum {
		return errors.New("the dump that has arrived is another than the host has made")
	}
	return nil
}
