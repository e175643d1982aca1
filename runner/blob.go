package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"djship/assets"
	"djship/remote"
	"djship/shell"
	"djship/steps/model"
)

// incoming is the folder of a login's on a host that blobs are uploaded to.
func incoming(login string) string { return path.Join("/var/cache/djship/incoming", login) }

// takeRate is how many bytes a second a host must take of what was uploaded, at the least.
const takeRate = 1 << 20

// A blobUpload is how far the blobs of a plan are. The guard is asked what is there ("blobs SUM SIZE...", answered by
// "blobs BYTES..." in their order, "kept" for what needs no upload), then told to take what was uploaded ("take"); it
// answers "wrong SUM..." for what is not what it should be, and "unkept" where root can't write it.
type blobUpload struct {
	wanted []model.Blob
	bundle []byte
	told   bool            // the host has told what is there
	again  map[string]bool // those that were uploaded a second time
	sent   atomic.Int64    // bytes of wanted that the host has, or that are on their way
}

// blobsOf are the blobs that changes want, each once.
func blobsOf(changes []model.Item) []model.Blob {
	var all []model.Blob
	for _, it := range changes {
		for _, b := range it.Change.Blobs {
			if !slices.ContainsFunc(all, func(o model.Blob) bool { return o.Sum == b.Sum }) {
				all = append(all, b)
			}
		}
	}
	return all
}

// blobsInBundle is how large the blobs of a plan may be, in all, to go with its other files, in bytes.
const blobsInBundle int64 = 256 << 10

// smallBlobs reads blobs that go with the bundle; else they are returned as they are, to be uploaded. Those that are not what
// they should be are left to the upload, too, which says so.
func smallBlobs(all []model.Blob) (files []stagedFile, large []model.Blob) {
	left := blobsInBundle
	for _, b := range all {
		if left -= b.Size; left < 0 || b.Size < 0 {
			return nil, all
		}
	}
	for _, b := range all {
		from, err := b.Open(0)
		if err != nil {
			return nil, all
		}
		content, err := io.ReadAll(io.LimitReader(from, b.Size+1))
		if err = errors.Join(err, from.Close()); err != nil || model.Sum(string(content)) != b.Sum {
			return nil, all
		}
		files = append(files, stagedFile{"blob." + b.Sum, string(content)})
	}
	return files, nil
}

// blobText is what the guard does about blobs.
func blobText() string { return assets.Code("shell/blob.sh") }

// forgetBlobs is a shell text that removes them.
func forgetBlobs(changes []model.Item) string {
	var b strings.Builder
	for _, blob := range blobsOf(changes) {
		fmt.Fprintf(&b, "forget_blobs %s\n", shell.Quote(blob.Sum))
	}
	return b.String()
}

// askForBlobs asks the guard what is there.
func (c *conversation) askForBlobs(wanted []model.Blob, bundle []byte) error {
	line := "blobs"
	for _, b := range wanted {
		if len(b.Sum) != 64 || strings.Trim(b.Sum, "0123456789abcdef") != "" || b.Size < 0 {
			return fmt.Errorf("%q of %d bytes is no blob", b.Sum, b.Size)
		}
		line += fmt.Sprintf(" %s %d", b.Sum, b.Size)
	}
	c.blobs = &blobUpload{wanted: wanted, bundle: bundle, again: map[string]bool{}}
	c.say(line)
	return nil
}

// answers tells whether a signal of a kind is one of the guard's about blobs, where it may come.
func (u *blobUpload) answers(kind string) bool {
	return kind == "unkept" || kind == "blobs" && !u.told || kind == "wrong" && u.told
}

const noRoomForBlobs = "see on the host, with `df -h /var/cache /var/lib` and `df -i /var/cache /var/lib`, whether a disk is full: there must be room twice for what is uploaded; " +
	"then run the same command again: it goes on where it was"

// sendBlobs handles a signal about blobs: it uploads what is to be uploaded, and has the guard take it and begin.
func (c *conversation) sendBlobs(s Signal) error {
	u := c.blobs
	var files []remote.Upload
	var err error
	switch s.Kind {
	case "unkept":
		return c.stepError("the host could not keep what was uploaded", noRoomForBlobs)
	case "wrong":
		files, err = u.wrong(s.Rest)
	default:
		u.told = true
		files, err = u.lacking(s.Rest)
	}
	if errors.Is(err, errWrongTwice) {
		return c.stepError("what was uploaded is not what has arrived, twice", "see that what is uploaded does not change meanwhile, who is logged in as "+
			c.session.User()+" on the host, and, with `dmesg`, whether its disk is sound; then run the same command again")
	}
	if err != nil {
		return err
	}
	for i := range files {
		files[i].Name = path.Join(incoming(c.session.User()), files[i].Name)
	}
	if s.Kind == "blobs" {
		files = append(files, remote.Upload{Name: "bundle", Content: u.bundle})
	}
	if err := c.stream(files); err != nil {
		return c.streamError(err)
	}
	c.clock.begin(model.Change{Schedule: model.Schedule{Limit: stepLimit + time.Duration(u.size()/takeRate)*time.Second}})
	c.say("take\n" + goLine(u.bundle))
	return nil
}

func (u *blobUpload) size() int64 {
	var all int64
	for _, b := range u.wanted {
		all += b.Size
	}
	return all
}

// lacking are the uploads that follow from what the guard says is there.
func (u *blobUpload) lacking(there string) ([]remote.Upload, error) {
	words := strings.Fields(there)
	if len(words) != len(u.wanted) {
		return nil, ErrGarbled
	}
	var files []remote.Upload
	u.sent.Store(0)
	for i, b := range u.wanted {
		has := b.Size
		if words[i] != "kept" {
			var err error
			if has, err = strconv.ParseInt(words[i], 10, 64); err != nil || has < 0 || has > b.Size {
				return nil, ErrGarbled
			}
			if has < b.Size || has == 0 {
				files = append(files, u.upload(b, has))
			}
		}
		u.sent.Add(has)
	}
	return files, nil
}

// wrong are the uploads of what has not arrived as it should, from the beginning: once.
func (u *blobUpload) wrong(sums string) ([]remote.Upload, error) {
	var files []remote.Upload
	for sum := range strings.FieldsSeq(sums) {
		i := slices.IndexFunc(u.wanted, func(b model.Blob) bool { return b.Sum == sum })
		switch {
		case i < 0:
			return nil, ErrGarbled
		case u.again[sum]:
			return nil, errWrongTwice
		}
		u.again[sum] = true
		u.sent.Add(-u.wanted[i].Size)
		files = append(files, u.upload(u.wanted[i], 0))
	}
	if files == nil {
		return nil, ErrGarbled
	}
	return files, nil
}

// errWrongTwice says that a blob that was uploaded anew has not arrived as it should either.
var errWrongTwice = errors.New("wrong twice")

func (u *blobUpload) upload(b model.Blob, offset int64) remote.Upload {
	last := offset
	return remote.Upload{Name: b.Sum, Open: b.Open, Size: b.Size, Offset: offset, Sent: func(now int64) {
		u.sent.Add(now - last)
		last = now
	}}
}

// stream uploads files for as long as that moves, and tells how far it is. A wish to stop ends it.
func (c *conversation) stream(files []remote.Upload) error {
	c.clock.stop() // the session has a limit of its own, by stillness
	ctx, cancel := context.WithCancelCause(c.ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	go func() { done <- c.session.Upload(ctx, uploads(c.job.Run), files) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	told, size := int64(-1), c.blobs.size()
	tell := func() {
		if sent := c.blobs.sent.Load(); sent != told {
			told = sent
			c.job.Tell(Progress{Kind: Sending, Sent: sent, Size: size})
		}
	}
	stop := c.job.Stop
	for {
		select {
		case err := <-done:
			if err == nil {
				tell()
			}
			return err
		case <-tick.C:
			tell()
		case <-stop:
			stop = nil
			cancel(ErrStopped)
		}
	}
}

// streamError is what the error of an upload with blobs means for the run.
func (c *conversation) streamError(err error) error {
	var local *remote.SourceError
	var refused *remote.UploadError
	switch {
	case errors.As(err, &local):
		return c.stepError(local.Error(), local.Hint())
	case errors.As(err, &refused):
		return c.stepError(refused.Error(), noRoomForBlobs)
	case errors.Is(err, remote.ErrUploadStuck):
		return c.stepError("the upload stands still: nothing has moved for a minute", "look at the connection to the host, and whether it is up; then run the same command again: it goes on where it was")
	}
	return err
}
