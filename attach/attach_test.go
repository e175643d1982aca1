//go:build linux

package attach

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"djship/remote"
	"djship/runner"
)

// here is a session on this machine, as whoever runs the tests.
type here struct{ text string } // in the place of the script; "" for that

func (here) Upload(context.Context, string, []remote.Upload) error { return nil }
func (here) DialContext(context.Context, string, string) (net.Conn, error) {
	return nil, errors.ErrUnsupported
}
func (here) User() string { return "me" }
func (here) Close() error { return nil }

func (h here) Exec(ctx context.Context, script remote.Script) (runner.Running, error) {
	text := h.text
	if text == "" {
		text = script.String()
	}
	cmd := exec.Command("sh", "-c", text)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	in, err := cmd.StdinPipe()
	if err != nil {
		return runner.Running{}, err
	}
	context.AfterFunc(ctx, func() { _ = in.Close() })
	out, err := cmd.StdoutPipe()
	if err != nil {
		return runner.Running{}, err
	}
	return runner.Running{Stdin: in, Stdout: out, Wait: cmd.Wait}, cmd.Start()
}

// A screen is where a command prints to.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// waitFor waits until the screen shows a text.
func (s *screen) waitFor(t *testing.T, text string) {
	t.Helper()
	for range 500 {
		if strings.Contains(s.String(), text) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("no %q is shown, but %q", text, s)
}

func sh(script string, more ...string) Command {
	return Command{Dir: "/", Env: []string{"PATH=/usr/local/bin:/usr/bin:/bin", "A=b=c d"}, Words: append([]string{"sh", "-c", script}, more...)}
}

func TestRun(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("root is who it is")
	}
	long := strings.Repeat("0123456789abcde\n", 1<<16)
	for _, c := range []struct {
		name, script, in string
		words            []string
		out, err         string
		end              End
	}{
		{"streams apart", "echo out; echo err >&2", "", nil, "out\n", "err\n", End{}},
		{"a status", "exit 42", "", nil, "", "", End{Status: 42}},
		{"a signal", "kill -KILL $$", "", nil, "", "", End{Signal: 9}},
		{"words as they are", `printf '<%s>' "$@"`, "", []string{"sh", "a b", "", "$(id)", "'\"\\", "é\n"}, "<a b><><$(id)><'\"\\><é\n>", "", End{}},
		{"its environment alone", `echo "$A,$USER,$SSH_CLIENT$LANG"`, "", nil, "b=c d,root,\n", "", End{}},
		{"stdin", "cat", "a\x00b\xff", nil, "a\x00b\xff", "", End{}},
		{"much stdin, which ends", "cat", long, nil, long, "", End{}},
		{"stdin that is not read", "sleep 0.3; exit 3", long, nil, "", "", End{Status: 3}},
		{"a part of stdin", "head -c 5", long, nil, "01234", "", End{}},
		{"no program", "", "", []string{}, "", "/nonexistent: No such file or directory\n", End{Status: 127}},
		{"others hold its streams", "sleep 20 & echo over", "", nil, "over\n", "", End{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			command := sh(c.script, c.words...)
			if c.script == "" {
				command.Words = []string{"/nonexistent"}
			}
			var out, err screen
			end, failed := Run(t.Context(), here{}, command, Streams{In: strings.NewReader(c.in), Out: &out, Err: &err})
			if failed != nil || end != c.end || out.String() != c.out || err.String() != c.err {
				t.Errorf("%+v, %v, %.200q, %.200q", end, failed, out.String(), err.String())
			}
		})
	}
}

// A terminal of its own has the size that was asked for, and follows it; what is typed there means what it means.
func TestRunOnTerminal(t *testing.T) {
	in, typed := io.Pipe()
	sizes := make(chan Size)
	var out screen
	command := sh(`trap 'echo interrupted' INT; tty; stty size; stty -a | grep -o ' iutf8'; trap 'stty size' WINCH; echo ready; while ! read -r line; do :; done; echo "<$line>"; exit 5`)
	command.Terminal = &Size{31, 101}
	done := make(chan End, 1)
	go func() {
		end, err := Run(t.Context(), here{}, command, Streams{In: in, Out: &out, Sizes: sizes})
		if err != nil {
			t.Error(err)
		}
		done <- end
	}()
	out.waitFor(t, "ready")
	for _, want := range []string{"/dev/pts/", "31 101", " iutf8"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q: %q", want, out.String())
		}
	}
	sizes <- Size{40, 77}
	time.Sleep(100 * time.Millisecond)
	_, _ = typed.Write([]byte{3})
	out.waitFor(t, "interrupted")
	_, _ = typed.Write([]byte("héllo\r"))
	out.waitFor(t, "<héllo>")
	if !strings.Contains(out.String(), "40 77") {
		t.Errorf("the size does not follow: %q", out.String())
	}
	if end := <-done; end.Status != 5 {
		t.Errorf("%+v", end)
	}
}

// alive tells whether a process is there whose number a file has.
func alive(t *testing.T, file string) bool {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(text)) + "/stat")
	return err == nil && !strings.Contains(string(stat), ") Z ")
}

// When whoever has asked for it is gone, a command is gone, and all that it has begun: what is deaf to signals and what has left its session, too.
func TestAllEndsWithRun(t *testing.T) {
	dir := t.TempDir()
	child := filepath.Join(dir, "child")
	ctx, cancel := context.WithCancel(t.Context())
	var out screen
	done := make(chan error, 1)
	go func() {
		_, err := Run(ctx, here{}, sh(`(trap '' HUP TERM INT; setsid sh -c 'echo $$ >'"$1"'; while :; do sleep 1; done' & ); sleep 0.5; echo ready; sleep 100`, "sh", child), Streams{Out: &out, Err: &out})
		done <- err
	}()
	out.waitFor(t, "ready")
	if !alive(t, child) {
		t.Fatal("nothing runs")
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	for range 100 {
		if !alive(t, child) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Error("it goes on")
}

func TestSignalsArePassedOn(t *testing.T) {
	signals := make(chan string, 1)
	var out screen
	done := make(chan End, 1)
	go func() {
		end, _ := Run(t.Context(), here{}, sh("echo ready; exec sleep 100"), Streams{Out: &out, Err: &out, Signals: signals})
		done <- end
	}()
	out.waitFor(t, "ready")
	signals <- "INT"
	if end := <-done; end.ExitStatus() != 130 {
		t.Errorf("%+v", end)
	}
}

// What is left goes on when nobody waits any more.
func TestRunLeaves(t *testing.T) {
	file := filepath.Join(t.TempDir(), "child")
	command := sh(`exec >"$1" 2>&1; echo $$; exec sleep 20`, "sh", file)
	command.Leave = true
	end, err := Run(t.Context(), here{}, command, Streams{Out: io.Discard, Err: io.Discard})
	if err != nil || end.Left == 0 {
		t.Fatalf("%+v, %v", end, err)
	}
	time.Sleep(300 * time.Millisecond)
	if !alive(t, file) {
		t.Error("it has ended")
	}
	_ = syscall.Kill(end.Left, syscall.SIGKILL)
}

// gone is a session whose connection is lost when so much has come.
type gone struct {
	here
	come string
}

func (g gone) Exec(context.Context, remote.Script) (runner.Running, error) {
	_, in := io.Pipe()
	return runner.Running{Stdin: in, Stdout: strings.NewReader(g.come), Wait: func() error { return &remote.LostError{Err: io.EOF} }}, nil
}

// Wherever a connection is lost, within a frame or between two, that is what is said.
func TestLostWithinAFrame(t *testing.T) {
	frame := "o\x00\x00\x00\x05hello"
	for cut := range len(frame) + 1 {
		_, err := Run(t.Context(), gone{come: frame + frame[:cut]}, sh(""), Streams{Out: io.Discard, Err: io.Discard})
		if remote.CauseOf(err) != remote.Lost {
			t.Errorf("after %d bytes of a frame: %v", cut, err)
		}
	}
}

func TestWhatIsNotBegun(t *testing.T) {
	command := sh("echo begun")
	command.Needs = []string{"/", "/nonexistent"}
	var out screen
	_, err := Run(t.Context(), here{}, command, Streams{Out: &out, Err: &out})
	if missing := (&MissingError{}); !errors.As(err, &missing) || missing.Path != "/nonexistent" || out.String() != "" {
		t.Errorf("%v, %q", err, out.String())
	}
	for text, want := range map[string]string{
		"echo sh: 3: exec: perl: not found": "what the host said is not understood: sh: 3: exec: perl: not found",
		"printf no":                         "what the host said is not understood: no",
		":":                                 "EOF",
	} {
		if _, err := Run(t.Context(), here{text}, sh(""), Streams{Out: &out, Err: &out}); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
