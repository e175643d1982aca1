package remote

import (
	"bytes"
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

// An Upload is a file to put on a host.
type Upload struct {
	Name    string // within the directory
	Content []byte
}

// Upload writes files into a directory that exists on the host and that the login user (not the
// Become user) can write to, over one SFTP session and all at once; by a shell where there is no
// SFTP, or where the login shell's own output spoils it. Files are made with the modes that the
// host's umask gives: the directory must keep others out. A file, or a link, that is there already is
// an error. After an error, files may be there half-written. A host that lets an upload make no progress
// for a minute loses its connection. The error is an *UploadError, a *LostError or ctx's.
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

// uploadsAtOnce is how many files are under way at a time.
const uploadsAtOnce = 64

// errNoSFTP says that no SFTP session came about.
var errNoSFTP = errors.New("no SFTP")

// uploadIdle is how long an upload may make no progress.
var uploadIdle = time.Minute

// limitUpload ends the connection when an upload makes no progress.
func (c *Conn) limitUpload() *idleLimit {
	return limitIdle(uploadIdle, func(why error) { c.link.end(fmt.Errorf("the upload is stuck: %w", why)) })
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
		group.Go(func() error {
			to := path.Join(dir, file.Name)
			if err := put(client, to, file.Content); err != nil {
				return &UploadError{Path: to, Err: err}
			}
			return nil
		})
	}
	return group.Wait()
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
	return sftp.NewClientPipe(guard, guard, sftp.UseConcurrentWrites(true), sftp.MaxConcurrentRequestsPerFile(128))
}

func put(client *sftp.Client, to string, content []byte) error {
	f, err := client.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return err
	}
	_, err = f.ReadFrom(bytes.NewReader(content))
	return errors.Join(err, f.Close())
}

// uploadByShell sends the files one after the other to the stdin of a script of the login user.
func (c *Conn) uploadByShell(ctx context.Context, dir string, files []Upload) error {
	var script strings.Builder
	fmt.Fprintf(&script, "set -C\ncd %s || exit\n", shell.Quote(dir))
	contents := make([]io.Reader, len(files))
	for i, file := range files {
		fmt.Fprintf(&script, "head -c %d >%s || exit\n", len(file.Content), shell.Quote("./"+file.Name))
		contents[i] = bytes.NewReader(file.Content)
	}
	login := &Conn{link: c.link, ep: c.ep}
	login.ep.Become = Become{}
	p, err := login.begin(ctx, Text(script.String()), false)
	if err != nil {
		return err
	}
	idle := c.limitUpload()
	defer idle.stop()
	go func() {
		_, _ = io.Copy(movingWriter{p.Stdin, idle}, io.MultiReader(contents...))
		_ = p.Stdin.Close()
	}()
	var said tail
	_, _ = io.Copy(&said, p.Stdout)
	err = p.Wait()
	var exit *ExitError
	if errors.As(err, &exit) {
		return &UploadError{Path: dir, Err: fmt.Errorf("%s (%w)", strings.TrimSpace(said.String()), exit)}
	}
	return err
}
