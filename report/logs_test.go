package report

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"djship/rollout"
)

func writeLogs(t *testing.T, dir string, s *scene) {
	t.Helper()
	sink, err := Logs(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range s.records(time.Date(2026, 11, 23, 11, 45, 1, 0, time.UTC)) {
		sink.Take(r)
	}
	if err := sink.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestLogs(t *testing.T) {
	for _, s := range []*scene{threeHosts(), staged(), badDay()} {
		dir := filepath.Join(t.TempDir(), "runs", "r1")
		writeLogs(t, dir, s)
		writeLogs(t, dir, s) // replaces, adds nothing
		for _, h := range s.events[0].event.(rollout.RunStart).Hosts {
			text, err := os.ReadFile(filepath.Join(dir, LogFile(h)))
			if err != nil {
				t.Fatal(err)
			}
			golden(t, s.name+"."+LogFile(h), string(text))
		}
		f, err := os.Open(filepath.Join(dir, EventsFile))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if all, err := ReadEvents(f); err != nil || len(all) == 0 {
			t.Errorf("%d events, error %v", len(all), err)
		}
	}
}

// TestLogModes sees that nobody but the owner can read a log, also where looser files were there.
func TestLogModes(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("windows has no such modes")
	}
	dir := filepath.Join(t.TempDir(), "r1")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "web1.log"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	writeLogs(t, dir, oneHost())
	made := filepath.Join(t.TempDir(), "a", "b")
	writeLogs(t, made, oneHost())
	for _, d := range []string{dir, made} {
		files, err := os.ReadDir(d)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if i, err := f.Info(); err != nil || i.Mode() != 0o600 {
				t.Errorf("%s has mode %v", f.Name(), i.Mode())
			}
		}
	}
	if i, err := os.Stat(made); err != nil || i.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %v", i.Mode())
	}
}

func TestLogFile(t *testing.T) {
	tests := map[string]string{
		"web1":             "web1.log",
		"web-1.a_b.com":    "web-1.a_b.com.log",
		"../../etc/passwd": "%2E.%2F..%2Fetc%2Fpasswd.log",
		".hidden":          "%2Ehidden.log",
		"[::1]":            "%5B%3A%3A1%5D.log",
		"a%41":             "a%2541.log",
		"":                 ".log",
	}

	for host, want := range tests {
		if got := LogFile(host); got != want {
			t.Errorf("%q: %q, not %q", host, got, want)
		}
	}
	a, b := LogFile(strings.Repeat("x", 253)), LogFile(strings.Repeat("x", 252)+"y")
	if a == b || len(a) > 255 {
		t.Errorf("long names: %q, %q", a, b)
	}
}
