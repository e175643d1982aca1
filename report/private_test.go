//go:build !windows

package report

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"djship/rollout"
)

// folder makes a folder of a mode that umask has no say in.
func folder(t *testing.T, mode os.FileMode, parts ...string) string {
	t.Helper()
	path := filepath.Join(parts...)
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func link(t *testing.T, target, path string) string {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
	return path
}

// Logs are kept where nobody else can exchange them, and nowhere else.
func TestLogFolderIsItsUsersAlone(t *testing.T) {
	dir := t.TempDir()
	open := folder(t, 0o777, dir, "open")
	sticky := folder(t, 0o777|os.ModeSticky, dir, "sticky")
	mine := folder(t, 0o755, dir, "mine")
	for _, tt := range []struct{ path, want string }{
		{filepath.Join(mine, "logs"), ""},
		{filepath.Join(mine, "a", "b", "c"), ""},
		{mine, ""},
		{filepath.Join(sticky, "logs"), ""},
		{sticky, sticky + " may be written to by others"},
		{open, open + " may be written to by others"},
		{filepath.Join(open, "logs"), open + " may be written to by others"},
		{filepath.Join(folder(t, 0o700, open, "closed"), "logs"), open + " may be written to by others"},
		{folder(t, 0o777, dir, "world"), "world may be written to by others"},
		{link(t, mine, filepath.Join(dir, "to-mine")), ""},
		{link(t, "mine", filepath.Join(dir, "to-mine-too")), ""},
		{link(t, "../sticky", filepath.Join(mine, "up")) + "/logs2", ""},
		{link(t, open, filepath.Join(dir, "to-open")), open + " may be written to by others"},
		{link(t, "to-open/x", filepath.Join(dir, "to-link")), open + " may be written to by others"},
		{link(t, "loop", filepath.Join(dir, "loop")), "has too many links"},
		{link(t, "nosuch", filepath.Join(dir, "dangling")), "file exists"},
	} {
		sink, err := Logs(tt.path)
		if err == nil {
			err = sink.Close()
		}
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, want %q", strings.TrimPrefix(tt.path, dir), err, tt.want)
		}
	}
	if entries, err := os.ReadDir(open); err != nil || len(entries) != 1 {
		t.Errorf("written where others may: %v, %v", entries, err)
	}
}

// What belongs to another can be exchanged by that one, whatever its mode.
func TestLogFolderOfAnother(t *testing.T) {
	if os.Geteuid() != 0 {
		if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
			t.Fatal("only root can give a folder to another")
		}
		t.Skip("only root can give a folder to another")
	}
	dir := t.TempDir()
	theirs := folder(t, 0o755, dir, "theirs")
	sticky := folder(t, 0o777|os.ModeSticky, dir, "sticky")
	planted := link(t, folder(t, 0o700, dir, "target"), filepath.Join(sticky, "planted"))
	const nobody = 65534
	for _, path := range []string{theirs, planted} {
		if err := os.Lchown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{theirs, filepath.Join(theirs, "logs"), planted, filepath.Join(planted, "logs")} {
		if _, err := Logs(path); err == nil || !strings.Contains(err.Error(), "belongs to nobody") {
			t.Errorf("%s: %v", path, err)
		}
	}
	shared := folder(t, 0o770, dir, "shared")
	if err := os.Chown(shared, 0, nobody); err != nil {
		t.Fatal(err)
	}
	if _, err := Logs(shared); err == nil || !strings.Contains(err.Error(), "may be written to by others") {
		t.Errorf("a group's folder: %v", err)
	}
}

// Nothing that lies in a log folder is written to: what is a plain file is replaced, all else refused
// before the run begins.
func TestLogsFollowNothing(t *testing.T) {
	for _, name := range []string{EventsFile, ownerFile, "web1.log", "other.log"} {
		dir := t.TempDir()
		victim := filepath.Join(dir, "victim")
		if err := os.WriteFile(victim, []byte("precious\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		logs := folder(t, 0o700, dir, "logs")
		link(t, victim, filepath.Join(logs, name))
		if _, err := Logs(logs); err == nil || !strings.Contains(err.Error(), filepath.Join(logs, name)+" is no plain file") {
			t.Errorf("a link %s: %v", name, err)
		}
		if err := os.Remove(filepath.Join(logs, name)); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mkfifo(filepath.Join(logs, name), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Logs(logs); err == nil {
			t.Errorf("a pipe %s is taken", name)
		}
		if err := os.Remove(filepath.Join(logs, name)); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(victim, filepath.Join(logs, name)); err != nil {
			t.Fatal(err)
		}
		writeLogs(t, logs, oneHost())
		if text, err := os.ReadFile(victim); err != nil || string(text) != "precious\n" {
			t.Errorf("by %s another file became %q, %v", name, text, err)
		}
	}
}

// A link that is laid while a run is at work is not followed either.
func TestLogsFollowNothingLater(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	logs := filepath.Join(dir, "logs")
	sink, err := Logs(logs)
	if err != nil {
		t.Fatal(err)
	}
	link(t, victim, filepath.Join(logs, "web1.log"))
	sink.Take(rollout.Record{Time: noon, Event: rollout.HostStart{Host: "web1"}})
	if err := sink.Close(); err == nil || !strings.Contains(err.Error(), "is no plain file") {
		t.Errorf("the link is taken: %v", err)
	}
	if text, err := os.ReadFile(victim); err != nil || len(text) > 0 {
		t.Errorf("written through a link: %q, %v", text, err)
	}
}

func TestModesWithoutUmask(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	page := filepath.Join(dir, "page.html")
	if err := os.WriteFile(page, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := WriteOwn(page, func(w io.Writer) error { _, err := io.WriteString(w, "page"); return err }); err != nil {
		t.Fatal(err)
	}
	writeLogs(t, filepath.Join(dir, "state", "runs", "r"), oneHost())
	err := filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

func TestWriteOwn(t *testing.T) {
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	write := func(w io.Writer) error { _, err := io.WriteString(w, "page"); return err }
	open := folder(t, 0o777, dir, "open")
	for path, want := range map[string]string{
		link(t, victim, filepath.Join(dir, "link.html")):                       "is no plain file",
		folder(t, 0o700, dir, "folder"):                                        "is no plain file",
		"/dev/null":                                                            "is no plain file",
		filepath.Join(open, "page.html"):                                       "may be written to by others",
		filepath.Join(dir, "nosuch", "page.html"):                              "no such file",
		filepath.Join(folder(t, 0o777|os.ModeSticky, dir, "tmp"), "page.html"): "",
		filepath.Join(dir, "page.html"):                                        "",
	} {
		err := WriteOwn(path, write)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "precious" {
		t.Errorf("%q, %v", text, err)
	}
}

// Where others could lay a link to somebody's folders nothing is removed.
func TestPruneWhereOthersMayWrite(t *testing.T) {
	dir := folder(t, 0o777, t.TempDir(), "runs")
	for _, id := range []string{"20261121-080000-00aa", "20261122-080000-00aa"} {
		folder(t, 0o700, dir, id)
	}
	if err := Prune(dir, 1); err == nil || !strings.Contains(err.Error(), "may be written to by others") {
		t.Error(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%v, %v", entries, err)
	}
}

// Files of earlier runs are read as files only: a pipe keeps nobody waiting.
func TestRunsReadPlainFiles(t *testing.T) {
	dir := runsFolder(t)
	for id, name := range map[string]string{"20261125-000000-0000": EventsFile, "20261123-090000-01aa": "pipe.log"} {
		if err := syscall.Mkfifo(filepath.Join(folder(t, 0o700, dir, id), name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := Runs(dir)
	if err != nil || len(runs) != 4 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	if path, err := LastLog(dir, "pipe"); err == nil {
		t.Errorf("%s is a log", path)
	}
}
