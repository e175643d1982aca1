//go:build linux

package integration

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"djship/integration/testbed"
	"djship/remote"
	"djship/runner"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

const blobSize = 50 << 20

// A blobbing has a blob that one step wants on a host, by a login that is not root.
type blobbing struct {
	h    *testbed.Host
	blob model.Blob
	read atomic.Int64 // bytes of the content, by all runs
}

func newBlobbing(h *testbed.Host) *blobbing {
	content := make([]byte, blobSize)
	_, _ = rand.NewChaCha8([32]byte{}).Read(content)
	b := &blobbing{h: h}
	b.blob = model.Blob{Sum: fmt.Sprintf("%x", sha256.Sum256(content)), Size: blobSize, Open: func(offset int64) (io.ReadCloser, error) {
		return io.NopCloser(io.TeeReader(bytes.NewReader(content[offset:]), counts{&b.read})), nil
	}}
	return b
}

type counts struct{ n *atomic.Int64 }

func (c counts) Write(p []byte) (int, error) { c.n.Add(int64(len(p))); return len(p), nil }

// run has the blob put at /srv/blob, through a cutter.
func (b *blobbing) run(t *testing.T, through *cutter, login string) error {
	t.Helper()
	addr := through.listener.Addr().(*net.TCPAddr)
	ep := remote.Endpoint{Name: b.h.Name(), Addr: addr.IP.String(), Port: addr.Port, User: login, IdentityFiles: []string{b.h.Key()}, StrictHostKey: remote.StrictNo}
	if login != "root" {
		ep.Become = remote.Become{Method: "sudo"}
	}
	conn, err := new(remote.Dialer).Dial(t.Context(), ep)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	s := runner.SSH{Conn: conn, Login: login}
	step := modeltest.SeenBy{Called: "blob", Path: "/srv/blob.sum", Plans: func(o model.Observed) model.Change {
		if o.Text == b.blob.Sum+"\n" {
			return model.Change{}
		}
		return model.Change{Told: model.Told{Verb: model.Create, Detail: "it lacks"}, Work: model.Work{Blobs: []model.Blob{b.blob},
			Script: model.Script(fmt.Sprintf("mv \"$(blob %[1]s)\" /srv/blob\necho %[1]s >/srv/blob.sum", b.blob.Sum))}}
	}}
	plan, err := runner.Look(t.Context(), s, runner.NewList(step))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	return runner.Apply(ctx, s, plan, runner.Job{Run: runner.NewMark(), Holder: "a test", Patient: true, Now: time.Now(), Tell: func(p runner.Progress) { t.Logf("%+v", p) }})
}

// A blob whose upload is cut in its middle: the next run sends the rest alone, in one login and one upload, and what is there in
// the end is what was sent, root's, with nothing left over.
func TestBlobGoesOnAfterACut(t *testing.T) {
	eachDebian(t, func(t *testing.T, suite int) {
		if suite != 12 {
			slow(t)
		}
		h, _ := up(t, suite, fresh)
		on(t, h, "mkdir -p /srv; echo 'LogLevel DEBUG' >/etc/ssh/sshd_config.d/loud.conf && systemctl reload ssh")
		c := cutterFor(t, h)
		for _, login := range []string{"deploy", "root"} {
			b := newBlobbing(h)
			incoming := "/var/cache/djship/incoming/" + login + "/"
			c.allow(blobSize/2, false)
			var lost *remote.LostError
			if err := b.run(t, c, login); !errors.As(err, &lost) {
				t.Fatalf("cut in the middle: %v", err)
			}
			// The host may still be writing what has arrived.
			within(t, lasts, func() error { return equal(try(t, h, "pgrep -a -f 'sftp-server|djship' | grep -v pgrep || :"), "") })
			there, err := strconv.ParseInt(on(t, h, "stat -c %s "+incoming+b.blob.Sum), 10, 64)
			if err != nil || there < blobSize/4 || there > blobSize/2 {
				t.Fatalf("after the cut: %d bytes are there, %v", there, err)
			}
			same(t, "folder of the login's", on(t, h, "stat -c '%U %a' "+incoming), login+" 700")
			c.allow(uncut, false)
			b.read.Store(0)
			got := sessions(t, h, func() {
				if err := b.run(t, c, login); err != nil {
					t.Fatal(err)
				}
			})
			same(t, "a run with a blob, as "+login, got, "1 logins, 2 execs, 1 uploads")
			if rest := b.read.Load(); rest != blobSize-there {
				t.Errorf("%s: %d bytes are sent, where %d of %d are there", login, rest, there, blobSize)
			}
			same(t, "the blob", on(t, h, "stat -c '%U:%G %a' /srv/blob; sha256sum </srv/blob"), "root:root 600\n"+b.blob.Sum+"  -")
			same(t, "left over", on(t, h, "ls -A "+incoming+" /var/lib/djship/blobs | grep -v -e : -e ^$ || :"), "")
			on(t, h, "rm /srv/blob*")
		}
	})
}

// A host whose disk has no room for the blob says so, and where to look.
func TestBlobOnAFullDisk(t *testing.T) {
	t.Parallel()
	h, _ := up(t, 12, fresh)
	on(t, h, "mkdir -p /srv /var/cache/djship; mount -t tmpfs -o size=8m tmpfs /var/cache/djship")
	b := newBlobbing(h)
	c := cutterFor(t, h)
	var failed *runner.StepError
	if err := b.run(t, c, "deploy"); !errors.As(err, &failed) || !strings.Contains(failed.Reason, "can't upload /var/cache/djship/incoming/deploy/") || !strings.Contains(failed.Advice, "`df -h /var/cache /var/lib`") {
		t.Fatalf("error is %v", err)
	}
	on(t, h, "mount -o remount,size=64m /var/cache/djship")
	if err := b.run(t, c, "deploy"); err != nil {
		t.Fatal(err)
	}
	same(t, "the blob", on(t, h, "sha256sum </srv/blob"), b.blob.Sum+"  -")
}
