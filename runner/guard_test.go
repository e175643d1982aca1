package runner

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"djship/remote"
	"djship/runner/scratch"
	"djship/steps/model"
)

// A guarding is a guard that runs in a scratch, with the ends of its streams.
type guarding struct {
	t     *testing.T
	stdin io.WriteCloser
	out   *bufio.Reader
	wait  func() error
}

func guard(t *testing.T, s *scratch.Root, run string, patient bool, silence string) *guarding {
	t.Helper()
	text := Guard("MARK", "SIGN", run, "root", "holder of "+run, patient).String()
	if silence != "" {
		short := strings.Replace(text, "silence=16 ", "silence="+silence+" ", 1)
		if short == text {
			t.Fatal("the guard does not say how long it bears silence")
		}
		text = short
	}
	p, err := onScratch{s}.Exec(t.Context(), remote.Text(text))
	if err != nil {
		t.Fatal(err)
	}
	return &guarding{t, p.Stdin, bufio.NewReader(p.Stdout), p.Wait}
}

// lifts puts a work into the folder of uploads and has it started.
func (g *guarding) lifts(s *scratch.Root, run, work string) {
	g.t.Helper()
	bundle := archive([]stagedFile{{"work", work}})
	s.Write(uploads(run)+"/bundle", string(bundle), 0o600)
	g.say(fmt.Sprintf("go %d %s", len(bundle), model.Sum(string(bundle))))
}

func (g *guarding) say(line string) {
	g.t.Helper()
	if _, err := io.WriteString(g.stdin, line+"\n"); err != nil {
		g.t.Fatal(err)
	}
}

// hears waits for a signal that begins so, and returns what follows.
func (g *guarding) hears(want string) string {
	g.t.Helper()
	for {
		line, err := g.out.ReadString('\n')
		if rest, ok := strings.CutPrefix(line, "MARK "+want); ok {
			return strings.TrimSuffix(rest, "\n")
		}
		if err != nil || line != "\n" {
			g.t.Fatalf("waiting for %q: %q, %v", want, line, err)
		}
	}
}

// ends reads to the end and returns what was left, and the exit status.
func (g *guarding) ends() (string, error) {
	rest, _ := io.ReadAll(g.out)
	_ = g.stdin.Close()
	return strings.TrimSpace(strings.ReplaceAll(string(rest), "MARK ", "")), g.wait()
}

func clean(t *testing.T, s *scratch.Root) {
	t.Helper()
	scratch.Eventually(t, "nothing is left of a run", func() bool { return s.Run("ls -A /run/djship") == "lock\n" && len(s.Processes()) == 0 })
}

func TestGuardLifts(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		s.Write("/var/lib/djship/last", "the one before\n", 0o600)
		s.Write("/run/djship/stage.stale/work", "left by a power cut", 0o600)
		g := guard(t, s, "r1", false, "")
		if got := g.hears("ready "); got != "the one before" {
			t.Errorf("ready %q", got)
		}
		if got := s.Run("ls /run/djship; cd /run/djship; stat -c %a . lock holder stage.r1 upload.r1; cut -d' ' -f3- holder"); got !=
			"holder\nlock\nstage.r1\nupload.r1\n711\n600\n600\n700\n700\nholder of r1\n" {
			t.Errorf("while it is held: %q", got)
		}
		g.say("")
		g.lifts(s, "r1", "echo stage is $1; cat; cat $1/marks; exit 0\n")
		if rest, err := g.ends(); rest != "stage is /run/djship/stage.r1\nmark=sign=SIGN\n\nover 0" || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		clean(t, s)
	})
}

func TestGuardTellsTheStatus(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	g := guard(t, s, "r1", false, "")
	g.hears("ready ")
	g.lifts(s, "r1", "exit 3")
	got := g.hears("over ")
	_ = g.stdin.Close()
	if got != "3" {
		t.Errorf("over %q", got)
	}
	clean(t, s)
}

func TestGuardLock(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		first := guard(t, s, "r1", false, "")
		first.hears("ready ")

		second := guard(t, s, "r2", false, "")
		if got := second.hears("locked "); !strings.HasSuffix(got, " holder of r1") {
			t.Errorf("locked %q", got)
		}
		if _, err := second.ends(); err == nil || err.Error() != "exit status 75" {
			t.Errorf("one that does not wait: %v", err)
		}

		stopped := guard(t, s, "r3", true, "")
		stopped.hears("locked ")
		stopped.say("stop")
		stopped.hears("stopped")
		if _, err := stopped.ends(); err != nil {
			t.Errorf("one that was stopped while waiting: %v", err)
		}

		patient := guard(t, s, "r4", true, "")
		patient.hears("locked ")
		patient.say("")
		_ = first.stdin.Close()
		for { // it may look once more before the lock is free
			line, err := patient.out.ReadString('\n')
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(line, "MARK ready ") {
				break
			}
			patient.say("")
		}
		_ = patient.stdin.Close()
		clean(t, s)
	})
}

// Word is left for who holds the lock before that is waited for, and none where it is free.
func TestGuardLeavesWord(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	urge := func(run string) *guarding {
		text := strings.Replace(Guard("MARK", "SIGN", run, "root", "holder of "+run, false).String(), "urge=''", "urge='echo \"$holder\" >>/srv/word'", 1)
		p, err := onScratch{s}.Exec(t.Context(), remote.Text(text))
		if err != nil {
			t.Fatal(err)
		}
		return &guarding{t, p.Stdin, bufio.NewReader(p.Stdout), p.Wait}
	}
	first := urge("r1")
	first.hears("ready ")
	urge("r2").hears("locked ")
	if got := s.Read("/srv/word"); got != "holder of r2\n" {
		t.Errorf("%q", got)
	}
	_ = first.stdin.Close()
	clean(t, s)
}

// A guard that waits for the lock ends with its other side.
func TestGuardWaitsForNobodyGone(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	first := guard(t, s, "r1", false, "")
	first.hears("ready ")
	for name, g := range map[string]*guarding{"gone": guard(t, s, "r2", true, ""), "silent": guard(t, s, "r3", true, "0.1")} {
		g.hears("locked ")
		if name == "gone" {
			_ = g.stdin.Close()
		}
		if _, err := g.ends(); err == nil || err.Error() != "exit status 143" {
			t.Errorf("%s: %v", name, err)
		}
	}
	_ = first.stdin.Close()
	clean(t, s)
}

// Before the work begins the guard ends with its other side, and it hears a wish to stop.
func TestGuardBeforeTheWork(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		for name, c := range map[string]struct {
			silence, rest, status string
			do                    func(*guarding)
		}{
			"stop":    {"", "stopped", "", func(g *guarding) { g.say("stop") }},
			"gone":    {"", "", "exit status 143", func(g *guarding) { _ = g.stdin.Close() }},
			"silence": {"0.1", "", "exit status 143", func(*guarding) {}},
		} {
			g := guard(t, s, "r1", false, c.silence)
			g.hears("ready ")
			c.do(g)
			rest, err := g.ends()
			status := ""
			if err != nil {
				status = err.Error()
			}
			if rest != c.rest || status != c.status {
				t.Errorf("%s: %q, %q", name, rest, status)
			}
			clean(t, s)
			if s.Read("/srv/worked") != "absent" {
				t.Errorf("%s: the work has run", name)
			}
		}
	})
}

// Work that hangs, with children, one of which hears no signal but the last.
const hanging = `sh -c 'trap "" TERM; echo deaf; sleep 1000' &
sleep 1000 &
echo begun
wait`

func TestGuardEndsTheWork(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		for name, c := range map[string]struct {
			silence string
			do      func(*guarding)
		}{
			"gone":    {"", func(g *guarding) { _ = g.stdin.Close() }},
			"silence": {"0.5", func(*guarding) {}},
			"broken lock": {"", func(*guarding) {
				s.Run("read -r pid _ </run/djship/holder; kill -TERM $pid; exec 9>>/run/djship/lock; flock -w 40 9")
			}},
		} {
			g := guard(t, s, "r1", false, c.silence)
			g.hears("ready ")
			g.lifts(s, "r1", hanging)
			var heard []string
			for range 2 {
				line, _ := g.out.ReadString('\n')
				heard = append(heard, strings.TrimSpace(line))
			}
			if len(heard) != 2 || !strings.Contains(strings.Join(heard, " "), "deaf") {
				t.Fatalf("%s: %q", name, heard)
			}
			c.do(g)
			if rest, _ := g.ends(); !strings.HasSuffix(rest, "over 143") {
				t.Errorf("%s: %q", name, rest)
			}
			clean(t, s)
		}
	})
}

// The lock dies with its holder, however that ends.
func TestGuardKilled(t *testing.T) {
	t.Parallel()
	s := scratch.New(t, "dash")
	g := guard(t, s, "r1", false, "")
	g.hears("ready ")
	g.lifts(s, "r1", hanging)
	if line, _ := g.out.ReadString('\n'); line == "" {
		t.Fatal("the work has not begun")
	}
	s.Run("read -r pid _ </run/djship/holder; kill -KILL $pid")
	_ = g.stdin.Close()
	next := guard(t, s, "r2", true, "")
	if got := next.hears("ready "); got != "" {
		t.Errorf("ready %q", got)
	}
	if diff := cmp.Diff("stage.r2\n", s.Run("cd /run/djship; ls -d stage.*")); diff != "" {
		t.Errorf("left by the killed one:\n%s", diff)
	}
	_ = next.stdin.Close()
	clean(t, s)
}

// What somebody plans who looks at a host while another's work is being done, or has to wait for that, is stale: it may have begun when only a part of it was made.
func TestLooksBesideAWorkAreStale(t *testing.T) {
	t.Parallel()
	scratch.EachShell(t, func(t *testing.T, s *scratch.Root) {
		last := func(want bool, before string) string {
			t.Helper()
			now, _ := s.Try("cat /var/lib/djship/last")
			if (now != before) != want {
				t.Errorf("%q after %q", now, before)
			}
			return now
		}
		s.Run("mkdir -p /var/lib/djship; echo one >/var/lib/djship/last")
		for _, work := range []string{"exit 0", "exit 3"} {
			g := guard(t, s, "r1", false, "")
			g.hears("ready one")
			g.lifts(s, "r1", "mkdir -p /var/lib/djship; "+work+"\n")
			g.hears("over " + strings.TrimPrefix(work, "exit "))
			if work == "exit 3" {
				last(true, "one\n")
			}
		}
		began := s.Run("cat /var/lib/djship/last")
		first := guard(t, s, "r2", false, "")
		first.hears("ready " + strings.TrimSpace(began))
		second := guard(t, s, "r3", true, "")
		second.hears("locked ")
		second.say("")
		first.say("stop")
		first.hears("stopped")
		second.hears("ready " + strings.TrimSpace(began) + " waited")
		second.say("stop")
		second.hears("stopped")
	})
}
