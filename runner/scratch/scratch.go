// Package scratch runs shell texts for tests: on this machine's own file system, of which all that is written is
// thrown away.
package scratch

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A Root is this machine's file system as it is, with everything that is written kept apart and
// thrown away in the end, and with processes of its own: a place to run shell texts for real.
type Root struct {
	t     testing.TB
	pid   string // of its first process
	dir   string // of root, and of upper: what was written
	Shell string
}

// Shells are those that a host's sh can be.
var Shells = []string{"dash", "bash"}

// EachShell runs a test in a scratch of each shell.
func EachShell(t *testing.T, test func(t *testing.T, s *Root)) {
	for _, shell := range Shells {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			test(t, New(t, shell))
		})
	}
}

// New makes a scratch whose texts are run by a shell, and takes it down when the test has ended.
func New(t testing.TB, shell string) *Root {
	t.Helper()
	if os.Geteuid() != 0 {
		cannot(t, "only root can make a scratch root to run shell texts in")
	}
	path := Program(t, shell)
	dir, err := os.MkdirTemp("", "scratch") // t.TempDir's name may hold a comma, which mount takes for its own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	s := &Root{t: t, dir: dir, Shell: path}
	cmd := exec.Command(Program(t, "unshare"), "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "sh", "-ec", `
mount -t tmpfs -o mode=0755 tmpfs "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --rbind /dev "$1/root/dev"
mount -t tmpfs -o mode=0755 tmpfs "$1/root/run"
mount -t tmpfs -o mode=1777 tmpfs "$1/root/tmp"
echo ready
exec cat`, "sh", s.dir)
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	if line, _ := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		_ = cmd.Wait()
		cannot(t, "no scratch root can be mounted here: "+complaint.String())
	}
	children, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%[1]d/children", cmd.Process.Pid))
	if err != nil || len(strings.Fields(string(children))) != 1 {
		t.Fatalf("the scratch has no first process: %q %v", children, err)
	}
	s.pid = strings.TrimSpace(string(children))
	return s
}

// Path is where this side finds a path of the scratch.
func (s *Root) Path(path string) string {
	return filepath.Join("/proc", s.pid, "root", s.dir, "root", path)
}

// Command is a shell text to be run in the scratch.
func (s *Root) Command(ctx context.Context, text string) *exec.Cmd {
	// In a group of its own, as sshd does: a text may end its process group.
	cmd := exec.CommandContext(ctx, "setsid", "nsenter", "--target", s.pid, "--mount", "--pid", "--", "chroot", s.dir+"/root", s.Shell, "-c", text)
	cmd.Env = []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"}
	cmd.WaitDelay = time.Minute
	return cmd
}

// Try runs a shell text and returns what it printed.
func (s *Root) Try(text string) (string, error) {
	out, err := s.Command(context.Background(), text).CombinedOutput()
	return string(out), err
}

// Run runs a shell text that has to end well.
func (s *Root) Run(text string) string {
	s.t.Helper()
	out, err := s.Try(text)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
	return out
}

// Written lists what was written in the scratch so far, but for its /proc.
func (s *Root) Written() []string {
	s.t.Helper()
	var all []string
	for _, top := range []string{filepath.Join("/proc", s.pid, "root", s.dir, "upper"), s.Path("run"), s.Path("tmp")} {
		err := filepath.WalkDir(top, func(path string, _ fs.DirEntry, err error) error {
			if path != top {
				all = append(all, strings.TrimPrefix(path, filepath.Join("/proc", s.pid, "root", s.dir)))
			}
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	slices.Sort(all)
	return all
}

// Write puts a file into the scratch.
func (s *Root) Write(path, content string, mode fs.FileMode) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(s.Path(path)), 0o755); err != nil {
		s.t.Fatal(err)
	}
	_ = os.Remove(s.Path(path))
	if err := os.WriteFile(s.Path(path), []byte(content), mode); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chmod(s.Path(path), mode); err != nil {
		s.t.Fatal(err)
	}
}

// Read returns a file of the scratch, "absent" where there is none.
func (s *Root) Read(path string) string {
	s.t.Helper()
	b, err := os.ReadFile(s.Path(path))
	if os.IsNotExist(err) {
		return "absent"
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return string(b)
}

// Processes are the command lines of what runs in the scratch but for its first process.
func (s *Root) Processes() []string {
	s.t.Helper()
	var all []string
	paths, _ := filepath.Glob(s.Path("proc") + "/[0-9]*/cmdline")
	for _, path := range paths {
		if b, err := os.ReadFile(path); err == nil && filepath.Base(filepath.Dir(path)) != "1" && len(b) > 0 {
			all = append(all, strings.ReplaceAll(string(b), "\x00", " "))
		}
	}
	return all
}

// Eventually waits for a condition, for as long as a slow machine may need.
func Eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !holds(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("never came true: %s", what)
		}
	}
}
