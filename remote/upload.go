package remote

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"
	"time"

	"djship/shell"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/sync/errgroup"
)

// An Upload is a file to put on a host: Content, or what Open gives, which is streamed and never whole in memory.
type Upload struct {
	Name    string // within the directory, or an absolute path
	Content []byte

	// Open, where it is set, gives the content from an offset on, in the place of Content.
	Open func(offset int64) (io.ReadCloser, error)
	Size int64 // of all that Open gives, in bytes
	// Offset is how many bytes of it the file on the host has already: the upload goes on behind them. 0 makes a
	// new file.
	Offset int64
	// Sent, where it is set, is told how far the content has been handed to the connection, in bytes from its
	// beginning. It is called by a goroutine of the upload's, and holds that up.
	Sent func(bytes int64)
}

// Upload writes files into a directory that exists on the host and that the login user (not the
// Become user) can write to, over one SFTP session and all at once; by a shell where there is no
// SFTP, or where the login shell's own output spoils it. Files are made with the modes that the
// host's umask gives: the directory must keep others out. A file, or a link, that is there already is
// an error. After an error, files may be there half-written: where the connection has ended, the first so many
// bytes of each, as writes are sent in their order. A host that lets an upload make no progress for a minute loses its
// connection: a *LostError that is ErrUploadStuck. Else the error is a *SourceError, an *UploadError, a
// *LostError or ctx's.
func (c *Conn) Upload(ctx context.Context, dir string, files []Upload) error {
	err := c.uploadBySFTP(ctx, dir, files)
	if errors.Is(err, errNoSFTP) {
		err = c.uploadByShell(ctx, dir, files)
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, sftp.ErrSSHFxConnectionLost) || hungUp(err):
		return c.link.lost(err)
	default:
		return err
	}
}

// ErrUploadStuck says that an upload made no progress for a minute.
var ErrUploadStuck = errors.New("the upload is stuck")

// What is under way at a time: files that are in memory anyway, and writes of one file, 32 KiB each.
const (
	uploadsAtOnce = 64
	writesAtOnce  = 128
)

// errNoSFTP says that no SFTP session came about.
var errNoSFTP = errors.New("no SFTP")

// uploadIdle is how long an upload may make no progress.
var uploadIdle = time.Minute

// limitUpload ends the connection when an upload makes no progress.
func (c *Conn) limitUpload() *idleLimit {
	return limitIdle(uploadIdle, func(why error) { c.link.end(fmt.Errorf("%w: %w", ErrUploadStuck, why)) })
}

func (c *Conn) uploadBySFTP(ctx context.Context, dir string, files []Upload) error {
	idle := c.limitUpload()
	defer idle.stop()
	session, err := c.openSession(ctx)
	if err != nil {
		return err
	}
	defer session.Close()
	defer c.link.closeWith(ctx, session)()
	client, err := c.startSFTP(session, idle)
	if err != nil {
		return errNoSFTP
	}
	defer client.Close()
	var group errgroup.Group
	group.SetLimit(uploadsAtOnce)
	for _, file := range files {
		if file.Open == nil {
			group.Go(func() error { return put(client, dir, file) })
		}
	}
	err = group.Wait()
	for _, file := range files { // one after the other: each takes the memory of its writes
		if err == nil && file.Open != nil {
			err = put(client, dir, file)
		}
	}
	return err
}

func (c *Conn) startSFTP(session *ssh.Session, idle *idleLimit) (*sftp.Client, error) {
	in, err := session.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := session.StdoutPipe()
	if err != nil {
		return nil, err
	}
	complaints, err := session.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := session.RequestSubsystem("sftp"); err != nil {
		return nil, err
	}
	go Drain(complaints) // what nobody reads fills the window
	guard := guardSFTP(out, in, idle, c.link.end)
	return sftp.NewClientPipe(guard, guard, sftp.UseConcurrentWrites(true), sftp.MaxConcurrentRequestsPerFile(writesAtOnce))
}

func put(client *sftp.Client, dir string, file Upload) error {
	to := file.Name
	if !path.IsAbs(to) {
		to = path.Join(dir, to)
	}
	from, err := file.open()
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }() // it is only read
	how := os.O_WRONLY
	if file.Offset == 0 {
		how |= os.O_CREATE | os.O_EXCL
	}
	f, err := client.OpenFile(to, how)
	if err != nil {
		return &UploadError{Path: to, Err: err}
	}
	_, err = f.Seek(file.Offset, io.SeekStart)
	if err == nil {
		_, err = f.ReadFrom(from)
	}
	err = errors.Join(err, f.Close())
	var local *SourceError
	switch {
	case errors.As(err, &local):
		return local
	case err != nil:
		return &UploadError{Path: to, Err: err}
	}
	return nil
}

// uploadByShell sends the files one after the other to the stdin of a script of the login user.
func (c *Conn) uploadByShell(ctx context.Context, dir string, files []Upload) error {
	var script strings.Builder
	fmt.Fprintf(&script, "set -C\ncd %s || exit\n", shell.Quote(dir))
	contents := make([]io.Reader, len(files))
	for i, file := range files {
		script.WriteString(file.receive())
		contents[i] = &lateSource{file: file}
	}
	login := &Conn{link: c.link, ep: c.ep}
	login.ep.Become = Become{}
	p, err := login.begin(ctx, Text(script.String()), false)
	if err != nil {
		return err
	}
	idle := c.limitUpload()
	defer idle.stop()
	copied := make(chan error, 1)
	go func() {
		_, err := io.Copy(movingWriter{p.Stdin, idle}, io.MultiReader(contents...))
		copied <- err
		_ = p.Stdin.Close()
	}()
	var said Tail
	_, _ = io.Copy(&said, p.Stdout)
	err = p.Wait()
	var local *SourceError
	select {
	case failed := <-copied: // it comes before the script sees its input end
		if errors.As(failed, &local) {
			return local
		}
	default:
	}
	var exit *ExitError
	if errors.As(err, &exit) {
		return &UploadError{Path: dir, Err: fmt.Errorf("%s (%w)", strings.TrimSpace(said.String()), exit)}
	}
	return err
}

// receive is the shell text that takes a file from stdin.
func (u Upload) receive() string {
	to, size := u.Name, u.Size
	if !path.IsAbs(to) {
		to = "./" + to
	}
	if u.Open == nil {
		size = int64(len(u.Content))
	}
	if to = shell.Quote(to); u.Offset == 0 {
		return fmt.Sprintf("head -c %d >%s || exit\n", size, to)
	}
	return fmt.Sprintf("[ \"$(wc -c <%[1]s)\" -eq %[2]d ] || { echo %[1]s has another length than a moment ago; exit 1; }\nhead -c %[3]d >>%[1]s || exit\n",
		to, u.Offset, size-u.Offset)
}
