package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"djship/rollout"
)

// gateWith puts the question between two stages with a pager.
func gateWith(t *testing.T, pager string, env ...string) *person {
	t.Helper()
	cmd := exec.Command("gate")
	cmd.Env = append(append(os.Environ(), "PAGER="+pager, "TERM=xterm"), env...)
	return sits(t, cmd)
}

func script(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "pager")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

// d shows the plan by the user's own pager, which gets text that only shows; Ctrl-C is the pager's, and
// the question goes on behind it.
func TestPager(t *testing.T) {
	p := gateWith(t, script(t, `trap 'echo HEARD' INT; sed -n 's/^ .*step 46 .*/LAST&/p;/'"$(printf '\033\\[2J')"'/s/.*/RAW/p' >&2; echo PAGED LESS=$LESS; while [ "$line" != q ]; do read -r line </dev/tty; done`), "LESS=")
	p.sees("begin production?")
	if lines := strings.Count(p.screen(), "\n"); lines > 12 {
		t.Errorf("the question takes %d lines: %q", lines, p.screen())
	}
	p.types("d\n")
	p.sees("LAST")
	p.sees("PAGED LESS=FR")
	for i := range 2 {
		p.types("\x03")
		p.seesTimes(i+1, "HEARD")
	}
	p.types("\nq\n")
	p.seesTimes(2, "begin production?")
	p.types("y\n")
	p.ends(int(rollout.Yes))
	if strings.Contains(p.screen(), "RAW") || strings.Contains(p.screen(), "stopping") {
		t.Errorf("on the terminal: %q", p.screen())
	}
}

// A pager that fails, or is not there, harms nothing.
func TestPagerThatFails(t *testing.T) {
	for name, c := range map[string]struct{ pager, sees string }{
		"fails":      {"false", "begin production?"},
		"takes less": {"head -n 2", "p1"},
		"by a shell": {"sed 's/step 46/STEP FORTYSIX/' | cat", "STEP FORTYSIX"},
		"not there":  {"/does/not/exist", "step 46"},
	} {
		t.Run(name, func(t *testing.T) {
			p := gateWith(t, c.pager)
			p.sees("begin production?")
			p.types("d\n")
			p.sees(c.sees)
			p.seesTimes(2, "begin production?")
			p.types("n\n")
			p.ends(int(rollout.No))
		})
	}
}

// SIGTERM ends djship and the pager, and the terminal is as it was.
func TestPagerAtTheEnd(t *testing.T) {
	p := gateWith(t, script(t, "stty raw -echo </dev/tty; echo PAGED; exec sleep 60"))
	p.sees("begin production?")
	p.types("d\n")
	p.sees("PAGED")
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	p.ends(130)
}

// The third Ctrl-C ends djship though a pager has the terminal, and a pager that hears none.
func TestThirdCtrlCInAPager(t *testing.T) {
	p := gateWith(t, script(t, "trap 'echo HEARD' INT; echo PAGED; while :; do sleep 0.1; done"))
	p.sees("begin production?")
	p.types("d\n")
	p.sees("PAGED")
	for i := range 2 {
		p.types("\x03")
		p.seesTimes(i+1, "HEARD")
	}
	p.types("\x03")
	p.ends(130)
}

// Where stdout is no terminal there is no pager.
func TestNoPagerIntoAFile(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command("gate")
	cmd.Env, cmd.Stdout = append(os.Environ(), "PAGER=echo PAGED"), out
	p := sits(t, cmd)
	p.sees("begin production?")
	p.types("d\n")
	p.sees("step 46")
	p.types("n\n")
	p.ends(int(rollout.No))
	if strings.Contains(p.screen(), "PAGED") {
		t.Errorf("on the terminal: %q", p.screen())
	}
}
