//go:build linux

package logs

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"djship/assets"
)

func TestStamp(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	for _, c := range []struct{ process, line, want string }{
		{"access", `192.0.2.1 - - [27/Nov/2026:03:44:24 +0100] "GET / HTTP/1.1" 200 12`, "2026-11-27T02:44:24Z"},
		{"access", "no time", ""},
		{"error", "2026/11/27 03:44:24 [error] 7#7: *1 x", "2026-11-27T01:44:24Z"},
		{"gunicorn", "[2026-11-27 03:44:24 +0000] [7] [INFO] Booting", "2026-11-27T03:44:24Z"},
		{"celery", "[2026-11-27 03:44:24,123: INFO/MainProcess] ready", "2026-11-27T01:44:24.123Z"},
		{"django", "2026-11-27T03:44:24.5Z done", "2026-11-27T03:44:24.5Z"},
		{"django", "2026-11-27T03:44:24+01:00 done", "2026-11-27T02:44:24Z"},
		{"django", "  File \"a.py\", line 1", ""},
		{"django", "2026-99-27 03:44:24 done", ""},
	} {
		got := ""
		if at := stamp(c.process, c.line, zone); !at.IsZero() {
			got = at.UTC().Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", c.line, got, c.want)
		}
	}
}

// follow starts follow.pl; the text is what it has printed so far.
func follow(t *testing.T, words ...string) (text func() string) {
	t.Helper()
	cmd := exec.Command("perl", append([]string{"-e", assets.Text("shell/configvalues.pl") + assets.Text("shell/follow.pl")}, words...)...)
	var mu sync.Mutex
	var out bytes.Buffer
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		buf := make([]byte, 4096)
		for {
			n, err := r.Read(buf)
			mu.Lock()
			out.Write(buf[:n])
			mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	if words[1] == "" {
		<-done
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-done; _ = cmd.Wait() })
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		var lines []string
		for line := range strings.Lines(out.String()) {
			if !strings.HasPrefix(line, "=zone") && !strings.HasPrefix(line, "=time") && !strings.HasPrefix(line, "=now") {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "")
	}
}

func numbered(from, to int) string {
	var b strings.Builder
	for i := from; i <= to; i++ {
		fmt.Fprintf(&b, "line %d\n", i)
	}
	return b.String()
}

func write(t *testing.T, path, text string, how int) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|how, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
}

func with(name, text string) string {
	return strings.ReplaceAll("\n"+strings.TrimSuffix(text, "\n"), "\n", "\n"+name+"\t")[1:] + "\n"
}

// The last lines are of rotated files, too, and of no link.
func TestLastLines(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.log")
	write(t, path, numbered(40_001, 40_100)+"not ended", 0)
	write(t, path+".1", numbered(20_001, 40_000), 0)
	write(t, path+".2", numbered(1, 20_000), 0)
	if out, err := exec.Command("gzip", path+".2").CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	if err := os.Symlink(path, filepath.Join(dir, "link.log")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ lines, from int }{{0, 40_101}, {1, 40_100}, {100, 40_001}, {101, 40_000}, {30_000, 10_101}, {50_000, 1}} {
		want := "=caught\n"
		if c.lines > 0 {
			want = with("a", numbered(c.from, 40_100)) + want
		}
		if got := follow(t, fmt.Sprint(c.lines), "", "", "", "a="+path, "l="+filepath.Join(dir, "link.log"), "n="+filepath.Join(dir, "none"))(); got != want {
			t.Errorf("%d lines: %d bytes, want %d: %.100s", c.lines, len(got), len(want), got)
		}
	}
	if got := follow(t, "1", "", "nope", "", "a="+path, "l="+filepath.Join(dir, "link.log"), "n="+filepath.Join(dir, "none"))(); got != "=has a\n=caught\n" {
		t.Errorf("%q", got)
	}
	if got := follow(t, "1", "", "nginx", "", "access="+path, "a="+path, "error:x="+path)(); got != "=has access\n=has a\n=has error:x\n"+with("access", "line 40100")+with("error:x", "line 40100")+"=caught\n" {
		t.Errorf("%q", got)
	}
}

// What is added is printed once, whole lines, in order, through both ways in which a log is rotated, and of a log that begins later.
func TestFollow(t *testing.T) {
	dir := t.TempDir()
	path, later := filepath.Join(dir, "a.log"), filepath.Join(dir, "later.log")
	write(t, path, numbered(1, 3)+"li", 0)
	text := follow(t, "2", "yes", "", "", "a="+path, "b="+later, "="+dir)
	sees := func(want string) {
		t.Helper()
		for range 100 {
			if text() == want {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("got %q, want %q", text(), want)
	}
	want := with("a", numbered(2, 3)) + "=caught\n"
	sees(want)
	write(t, path, "ne 4\nli", os.O_APPEND)
	want += with("a", "line 4")
	sees(want)
	write(t, path, "ne 5\n", os.O_APPEND)
	if err := os.Rename(path, path+".1"); err != nil {
		t.Fatal(err)
	}
	write(t, path+".1", "line 6\n", os.O_APPEND)
	write(t, path, "line 7\n", 0)
	want += with("a", numbered(5, 7))
	sees(want)
	write(t, path+".1", "who has it open may write there still\n", os.O_APPEND)
	want += with("a", "who has it open may write there still")
	sees(want)
	write(t, path, "copied\n", os.O_APPEND)
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	write(t, path+".1", string(all), os.O_TRUNC)
	write(t, path, "", os.O_TRUNC)
	want += with("a", "copied")
	sees(want)
	time.Sleep(500 * time.Millisecond)
	write(t, path, "x 8\n", os.O_APPEND)
	want += with("a", "x 8")
	sees(want)
	write(t, later, "first\n", 0)
	want += with("b", "first")
	sees(want)
	write(t, path, numbered(9, 20_000), os.O_APPEND)
	want += with("a", numbered(9, 20_000))
	sees(want)
	// One of a process that began since is followed, too; a link is not, nor is what has no name of a log.
	for link, to := range map[string]string{"linked.log": path, "nl\n.log": path} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(dir, "other.txt"), "no log\n", 0)
	write(t, filepath.Join(dir, "worker.log"), "begins\n", 0)
	want += with("worker", "begins")
	sees(want)
	write(t, filepath.Join(dir, "worker.log"), "goes on\n", os.O_APPEND)
	want += with("worker", "goes on")
	sees(want)
}

// Lines without a time are of the one before, or, at the begin, of the one behind, or, at the end, of when the log was written; what is a secret is masked.
func TestReading(t *testing.T) {
	var got []string
	caught, said := 0, ""
	r := &reading{mu: &sync.Mutex{}, logs: map[string]*log{}, zone: time.UTC, caught: func() { caught++ }, said: func(at time.Time) { said = at.UTC().Format(time.RFC3339Nano) }, line: func(l Line) {
		got = append(got, l.Process+" "+l.Time.UTC().Format("15:04:05")+" "+l.Text)
	}}
	for _, part := range []string{"=zone +0100\n=has own\n=has gunicorn:example\n=time own 1795744800\ngunicorn:example\tbefore\ngunicorn:exam", "ple\t[2026-11-27 03:00:02 +0000] one\n", "gunicorn:example\t  more\nerror\t2026/11/27 04:00:01 two\n",
		"own\tnone\nown\tPASSWORD=hunter2\ngunicorn:example\t[2026-11-27 02:00:00 +0000] back\n=now 179574480012\n=now x\n=now 9999999999999999\n=caught\n=caught\nnonsense\n", "own\tDB_PASSWORD='hunter2'\n"} {
		_, _ = r.Write([]byte(part))
	}
	want := "gunicorn 03:00:02 before\ngunicorn 03:00:02 [2026-11-27 03:00:02 +0000] one\nerror 03:00:01 2026/11/27 04:00:01 two\ngunicorn 03:00:02   more\ngunicorn 03:00:02 [2026-11-27 02:00:00 +0000] back\n"
	if text := strings.Join(got, "\n"); !strings.HasPrefix(text, want) || strings.Contains(text, "hunter2") || caught != 1 || len(got) != 8 || said != "2026-11-27T02:00:00.12Z" || strings.Join(r.has, " ") != "own gunicorn" {
		t.Errorf("%d times caught, has %s, all said at %s:\n%s", caught, r.has, said, text)
	}
}

// A traceback at the end of a log, which tells no time, is of when the log was last written, and what is read while it is followed of when it was read. Lines of logs without any time are loose.
func TestLinesWithoutATime(t *testing.T) {
	var got []string
	r := &reading{mu: &sync.Mutex{}, logs: map[string]*log{}, zone: time.UTC, caught: func() {}, said: func(time.Time) {}, line: func(l Line) {
		got = append(got, fmt.Sprintf("%s %s %v %s", l.Process, l.Time.UTC().Format("15:04:05"), l.Loose, l.Text))
	}}
	at := func(clock string) int64 {
		t.Helper()
		is, err := time.Parse(time.DateTime, "2026-11-27 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return is.Unix()
	}
	fmt.Fprintf(r, "=time worker %d\nworker\ttick 1\n=time gunicorn %d\ngunicorn\t[2026-11-27 03:00:00 +0000] began\ngunicorn\tTraceback\n=time gunicorn:x %d\ngunicorn:x\tKilled\n", at("04:00:09"), at("04:00:00"), at("02:00:00"))
	fmt.Fprintf(r, "=caught\n=now %d00\nworker\ttick 2\ngunicorn\t[2026-11-27 04:00:11 +0000] late\ngunicorn\tTraceback\n=now %d00\ngunicorn\tmore\n", at("04:00:10"), at("04:00:12"))
	slices.Sort(got[1:4]) // of several logs
	want := []string{"gunicorn 03:00:00 false [2026-11-27 03:00:00 +0000] began", "gunicorn 02:00:00 false Killed", "gunicorn 04:00:00 false Traceback", "worker 04:00:09 true tick 1",
		"worker 04:00:10 false tick 2", "gunicorn 04:00:11 false [2026-11-27 04:00:11 +0000] late", "gunicorn 04:00:11 false Traceback", "gunicorn 04:00:12 false more"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// within waits until something holds.
func within(t *testing.T, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("it never came true")
		}
	}
}

// What `djship config` has set is not shown on any line, from the moment on that it is set; words that nobody has for a secret are.
func TestConfigIsNotShown(t *testing.T) {
	dir := t.TempDir()
	path, config := filepath.Join(dir, "a.log"), filepath.Join(dir, "env")
	write := func(name, text string) {
		t.Helper()
		f, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
		_ = f.Close()
	}
	write(config, "# x\nexport DSN='https://key:pa55word@example.com/1'\nexport DEBUG='True'\nexport ODD='it'\\''s (a) [secret]*'\nexport PEM='first line\nsecond line'\nexport SHORT='abc'\n")
	write(path, "before https://key:pa55word@example.com/1 after\nDEBUG is True abc\npassword pa55word.\nit's (a) [secret]* and second line here\n")
	text := follow(t, "10", "yes", "", config, "a="+path)
	within(t, func() bool { return strings.Contains(text(), "=caught") })
	if got, want := text(), "a\tbefore ******** after\na\tDEBUG is True abc\na\tpassword ********.\na\t******** and ******** here\n=caught\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	write(config, "export NEXT='set-while-it-follows'\n")
	time.Sleep(time.Second)
	write(path, "x set-while-it-follows y\n")
	within(t, func() bool { return strings.HasSuffix(text(), "a\tx ******** y\n") })
}

// Lines from a time on are told, those of before are not.
func TestSince(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	for since, want := range map[time.Time]string{{}: "before at behind", at: "at behind", at.Add(time.Hour): ""} {
		var told []string
		take := Request{Since: since}.told(func(l Line) { told = append(told, l.Text) })
		for i, text := range []string{"before", "at", "behind"} {
			take(Line{Text: text, Time: at.Add(time.Duration(i-1) * time.Second)})
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("since %v: %q, want %q", since, got, want)
		}
	}
}
