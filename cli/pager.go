package cli

import (
	"bytes"
	"context"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"djship/remote"
)

// A pager is the user's own program for text that is longer than the screen.
type pager struct {
	words []string
	less  string // what LESS is set to; "" where the user has set it
}

// pager is $PAGER, else less where that is there; nil for none, or where stdout is no terminal.
func (env Env) pager() *pager {
	if env.Screen.Out == nil || !term.IsTerminal(int(env.Screen.Out.Fd())) {
		return nil
	}
	p := &pager{}
	if env.Getenv("LESS") == "" {
		p.less = "FR" // colours, and what fits on the screen needs no key; behind the rest the screen is as it was
	}
	switch command := strings.TrimSpace(env.Getenv("PAGER")); {
	case command == "":
		less, err := exec.LookPath("less")
		if err != nil {
			return nil
		}
		p.words = []string{less, "-R"}
	case runtime.GOOS != "windows" && strings.ContainsAny(command, "|&;<>()$`\\\"'*?[#~=%"):
		p.words = []string{"/bin/sh", "-c", command}
	default:
		p.words = strings.Fields(command)
	}
	return p
}

// color tells whether what is shown may have colours.
func (p *pager) color() bool { return p == nil || p.less != "" || p.words[len(p.words)-1] == "-R" }

// pagerGrace is how long a pager may take to go when it is told to.
const pagerGrace = 2 * time.Second

// page has a pager show a text, until the person has read it or ctx ends. Ctrl-C is the pager's meanwhile,
// but for the third; how it ends is nobody's business. It returns false where it could not be started.
func (env Env) page(ctx context.Context, p *pager, text []byte) bool {
	tty, err := openTTY() // of its own: it is left to another program
	if err != nil {
		return false
	}
	defer tty.Close()
	cmd := exec.CommandContext(ctx, p.words[0], p.words[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(text), tty.out, tty.out
	cmd.Env = remote.ChildEnv()
	if p.less != "" {
		cmd.Env = append(cmd.Env, "LESS="+p.less)
	}
	cmd.Cancel = func() error {
		if runtime.GOOS == "windows" {
			return cmd.Process.Kill()
		}
		return cmd.Process.Signal(syscall.SIGTERM)
	}
	cmd.WaitDelay = pagerGrace
	if before, err := term.GetState(int(tty.in.Fd())); err == nil {
		again := func() { _ = term.Restore(int(tty.in.Fd()), before) }
		defer env.signals.atExit(again)()
		defer again()
	}
	if err := cmd.Start(); err != nil {
		return false
	}
	defer env.signals.leaveTerminal(func() { _ = cmd.Process.Kill() })()
	_ = cmd.Wait()
	return true
}
