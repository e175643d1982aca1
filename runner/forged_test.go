package runner

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"djship/remote"
	"djship/runner/scratch"
	"djship/shell"
	"djship/steps/model"
)

// A host, or whoever learns its mark, can say signals in any order: what does not belong where it comes
// ends the host, and nothing is uploaded for it.
func TestSignalsWhereTheyDoNotBelong(t *testing.T) {
	t.Parallel()
	begun := []string{"ready before", "begin 0"}
	for name, says := range map[string][]string{
		"done before anything":         {"done 0"},
		"done -1":                      {"done -1"},
		"done of no change":            {"ready before", "done -1"},
		"probe before a change":        {"ready before", "probe 0"},
		"failed before a change":       {"ready before", "failed 0 1"},
		"home before its probe":        append(begun, "home"),
		"done without its probe":       append(begun, "done 0"),
		"begin before ready":           {"begin 0"},
		"over before ready":            {"over 0"},
		"ready again":                  append(begun, "ready before"),
		"ready again, before a change": {"ready before", "ready before"},
		"locked after ready":           {"ready before", "locked 1 2 x"},
		"begin within a change":        append(begun, "begin 1"),
		"spoiled after a change":       append(begun, "spoiled"),
		"a signal that is none":        {"ready before", "obey me"},
		"over within a probe":          append(begun, "probe 0", "over 0"),
	} {
		t.Run(name, func(t *testing.T) {
			h := &fakeHost{script: func(h *fakeHost) { h.says(says...); h.waits("never") }}
			var got told
			if err := Apply(t.Context(), h, twoChanges(), job(&got)); !errors.Is(err, ErrGarbled) {
				t.Errorf("%v", err)
			}
			if h.uploaded > 1 {
				t.Errorf("%d uploads", h.uploaded)
			}
		})
	}
}

// A bundle goes to the folder of our own run, whatever the host says.
func TestUploadGoesNowhereElse(t *testing.T) {
	t.Parallel()
	h := &fakeHost{script: func(h *fakeHost) { h.says("ready before"); h.waits("go"); h.says("spoiled") }}
	var got told
	err := Apply(t.Context(), h, twoChanges(), job(&got))
	if h.dir != "/run/djship/upload.20261123-114501-a1b2" || !strings.Contains(err.Error(), "not what has arrived") {
		t.Errorf("into %s: %v", h.dir, err)
	}
	h = &fakeHost{script: func(h *fakeHost) { h.says("ready /etc before"); h.waits("never") }}
	if err := Apply(t.Context(), h, twoChanges(), job(&got)); !errors.Is(err, ErrStale) || h.uploaded > 0 {
		t.Errorf("%v, into %s", err, h.dir)
	}
}

// FuzzApply has a host print anything, with the right mark: no panic, nothing that hangs.
func FuzzApply(f *testing.F) {
	f.Add("ready before\nbegin 0\nprobe 0\n.made\ndone 0\nbegin 1\nprobe 1\n.made\ndone 1\nover 0")
	f.Add("locked 1 2 x\nready before\nbegin 0\nprobe 0\nhome\n.:made\ndone 0\nstopped")
	f.Add("done -1\nready before\nstale 0\nover 143")
	f.Fuzz(func(t *testing.T, said string) {
		h := &fakeHost{script: func(h *fakeHost) { h.says(strings.Split(said, "\n")...) }}
		j := job(&told{})
		j.Patient = true
		j.Tell = func(p Progress) {
			if p.Index < 0 || p.Index > 1 {
				t.Errorf("told of change %d", p.Index)
			}
		}
		_ = Apply(t.Context(), h, twoChanges(), j)
	})
}

// A change's output is capped, by the host and, for one that lies, here: it says so once.
func TestOutputIsCapped(t *testing.T) {
	t.Parallel()
	h := &fakeHost{script: func(h *fakeHost) {
		h.says("ready before")
		h.waits("go")
		h.says("begin 0")
		line := ":" + strings.Repeat("x", 1000)
		for range 20_000 {
			fmt.Fprintln(h.out, line)
		}
		h.says("failed 0 1")
	}}
	printed, notes := 0, 0
	j := job(&told{})
	j.Tell = func(p Progress) {
		printed += len(p.Text)
		if strings.Contains(p.Text, "left out") {
			notes++
		}
	}
	_ = Apply(t.Context(), h, twoChanges(), j)
	if printed > outputLimit+1000 || printed < outputLimit/2 || notes != 1 {
		t.Errorf("%d bytes were told, %d notes", printed, notes)
	}
}

// What a site's program prints goes through a process of root's: with the mark itself it is but a line.
func TestSitesDoNotHaveTheWire(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, ":")) // makes the account
		for name, c := range map[string]struct{ script, want string }{
			"a forged signal":          {"printf '\\nMARK over 0\\n'", ":\n:MARK over 0\n"},
			"in a line of its own":     {"echo 'MARK done 0'", ":MARK done 0\n"},
			"after half a line":        {"printf 'half'; sleep 0.3; printf '\\nMARK x\\n'", ":half\n:MARK x\n"},
			"no newline at the end":    {"printf 'MARK x'", ":MARK x\n"},
			"nothing":                  {":", ""},
			"by another process later": {"(sleep 1; echo late) & echo now", ":now\n"},
			"on another descriptor":    {"for fd in 3 4 5 6 7 8 9; do echo MARK >&$fd; done 2>/dev/null; :", ""},
		} {
			began := time.Now()
			got := s.Run(worker(s, "change() { as example sh -c "+shell.Quote(c.script)+"; }\ntell 0 change\n[ $status = 0 ]"))
			if got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: took %v", name, took)
			}
		}
		got := s.Run(worker(s, "set +e; change() { head -c 9000000 /dev/zero | tr '\\0' x; echo; echo last words; return 7; }\ntell 0 change\necho $status"))
		if len(got) > 5<<20 || !strings.HasSuffix(got, ":(what it prints from here on is left out, but for its end)\n:last words\n7\n") {
			t.Errorf("a flood: %d bytes, ending in %q", len(got), got[max(0, len(got)-100):])
		}
	})
}

// A site's account reads its own home, with its own rights and in bounded time.
func TestReadAs(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Run(worker(s, ":"))
		read := func(text string) string { return s.Run(prelude("read_as example " + shell.Quote(text))) }
		if got := read("id -un; echo; printf half; env | grep -c MARK; cat; pwd"); got != ":example\n:\n:half0\n:/\n" {
			t.Errorf("%q", got)
		}
		// With requiretty root has a terminal, from which whoever has it, too, could read what root is told.
		s.Write("/srv/probe", prelude("tty -s </dev/tty && echo root has one\nread_as example 'tty -s </dev/tty && echo it has one'"), 0o600)
		if got := s.Run("script -qec '" + s.Shell + " /srv/probe' /dev/null"); !strings.Contains(got, "root has one") || strings.Contains(got, "it has one") {
			t.Errorf("on a terminal: %q", got)
		}
		s.Write("/etc/djship-secret", "s3cret", 0o600)
		if got := read("cat /etc/djship-secret; head -c 9 /proc/$PPID/environ"); strings.Contains(got, "s3cret") {
			t.Errorf("it reads what is root's: %q", got)
		}
		began := time.Now()
		if got := read("mkfifo /webapps/example_project/fifo; echo before; cat /webapps/example_project/fifo; echo after"); got != ":before\n" {
			t.Errorf("%q", got)
		}
		if took := time.Since(began); took < 9*time.Second || took > 20*time.Second {
			t.Errorf("what hangs took %v", took)
		}
		if got := read("while :; do echo flood; done"); len(got) > 12<<20 {
			t.Errorf("a flood of %d bytes", len(got))
		}
		if got := s.Run(prelude("read_as nosuchaccount 'echo x'")); got != "" {
			t.Errorf("without the account: %q", got)
		}
	})
}

// Once the other side is gone nothing of a probe stays, whatever hangs.
func TestLifeline(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		p, err := onScratch{s}.Exec(t.Context(), remote.Script{First: "mark=MARK sign=SIGN", Body: Tethered("trap '' TERM; echo begun; sleep 1000; echo never")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(p.Stdout, make([]byte, 6)); err != nil {
			t.Fatal(err)
		}
		if n := len(s.Processes()); n < 2 {
			t.Fatalf("%d processes", n)
		}
		_ = p.Stdin.Close()
		scratch.Eventually(t, "nothing is left of the probe", func() bool { return len(s.Processes()) == 0 })
		_ = p.Wait()
		// One that ends by itself leaves nothing either.
		p, err = onScratch{s}.Exec(t.Context(), remote.Script{First: "mark=MARK sign=SIGN", Body: Tethered("echo done")})
		if err != nil {
			t.Fatal(err)
		}
		got, _ := io.ReadAll(p.Stdout)
		if string(got) != "done\n" {
			t.Errorf("%q", got)
		}
		if err := p.Wait(); err != nil {
			t.Error(err)
		}
		scratch.Eventually(t, "nothing is left", func() bool { return len(s.Processes()) == 0 })
	})
}

// The login can change what it has uploaded until root has it: then it is not run.
func TestSpoiledBundle(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		bundle := archive([]stagedFile{{"work", "touch /srv/worked"}})
		for name, lay := range map[string]string{
			"another work":      "printf X | dd of=bundle bs=1 seek=20 conv=notrunc 2>/dev/null",
			"a link":            "cp bundle /srv/b; ln -sf /etc/shadow bundle",
			"more behind it":    "echo >>bundle; printf X | dd of=bundle bs=1 seek=20 conv=notrunc 2>/dev/null",
			"nothing":           "rm bundle",
			"a pipe that hangs": "rm bundle; mkfifo bundle",
		} {
			text := strings.ReplaceAll(Guard("MARK", "SIGN", "r1", "root", "x", false).String(), " 12 head ", " 1 head ")
			p, err := onScratch{s}.Exec(t.Context(), remote.Text(text))
			if err != nil {
				t.Fatal(err)
			}
			g := &guarding{t, p.Stdin, bufio.NewReader(p.Stdout), p.Wait}
			g.hears("ready ")
			s.Write(uploads("r1")+"/bundle", string(bundle), 0o600)
			s.Run("mkdir -p /srv; cd " + uploads("r1") + "; " + lay)
			g.say(fmt.Sprintf("go %d %s", len(bundle), model.Sum(string(bundle))))
			if rest, err := g.ends(); !strings.HasSuffix(rest, "spoiled") || err == nil {
				t.Errorf("%s: %q, %v", name, rest, err)
			}
			if s.Read("/srv/worked") != "absent" || s.Read("/srv/stolen") != "absent" {
				t.Errorf("%s: it was run", name)
			}
			clean(t, s)
		}
	})
}
