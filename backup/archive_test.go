package backup

import (
	"archive/tar"
	"bytes"
	"crypto/ed25519"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/ssh"
)

// sent is a tar as a host may send it.
func sent(t *testing.T, headers ...tar.Header) io.Reader {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := ""
		if h.Typeflag == tar.TypeReg {
			content = "of " + h.Name
			h.Size = int64(len(content))
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return &b
}

const about = `{"format": 1, "project": "example"}`

// archive is a whole one with what a host has sent, and what was left out of that.
func archive(t *testing.T, from io.Reader) (text []byte, left []string) {
	t.Helper()
	var b bytes.Buffer
	w := NewWriter(&b, "example-1", time.Unix(1e9, 0))
	err := errors.Join(w.text(nameAbout, about), w.copyTar(from, nameHome, owner{1000, "example"}, func(name, why string) { left = append(left, name+": "+why) }), w.Close())
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes(), left
}

// What a site's account names, links or marks is data: nothing of it leads out of its folder, gives rights, or is a device, and links are not followed.
func TestWhatAnAccountSendsIsData(t *testing.T) {
	t.Parallel()
	reg := func(name string) tar.Header { return tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: 0o644} }
	odd := reg("./media/new\nline\\")
	mighty := tar.Header{Name: "./media/mighty", Typeflag: tar.TypeReg, Mode: 0o6755, Uid: 0, Uname: "root"}
	text, left := archive(t, sent(t, tar.Header{Name: "./", Typeflag: tar.TypeDir, Mode: 0o755}, tar.Header{Name: "./media", Typeflag: tar.TypeDir, Mode: 0o3755}, odd, mighty, reg("../out"), reg("media/../../out"), reg("/etc/passwd"),
		tar.Header{Name: "./media/link", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"}, tar.Header{Name: "./media/hard", Typeflag: tar.TypeLink, Linkname: "./media/link"},
		tar.Header{Name: "./shared", Typeflag: tar.TypeSymlink, Linkname: "/mnt/shared"}, tar.Header{Name: "./media/pipe", Typeflag: tar.TypeFifo}, tar.Header{Name: "./media/device", Typeflag: tar.TypeBlock, Devmajor: 8}))
	want := []string{"../out: no name that a member may have", "media/../../out: no name that a member may have", "/etc/passwd: no name that a member may have", "media/hard: of no kind that is kept", "shared: a link, and what lies where it leads is not followed: /mnt/shared", "media/pipe: a pipe", "media/device: a device"}
	if !slices.Equal(left, want) {
		t.Errorf("left out: %q, want %q", left, want)
	}
	if _, err := Check(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	cmd := exec.Command("tar", "-x", "-p", "-C", dir)
	cmd.Stdin = bytes.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Skipf("no tar: %v, %s", err, out)
	}
	cmd = exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	cmd.Dir = filepath.Join(dir, "example-1")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("sha256sum: %v, %s", err, out)
	}
	if link, err := os.Readlink(filepath.Join(cmd.Dir, "home/media/link")); link != "/etc/shadow" {
		t.Errorf("a link came as %q, %v", link, err)
	}
	if info, err := os.Stat(filepath.Join(cmd.Dir, "home/media/mighty")); err != nil || info.Mode() != 0o755 {
		t.Errorf("what was setuid is %v, %v", info.Mode(), err)
	}
	for from := tar.NewReader(bytes.NewReader(text)); ; {
		h, err := from.Next()
		if err != nil {
			break
		}
		if strings.Contains(h.Name, "/home/") && (h.Uid != 1000 || h.Uname != "example") {
			t.Errorf("%q is of %d %s", h.Name, h.Uid, h.Uname)
		}
	}
}

// An archive that was cut off anywhere, or of which a byte is another, is told from a whole one.
func TestACutArchiveIsNoWholeOne(t *testing.T) {
	t.Parallel()
	whole, _ := archive(t, sent(t, tar.Header{Name: "media/a", Typeflag: tar.TypeReg, Mode: 0o644}, tar.Header{Name: "media/b", Typeflag: tar.TypeReg, Mode: 0o600}))
	if a, err := Check(bytes.NewReader(whole)); err != nil || a.Project != "example" {
		t.Fatalf("%v, %v", a, err)
	}
	for at := 0; at < len(whole); at += 64 {
		if _, err := Check(bytes.NewReader(whole[:at])); err == nil {
			t.Fatalf("%d of %d bytes pass for a whole archive", at, len(whole))
		}
	}
	for _, name := range []string{"of media/a", "of media/b", about, nameHome} {
		other := bytes.Clone(whole)
		other[bytes.Index(other, []byte(name))] ^= 1
		if _, err := Check(bytes.NewReader(other)); err == nil {
			t.Errorf("an archive with another %q passes", name)
		}
	}
	for want, text := range map[string][]byte{
		ErrCut.Error():                               whole[:len(whole)/2],
		"it is no archive: ":                         bytes.Repeat([]byte("no tar "), 1000),
		"something follows its sums":                 append(bytes.Clone(whole[:len(whole)-1024]), whole...),
		"its about.json is of another format than 1": bytes.Replace(whole, []byte(`"format": 1`), []byte(`"format": 2`), 1),
	} {
		if _, err := Check(bytes.NewReader(text)); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// fill writes an archive of a file of so many bytes.
func fill(f *File, size int64) error {
	w := NewWriter(f, "example-1", time.Now())
	return errors.Join(w.text(nameAbout, about), w.file(&tar.Header{Name: nameDump, Size: size, Mode: 0o600}, owner{0, "root"}, endless{}), w.Close())
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// A backup has its name only once it is whole, is for its user alone, and leaves nothing behind where it does not become one.
func TestABackupHasItsNameOnceItIsWhole(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.tar")
	names := func() string {
		found, _ := filepath.Glob(dir + "/*")
		return strings.ReplaceAll(strings.Join(found, " "), dir+"/", "")
	}
	f, err := Create(path, nil)
	if err != nil || names() != "a.tar.part" {
		t.Fatalf("%v, %s", err, names())
	}
	if _, err := Create(path, nil); err == nil || !strings.Contains(err.Error(), "a.tar.part is there: another backup is writing it, or one was cut off and it can be removed") {
		t.Errorf("a second one: %v", err)
	}
	if _, _, err := f.Commit(); err == nil || !strings.Contains(err.Error(), "what was written is no whole archive: it is cut off") || names() != "" {
		t.Errorf("an empty one: %v, %s", err, names())
	}
	if f, err = Create(path, nil); err != nil {
		t.Fatal(err)
	}
	f.Discard()
	if names() != "" {
		t.Errorf("left: %s", names())
	}
	if f, err = Create(path, nil); err != nil {
		t.Fatal(err)
	}
	if err := fill(f, 1000); err != nil {
		t.Fatal(err)
	}
	if _, sum, err := f.Commit(); err != nil || len(sum) != 64 || names() != "a.tar" {
		t.Errorf("%q, %v, %s", sum, err, names())
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if _, err := Create(path, nil); err == nil || !strings.Contains(err.Error(), "a.tar is there already") {
		t.Errorf("over another one: %v", err)
	}
}

// TestSealed opens a sealed backup by the identity of one of its recipients.
func TestSealed(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	key, err := ssh.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	to, err := ReadRecipients([]string{id.Recipient().String(), strings.TrimSpace(string(ssh.MarshalAuthorizedKey(key))) + " me@here"})
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a.tar.age")
	f, err := Create(path, to)
	if err == nil {
		err = fill(f, 1e6)
	}
	if err == nil {
		_, _, err = f.Commit()
	}
	if err != nil {
		t.Fatal(err)
	}
	text, _ := os.ReadFile(path)
	open, err := age.Decrypt(bytes.NewReader(text), id)
	if err != nil || bytes.Contains(text, []byte(nameAbout)) {
		t.Fatal(err)
	}
	if a, err := Check(open); err != nil || a.Project != "example" {
		t.Errorf("%v, %v", a, err)
	}
	for _, word := range []string{"age1nobody", "ssh-rsa", "AGE-SECRET-KEY-1"} {
		if _, err := ReadRecipients([]string{word}); err == nil || !strings.Contains(err.Error(), "is no recipient of age's") {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// Memory stays flat: 300 MB go through a sealed backup with its check while the heap holds less than 16 MiB more.
func TestMemoryStaysFlat(t *testing.T) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	var before, now runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f, err := Create(filepath.Join(t.TempDir(), "a.tar.age"), []age.Recipient{id.Recipient()})
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	done := make(chan struct{})
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
				runtime.ReadMemStats(&now)
				most = max(most, now.HeapInuse)
			}
		}
	}()
	if err := fill(f, 300e6); err != nil {
		t.Fatal(err)
	}
	if n, _, err := f.Commit(); err != nil || n < 300e6 {
		t.Errorf("%d, %v", n, err)
	}
	close(done)
	<-watched
	if more := int64(most) - int64(before.HeapInuse); more > 16<<20 {
		t.Errorf("the heap has grown by %d KiB", more>>10)
	}
}

// TestCounted holds the rows of a dump against those of the database.
func TestCounted(t *testing.T) {
	t.Parallel()
	const one = "{\"version\" : \"150020\"}\n{\"table\" : \"public.a\", \"rows\" : 3}\n{\"table\" : \"public.\\\"B c\\\"\", \"rows\" : 0}\n"
	if tables, rows, kept, err := counted(one + "copied 3 public.a\ncopied 0 public.\"B c\"\n"); tables != 2 || rows != 3 || kept != one || err != nil {
		t.Errorf("%d, %d, %q, %v", tables, rows, kept, err)
	}
	for text, want := range map[string]string{
		one + "copied 2 public.a\n": "the dump has 2 rows of public.a, the database 3",
		one:                         "the dump has 0 rows of public.a, the database 3",
		"no json\n":                 "what the host says of the database is not understood",
	} {
		if _, _, _, err := counted(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// What a host sends without end is ended.
func TestWhatHasNoEndIsEnded(t *testing.T) {
	t.Parallel()
	if _, err := io.Copy(&limited{to: io.Discard, left: 1 << 20}, endless{}); !errors.Is(err, errEndless) {
		t.Error(err)
	}
}
