package remote_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"
)

// streamed is an upload of a content that is opened, and how many bytes were read of it.
func streamed(name string, content []byte, offset int64) (remote.Upload, *atomic.Int64) {
	var read atomic.Int64
	return remote.Upload{Name: name, Size: int64(len(content)), Offset: offset, Open: func(offset int64) (io.ReadCloser, error) {
		return io.NopCloser(io.TeeReader(bytes.NewReader(content[offset:]), counter{&read})), nil
	}}, &read
}

type counter struct{ n *atomic.Int64 }

func (c counter) Write(p []byte) (int, error) { c.n.Add(int64(len(p))); return len(p), nil }

// TestUploadGoesOn has a file of which a part is there already, at an absolute path: only the rest is read.
func TestUploadGoesOn(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789abcde\n"), 1<<17)
	for name, options := range map[string]remotetest.Options{"SFTP": {}, "shell": {NoSFTP: true}} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, new(remote.Dialer), remotetest.Start(t, options).Endpoint(t, "dev"))
			dir, other := t.TempDir(), t.TempDir()
			half := filepath.Join(other, "it's half")
			if err := os.WriteFile(half, content[:700_001], 0o600); err != nil {
				t.Fatal(err)
			}
			fresh, _ := streamed("fresh", content, 0)
			rest, read := streamed(half, content, 700_001)
			var sent atomic.Int64
			rest.Sent = sent.Store
			empty, _ := streamed("empty", nil, 0)
			if err := c.Upload(t.Context(), dir, []remote.Upload{fresh, {Name: "bundle", Content: []byte("x")}, rest, empty}); err != nil {
				t.Fatal(err)
			}
			for path, want := range map[string][]byte{"fresh": content, "bundle": []byte("x"), "empty": nil, "../" + filepath.Base(other) + "/it's half": content} {
				if got, err := os.ReadFile(filepath.Join(dir, path)); err != nil || !bytes.Equal(got, want) {
					t.Errorf("%s differs: %d bytes, %v", path, len(got), err)
				}
			}
			if read.Load() != int64(len(content))-700_001 || sent.Load() != int64(len(content)) {
				t.Errorf("%d bytes are read, and %d told to be sent", read.Load(), sent.Load())
			}
			gone, _ := streamed(filepath.Join(other, "gone"), content, 5)
			as[*remote.UploadError](t, c.Upload(t.Context(), dir, []remote.Upload{gone}))
		})
	}
}

// TestUploadOfAWrongSource has contents that can't be opened, are shorter or longer than was said, or break.
func TestUploadOfAWrongSource(t *testing.T) {
	broken := errors.New("input/output error")
	gives := func(r io.Reader, err error) remote.Upload {
		return remote.Upload{Name: "x", Size: 100_000, Open: func(int64) (io.ReadCloser, error) { return io.NopCloser(r), err }}
	}
	for name, options := range map[string]remotetest.Options{"SFTP": {}, "shell": {NoSFTP: true}} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, new(remote.Dialer), remotetest.Start(t, options).Endpoint(t, "dev"))
			for says, upload := range map[string]remote.Upload{
				"what is to be uploaded: no such file":              gives(nil, errors.New("no such file")),
				"what is to be uploaded: it is shorter than it was": gives(strings.NewReader("short"), nil),
				"what is to be uploaded: input/output error":        gives(io.MultiReader(strings.NewReader("x"), failing{broken}), nil),
			} {
				err := c.Upload(t.Context(), t.TempDir(), []remote.Upload{upload})
				if as[*remote.SourceError](t, err); !strings.Contains(err.Error(), says) {
					t.Errorf("%v, want %q", err, says)
				}
				hint(t, err)
			}
			dir := t.TempDir()
			if err := c.Upload(t.Context(), dir, []remote.Upload{gives(bytes.NewReader(make([]byte, 200_000)), nil)}); err != nil {
				t.Error(err)
			}
			if info, err := os.Stat(filepath.Join(dir, "x")); err != nil || info.Size() != 100_000 {
				t.Errorf("of a source that has grown: %v, %v", info, err)
			}
		})
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestStuckUpload has a server that stops to take writes: that has a name of its own. One that moves goes on for
// longer than the limit.
func TestStuckUpload(t *testing.T) {
	remote.ShortLimits(t)
	taken := 0
	ep := remotetest.Lie(t, func(c *remotetest.LyingConn) {
		c.Login()
		id, _ := c.Session()
		sftpTo(c, id, sftpHonestly(6, func(r uint32) []byte {
			if taken++; taken > 8 {
				return nil
			}
			time.Sleep(100 * time.Millisecond)
			return sftpReply(101, r, 0, 0, 0, 0)
		}))
	}).Endpoint(t)
	c := dial(t, new(remote.Dialer), ep)
	begun := time.Now()
	upload, _ := streamed("x", make([]byte, 1<<20), 0)
	err := c.Upload(t.Context(), "/", []remote.Upload{upload})
	if as[*remote.LostError](t, err); !errors.Is(err, remote.ErrUploadStuck) {
		t.Errorf("error is %v", err)
	}
	if took := time.Since(begun); took < 1200*time.Millisecond {
		t.Errorf("it has moved for 800 ms, and is ended after %v", took)
	}
}

// zeros is a source that holds nothing in memory.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// A large upload is never whole in memory: neither here nor, as it is of the same process, in the test's server.
func TestUploadTakesLittleMemory(t *testing.T) {
	const size, most = 200 << 20, 32 << 20
	c := dial(t, new(remote.Dialer), remotetest.Start(t, remotetest.Options{}).Endpoint(t, "dev"))
	upload := remote.Upload{Name: "big", Size: size, Open: func(int64) (io.ReadCloser, error) { return io.NopCloser(zeros{}), nil }}
	var peak uint64
	done, sampled := make(chan struct{}), make(chan struct{})
	runtime.GC()
	go func() {
		defer close(sampled)
		for {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	dir := t.TempDir()
	err := c.Upload(t.Context(), dir, []remote.Upload{upload})
	close(done)
	<-sampled
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "big")); err != nil || info.Size() != size {
		t.Errorf("%v, %v", info, err)
	}
	t.Logf("the heap had %d MiB at most", peak>>20)
	if peak > most {
		t.Errorf("the heap had %d MiB, want %d at most", peak>>20, most>>20)
	}
}
