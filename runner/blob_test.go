package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
	"djship/steps/model/modeltest"
)

// A blobHost is a session of a login that is not root, on a scratch: its uploads are written as that login's.
type blobHost struct {
	onScratch
	sent  int64             // bytes of streamed files, all in all
	cut   int64             // so many bytes after which an upload breaks; 0 is never
	then  func(path string) // called when a streamed file is written
	brief string            // how long the login may take to give what it has uploaded, in seconds
}

const login = "ann"

func newBlobHost(s *scratch.Root) *blobHost {
	s.Run("useradd -M " + login)
	return &blobHost{onScratch: onScratch{s}}
}

// User implements Session.
func (h *blobHost) User() string { return login }

// Exec implements Session.
func (h *blobHost) Exec(ctx context.Context, sent remote.Script) (Running, error) {
	text := sent.String()
	if h.brief != "" {
		text = strings.Replace(text, "limit=$((60 + $2 / 1048576))", "limit="+h.brief, 1)
	}
	return h.onScratch.Exec(ctx, remote.Text(text))
}

// Upload implements Session.
func (h *blobHost) Upload(_ context.Context, dir string, files []remote.Upload) error {
	for _, f := range files {
		if f.Open == nil {
			if err := os.WriteFile(filepath.Join(h.Path(dir), f.Name), f.Content, 0o600); err != nil {
				return err
			}
			h.Run(fmt.Sprintf("chown %s %s/%s", login, dir, f.Name))
			continue
		}
		if err := h.stream(f); err != nil {
			return err
		}
	}
	return nil
}

func (h *blobHost) stream(f remote.Upload) error {
	how := os.O_WRONLY
	if f.Offset == 0 {
		how |= os.O_CREATE | os.O_EXCL
	}
	to, err := os.OpenFile(h.Path(f.Name), how, 0o600)
	if err != nil {
		return &remote.UploadError{Path: f.Name, Err: err}
	}
	defer to.Close()
	from, err := f.Open(f.Offset)
	if err != nil {
		return &remote.SourceError{Err: err}
	}
	defer from.Close()
	_, _ = to.Seek(f.Offset, io.SeekStart)
	limit := f.Size
	if h.cut > 0 {
		limit = h.cut
	}
	n, err := io.Copy(to, io.LimitReader(from, limit))
	h.sent += n
	f.Sent(f.Offset + n)
	h.Run(fmt.Sprintf("chown -h %s %s", login, f.Name))
	switch {
	case err != nil:
		return &remote.UploadError{Path: f.Name, Err: err}
	case h.cut > 0:
		return &remote.LostError{Err: io.ErrUnexpectedEOF}
	case h.then != nil:
		h.then(f.Name)
	}
	return nil
}

// blobOf is a blob of a content.
func blobOf(content []byte) model.Blob {
	return model.Blob{Sum: model.Sum(string(content)), Size: int64(len(content)), Open: func(offset int64) (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(content[offset:])), nil
	}}
}

// placed is a step that has a blob's content at a path, and is told so by its sum.
func placed(b model.Blob, path string) model.Step {
	return modeltest.SeenBy{Called: "blob at " + path, Path: path + ".sum", Plans: until(b.Sum+"\n", model.Change{Told: model.Told{Verb: model.Create, Detail: "it lacks"}, Work: model.Work{Blobs: []model.Blob{b},
		Script: model.Script(fmt.Sprintf("stat -c '%%U %%a %%s' \"$(blob %[1]s)\"\nmkdir -p /srv\ncp \"$(blob %[1]s)\" %[2]s\n%[3]s\necho %[1]s >%[2]s.sum", b.Sum, path, "[ ! -e /srv/fail ]"))}})}
}

func content(size int) []byte {
	return append(bytes.Repeat([]byte("0123456789abcde\n"), size/16), "end"...)
}

func applyBlobs(t *testing.T, h *blobHost, list ...model.Step) (told, error) {
	t.Helper()
	var got told
	err := Apply(t.Context(), h, look(t, h, list), job(&got))
	scratch.Eventually(t, "the guard has left nothing", func() bool { return h.Run("ls -A /run/djship") == "lock\n" && len(h.Processes()) == 0 })
	return got, err
}

// left lists what lies in the folders of blobs.
func left(h *blobHost) string {
	return h.Run("cd /var/cache/djship/incoming/" + login + " && ls -A . /var/lib/djship/blobs | grep -v -e : -e ^$ || :")
}

// hasFailed wants a *StepError that says what has happened, and what to do.
func hasFailed(t *testing.T, err error, reason, advice string) {
	t.Helper()
	var failed *StepError
	if !errors.As(err, &failed) || !strings.Contains(failed.Reason, reason) || !strings.Contains(failed.Advice, advice) {
		t.Errorf("error is %v (%T), want %q and %q", err, err, reason, advice)
	}
}

// Two steps want blobs, one of them both: each is uploaded once, found whole as root's, and gone afterwards.
func TestBlobs(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		h := newBlobHost(s)
		one, empty := content(3<<20), []byte{}
		both := placed(blobOf(empty), "/srv/empty").(modeltest.SeenBy)
		plans := both.Plans
		both.Plans = func(o model.Observed) model.Change {
			c := plans(o)
			if c.Acts() {
				c.Blobs = append(c.Blobs, blobOf(one))
			}
			return c
		}
		list := []model.Step{placed(blobOf(one), "/srv/one"), both}
		got, err := applyBlobs(t, h, list...)
		if err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("uploading, sending %[1]d of %[1]d, began 0, printed 0 root 600 %[1]d, ended 0, began 1, printed 1 root 600 0, ended 1", len(one))
		if strings.Join(got.all, ", ") != want {
			t.Errorf("told %q, want %q", got.all, want)
		}
		if s.Read("/srv/one") != string(one) || s.Read("/srv/empty") != "" || h.sent != int64(len(one)) {
			t.Errorf("%d bytes are sent, %d there", h.sent, len(s.Read("/srv/one")))
		}
		if got := left(h); got != "" {
			t.Errorf("left: %s", got)
		}
		if got := s.Run("cd /var/cache/djship; stat -c '%U %a' . incoming incoming/ann /var/lib/djship /var/lib/djship/blobs"); got != "root 711\nroot 711\nann 700\nroot 700\nroot 700\n" {
			t.Errorf("folders: %q", got)
		}
		if again := look(t, h, list); len(again.Changes()) > 0 {
			t.Errorf("a second run wants %v", modeltest.Names(again.Changes()))
		}
	})
}

// An upload that was cut goes on where it was; one that root has taken is not sent again while its change fails.
func TestBlobsGoOn(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		h := newBlobHost(s)
		all := content(3 << 20)
		step := placed(blobOf(all), "/srv/x")
		h.cut = 1_000_001
		var lost *remote.LostError
		if _, err := applyBlobs(t, h, step); !errors.As(err, &lost) || h.sent != h.cut {
			t.Fatalf("%v, with %d bytes sent", err, h.sent)
		}
		h.cut, h.sent = 0, 0
		s.Run("mkdir -p /srv; touch /srv/fail")
		_, err := applyBlobs(t, h, step)
		hasFailed(t, err, "exit status 1", "")
		if h.sent != int64(len(all))-1_000_001 {
			t.Errorf("%d bytes are sent for the rest", h.sent)
		}
		h.sent = 0
		s.Run("rm /srv/fail; touch -d '3 days ago' /var/lib/djship/blobs/*")
		if _, err := applyBlobs(t, h, step); err != nil {
			t.Fatal(err)
		}
		if h.sent != 0 || s.Read("/srv/x") != string(all) || left(h) != "" {
			t.Errorf("%d bytes are sent once more, %d are there, left %q", h.sent, len(s.Read("/srv/x")), left(h))
		}
	})
}

// What the login has laid in the place of a blob is never taken for it, never followed, and begun anew once.
func TestBlobsOfALyingLogin(t *testing.T) {
	t.Parallel()
	const at = "/var/cache/djship/incoming/" + login + "/"
	all := content(1 << 20)
	sum := model.Sum(string(all))
	other := strings.Replace(string(all), "0", "1", 1)
	for name, lays := range map[string]string{
		"another content":   "cat /srv/other >" + at + sum,
		"a longer content":  "cat /srv/other /srv/other >" + at + sum,
		"a link to secrets": "ln -sf /srv/secret " + at + sum,
		"a link to a file":  "ln -sf /srv/other " + at + sum,
		"a folder":          "rm -f " + at + sum + "; mkdir -p " + at + sum + "/x",
		"a pipe":            "rm -f " + at + sum + "; mkfifo " + at + sum,
		"nothing":           "rm -f " + at + sum,
		"a file of root's":  "rm -f " + at + sum + "; cp /srv/other " + at + sum,
	} {
		for _, when := range []string{"before", "once", "always"} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				s := scratch.New(t, "dash")
				h := newBlobHost(s)
				h.brief = "1"
				s.Write("/srv/other", other, 0o644)
				s.Write("/srv/secret", string(all), 0o600)
				as := "setpriv --reuid=ann --regid=ann --clear-groups sh -c " + shell.Quote(lays)
				if name == "a file of root's" {
					as = lays
				}
				times := 0
				h.then = func(string) {
					if times++; when == "always" || when == "once" && times == 1 {
						s.Run(as)
					}
				}
				if when == "before" {
					s.Run("mkdir -p " + at + "; chown ann " + at + "; " + as)
				}
				_, err := applyBlobs(t, h, placed(blobOf(all), "/srv/x"))
				if when == "always" {
					hasFailed(t, err, "what was uploaded is not what has arrived, twice", "logged in as ann")
				} else if err != nil || s.Read("/srv/x") != string(all) {
					t.Errorf("%v, and %d bytes are there", err, len(s.Read("/srv/x")))
				}
				if got := left(h); got != "" || s.Read("/srv/other") != other || s.Read("/srv/secret") != string(all) {
					t.Errorf("left %q, or what links lead to has changed", got)
				}
			})
		}
	}
}

// A disk that is full, the login's or root's, is named with what to look at; what was uploaded stays.
func TestBlobsOnAFullDisk(t *testing.T) {
	t.Parallel()
	all := content(3 << 20)
	for place, reason := range map[string]string{"/var/cache/djship": "can't upload /var/cache/djship/incoming/ann/", "/var/lib/djship": "could not keep"} {
		t.Run(filepath.Base(filepath.Dir(place)), func(t *testing.T) {
			t.Parallel()
			s := scratch.New(t, "dash")
			h := newBlobHost(s)
			s.Run("mkdir -p " + place + "; mount -t tmpfs -o size=1m tmpfs " + place)
			_, err := applyBlobs(t, h, placed(blobOf(all), "/srv/x"))
			hasFailed(t, err, reason, "`df -h /var/cache /var/lib`")
			if !strings.Contains(strings.ToLower(err.Error()), "no space left on device") {
				t.Errorf("it does not say why: %v", err)
			}
			h.sent = 0
			s.Run("mount -o remount,size=8m " + place)
			if _, err := applyBlobs(t, h, placed(blobOf(all), "/srv/x")); err != nil || s.Read("/srv/x") != string(all) {
				t.Errorf("with room: %v", err)
			}
			if h.sent >= int64(len(all)) {
				t.Errorf("all is sent once more")
			}
		})
	}
}

// What nobody has come back for is removed after a week, by any run.
func TestOldBlobsGo(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	h := newBlobHost(s)
	s.Run(`cd / && mkdir -p /var/lib/djship/blobs /var/cache/djship/incoming/ann/folder /srv/kept && cd /var/cache/djship/incoming/ann
touch new old /var/lib/djship/blobs/new /var/lib/djship/blobs/old /var/lib/djship/blobs/x.new && ln -s /srv/kept link
touch -h -d '8 days ago' old link folder /var/lib/djship/blobs/old /srv/kept`)
	if _, err := applyBlobs(t, h, modeltest.SeenBy{Called: "x", Path: "/srv/x", Plans: until("x\n", model.Change{Told: model.Told{Verb: model.Run, Detail: "x"}, Work: model.Work{Script: "echo x >/srv/x"}})}); err != nil {
		t.Fatal(err)
	}
	if got := left(h); got != "new\nnew\n" || s.Run("ls -d /srv/kept") != "/srv/kept\n" {
		t.Errorf("left %q", got)
	}
}

// The function that tells what is there only reads.
func TestBlobsAreOnlyLookedAt(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		h := newBlobHost(s)
		s.Run("cd / && mkdir -p /var/cache/djship/incoming/ann && cd /var/cache/djship/incoming/ann && echo 12345 >whole && echo 1 >roots && ln -s whole link && mkdir folder && : >empty && chown ann * && chown root roots")
		before := s.Written()
		got := h.Run(prelude("login=ann\n" + blobText() + "blobs whole roots link folder empty none"))
		if want := "whole 6\nroots 0\nlink 0\nfolder 0\nempty 0\nnone 0\n"; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if after := s.Written(); len(after) != len(before) {
			t.Errorf("written: %q, before %q", after, before)
		}
	})
}

// While an upload may be before signs of life in the line the guard waits longer for these, and no longer.
func TestGuardBearsAnUpload(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	sum := model.Sum("sixsix")
	g := guard(t, s, "r1", false, "1")
	g.hears("ready ")
	g.say("blobs " + sum + " 6")
	g.hears("blobs 0")
	time.Sleep(2 * time.Second)
	s.Write("/var/cache/djship/incoming/root/"+sum, "sixsix", 0o600)
	g.say("take")
	g.lifts(s, "r1", "cat /var/lib/djship/blobs/"+sum+"; exec sleep 1000")
	if rest, err := g.ends(); !strings.HasPrefix(rest, "sixsix") || !strings.HasSuffix(rest, "over 143") || err == nil || err.Error() != "exit status 143" {
		t.Errorf("%q, %v", rest, err)
	}
	clean(t, s)
}
