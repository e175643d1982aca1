package remote_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/remote/remotetest"
)

// needs gives the path of a program that the test can't do without.
func needs(t *testing.T, program string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	missing(t, program+" is not installed")
	return ""
}

// missing ends a test that can't be run here; where all are wanted that is a failure.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") == "true" || os.Getenv("DJSHIP_REQUIRE_ALL") == "1" {
		t.Fatal(why)
	}
	t.Skip(why)
}

// TestLoginShells runs scripts full of quotes under every login shell, with and without sudo.
func TestLoginShells(t *testing.T) {
	remote.NoMethods(t)
	script := "x=\"it's\"; printf '%s|' \"$x\" '\\n' '!!' '$HOME' '~' \"`echo back`\" 'é'\necho; pwd; umask; echo to stderr >&2; cat; exit 7"
	want := "it's|\\n|!!|$HOME|~|back|é|\n/\n0022\nto stderr\nstdin 'as it is'\x00\x04!"
	sudo, _ := remotetest.FakeSudo{}.Env(t)
	for _, shell := range []string{"sh", "dash", "bash", "fish", "zsh", "csh"} {
		for _, method := range []string{"", "sudo"} {
			t.Run(shell+" "+method, func(t *testing.T) {
				s := remotetest.Start(t, remotetest.Options{Shell: needs(t, shell), Env: sudo})
				ep := s.Endpoint(t, "dev")
				ep.Become.Method = method
				p, err := dial(t, new(remote.Dialer), ep).Exec(t.Context(), remote.Text(script))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := io.WriteString(p.Stdin, "stdin 'as it is'\x00\x04!"); err != nil {
					t.Error(err)
				}
				_ = p.Stdin.Close()
				got, _ := io.ReadAll(p.Stdout)
				if string(got) != want {
					t.Errorf("printed\n%q, want\n%q", got, want)
				}
				if exit := as[*remote.ExitError](t, p.Wait()); exit.Status != 7 {
					t.Errorf("status %d, want 7", exit.Status)
				}
			})
		}
	}
}

// shellThat writes a login shell that does something before each command, as an rc file would.
func shellThat(t *testing.T, does string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "shell")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOutputBeforeTheScript(t *testing.T) {
	for name, does := range map[string]string{
		"banner":          `echo Welcome; echo to you >&2; . /dev/fd/3 3<<E` + "\n$2\nE",
		"no newline":      `printf Welcome; eval "$2"`,
		"much":            `head -c 300000 /dev/zero; head -c 300000 /dev/zero >&2; eval "$2"`,
		"its own words":   `echo djship-begun-00000000000000000000000000000000; printf djship-shell-; eval "$2"`,
		"prints commands": `set -x; eval "$2"`,
		"repeats them":    `echo "$2"; echo "$2" >&2; eval "$2"`,
	} {
		t.Run(name, func(t *testing.T) {
			s := remotetest.Start(t, remotetest.Options{Shell: shellThat(t, does)})
			if got := output(t, dial(t, new(remote.Dialer), s.Endpoint(t, "dev")), "echo mine"); got != "mine\n" {
				t.Errorf("printed %q, want only the script's own", got)
			}
		})
	}
}

func TestLoginShellEnds(t *testing.T) {
	remote.NoMethods(t)
	sudo, _ := remotetest.FakeSudo{}.Env(t)
	for name, test := range map[string]struct {
		does   string
		status int
		output string
	}{
		"exit in .bashrc": {"exit 0", 0, ""},
		"nologin":         {"echo This account is currently not available.; exit 1", 1, "This account is currently not available."},
		"speaks of sudo":  {"echo sudo: a password is required >&2; exit 1", 1, "sudo: a password is required"},
	} {
		for _, method := range []string{"", "sudo"} {
			t.Run(name+" "+method, func(t *testing.T) {
				s := remotetest.Start(t, remotetest.Options{Shell: shellThat(t, test.does), Env: sudo})
				ep := s.Endpoint(t, "dev")
				ep.Become.Method = method
				_, err := dial(t, new(remote.Dialer), ep).Exec(t.Context(), remote.Text("echo never"))
				got := as[*remote.LoginShellError](t, err)
				if got.Status != test.status || got.Output != test.output {
					t.Errorf("error is %+v", got)
				}
				hint(t, err)
			})
		}
	}
}

func TestWait(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	wait := func(script string) error {
		p, err := c.Exec(t.Context(), remote.Text(script))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, p.Stdout)
		return p.Wait()
	}
	if err := wait("exit 0"); err != nil {
		t.Errorf("status 0 is %v", err)
	}
	if got := as[*remote.ExitError](t, wait("exit 9")); got.Status != 9 || got.Signal != "" {
		t.Errorf("status 9 is %+v", got)
	}
	if got := as[*remote.ExitError](t, wait("kill -KILL $$")); got.Signal != "KILL" {
		t.Errorf("KILL is %+v", got)
	}

	p, err := c.Exec(t.Context(), remote.Text("echo on; cat; echo off"))
	if err != nil {
		t.Fatal(err)
	}
	s.Drop()
	_, _ = io.Copy(io.Discard, p.Stdout)
	err = p.Wait()
	as[*remote.LostError](t, err)
	hint(t, err)
	_, err = c.Exec(t.Context(), remote.Text("true"))
	as[*remote.LostError](t, err)
	as[*remote.LostError](t, c.Upload(t.Context(), "/tmp", []remote.Upload{{Name: "never"}}))
}

// TestCancel ends a script's stdin, which is how scripts learn that nobody waits for them.
func TestCancel(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	done := filepath.Join(t.TempDir(), "done")
	ctx, cancel := context.WithCancelCause(t.Context())
	p, err := c.Exec(ctx, remote.Text("echo ready; cat; echo noticed >"+done))
	if err != nil {
		t.Fatal(err)
	}
	ready := make([]byte, len("ready\n"))
	if _, err := io.ReadFull(p.Stdout, ready); err != nil {
		t.Fatal(err)
	}
	why := errors.New("interrupted")
	cancel(why)
	if err := p.Wait(); !errors.Is(err, why) {
		t.Errorf("error is %v, want the cause", err)
	}
	for {
		if got, _ := os.ReadFile(done); string(got) == "noticed\n" {
			break
		}
		if t.Context().Err() != nil {
			t.Fatal("the script never learnt of it")
		}
		time.Sleep(5 * time.Millisecond)
	}
	if got := output(t, c, "echo other"); got != "other\n" {
		t.Errorf("the connection is no use after one process was cancelled: %q", got)
	}
}

// TestCancelSilence cancels what runs on a host that answers no more.
func TestCancelSilence(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{CutAfter: 20_000, GoSilent: true})
	ep := s.Endpoint(t, "dev")
	ep.ServerAliveInterval = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	p, err := dial(t, new(remote.Dialer), ep).Exec(ctx, remote.Text("cat >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Stdin.Write(make([]byte, 20_000))
	cancel()
	_, _ = io.Copy(io.Discard, p.Stdout)
	if err := p.Wait(); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestLongScript(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	long := strings.Repeat("# a comment that packs well\n", 40_000) + "echo end"
	if got := output(t, c, long); got != "end\n" {
		t.Errorf("printed %q", got)
	}
	random := make([]byte, 0, 400<<10)
	for i := uint32(1); len(random) < cap(random); i = i*1664525 + 1013904223 {
		random = append(random, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"[i>>26])
	}
	if got := output(t, c, "# "+string(random)+"\necho end"); got != "end\n" {
		t.Errorf("printed %q", got)
	}
	for _, command := range s.Commands() {
		if len(command) > 500 {
			t.Errorf("the script is in the command, for all to see: %.400s", command)
		}
	}
}

func TestUpload(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	dir := t.TempDir()
	files := []remote.Upload{{Name: "empty"}, {Name: "big", Content: bytes.Repeat([]byte("0123456789"), 300_000)}}
	for i := range 100 {
		files = append(files, remote.Upload{Name: strings.Repeat("f", i+1), Content: []byte{byte(i), 0, '\n'}})
	}
	if err := c.Upload(t.Context(), dir, files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if got, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || !bytes.Equal(got, f.Content) {
			t.Errorf("%s differs: %v", f.Name, err)
		}
	}
	if got := s.Counts(); got.SFTPs != 1 || got.Execs != 0 {
		t.Errorf("%d SFTP sessions and %d execs, want 1 and 0", got.SFTPs, got.Execs)
	}
	err := c.Upload(t.Context(), filepath.Join(dir, "missing"), files[:1])
	if got := as[*remote.UploadError](t, err); got.Path != filepath.Join(dir, "missing", "empty") {
		t.Errorf("error is about %s", got.Path)
	}
	hint(t, err)
}

func TestUploadWithoutSFTP(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{NoSFTP: true})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	dir := filepath.Join(t.TempDir(), "it's here")
	files := []remote.Upload{{Name: "a", Content: []byte("1\n\x00")}, {Name: "empty"}, {Name: "b c", Content: bytes.Repeat([]byte("x"), 1<<20)}}
	err := c.Upload(t.Context(), dir, files)
	if as[*remote.UploadError](t, err); !strings.Contains(err.Error(), "can't cd to") {
		t.Errorf("error does not say why: %v", err)
	}
	hint(t, err)
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := c.Upload(t.Context(), dir, files); err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if got, err := os.ReadFile(filepath.Join(dir, f.Name)); err != nil || !bytes.Equal(got, f.Content) {
			t.Errorf("%s differs: %v", f.Name, err)
		}
	}
}

func TestUploadCut(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{CutAfter: 300_000})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	err := c.Upload(t.Context(), t.TempDir(), []remote.Upload{{Name: "big", Content: make([]byte, 1<<20)}})
	as[*remote.LostError](t, err)
}

// TestSilence has a host that stops to answer: that is noticed by keepalives.
func TestSilence(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{CutAfter: 20_000, GoSilent: true})
	ep := s.Endpoint(t, "dev")
	ep.ServerAliveInterval, ep.ServerAliveCountMax = 30*time.Millisecond, 2
	c := dial(t, new(remote.Dialer), ep)
	p, err := c.Exec(t.Context(), remote.Text("cat >/dev/null"))
	if err != nil {
		t.Fatal(err)
	}
	_, _ = p.Stdin.Write(make([]byte, 20_000))
	err = p.Wait()
	if as[*remote.LostError](t, err); !strings.Contains(err.Error(), "no answer") {
		t.Errorf("error is %v", err)
	}
}

func TestForward(t *testing.T) {
	s, other := remotetest.Start(t, remotetest.Options{}), remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	nc, err := c.DialContext(t.Context(), "tcp", other.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	hello := make([]byte, 4)
	if _, err := io.ReadFull(nc, hello); err != nil || string(hello) != "SSH-" {
		t.Errorf("read %q, %v", hello, err)
	}

	other.Close()
	_, err = c.DialContext(t.Context(), "tcp", other.Addr)
	if as[*remote.ForwardError](t, err).Refused {
		t.Errorf("nobody listening counts as a server that refuses: %v", err)
	}
	hint(t, err)
	strict := remotetest.Start(t, remotetest.Options{NoForward: true})
	_, err = dial(t, new(remote.Dialer), strict.Endpoint(t, "dev")).DialContext(t.Context(), "tcp", s.Addr)
	if !as[*remote.ForwardError](t, err).Refused {
		t.Errorf("a server that refuses counts as nobody listening: %v", err)
	}
	hint(t, err)
}

func TestNoCommands(t *testing.T) {
	remote.ShortSilence(t)
	s := remotetest.Start(t, remotetest.Options{NoExec: true})
	_, err := dial(t, new(remote.Dialer), s.Endpoint(t, "dev")).Exec(t.Context(), remote.Text("true"))
	as[*remote.LoginShellError](t, err)
	if len(err.Error()) > 200 {
		t.Errorf("the error repeats the command: %v", err)
	}
	hint(t, err)
}

// TestNoOpCosts counts what a run that changes nothing costs: one login, one exec, and no more
// flights than the protocol has.
func TestNoOpCosts(t *testing.T) {
	s := remotetest.Start(t, remotetest.Options{})
	c := dial(t, new(remote.Dialer), s.Endpoint(t, "dev"))
	output(t, c, "true")
	_ = c.Close()
	got := s.Counts()
	if got.Connections != 1 || got.Logins != 1 || got.Execs != 1 || got.SFTPs != 0 {
		t.Errorf("a run without changes cost %+v", got)
	}
	// kexinit, kex, service, none, key, signature, open, exec; the end of the channel and of the
	// connection may count as one each.
	if got.Flights > 10 {
		t.Errorf("%d flights, want at most 10", got.Flights)
	}
	t.Logf("flights: %d", got.Flights)
}
