package cli

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"

	"djship/project/tree"
)

// What a project's own word runs on the workstation: the build of what git ignores, and commands before and after a push.
// They are run by the user who pushes, as make would.

// ownCommand is a command of the project's, in a folder, with variables beside those of djship's own environment. What it prints goes to stderr.
func ownCommand(ctx context.Context, env Env, dir, command string, variables []string) *exec.Cmd {
	shell, flag := "sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/c"
	}
	cmd := exec.CommandContext(ctx, shell, flag, command)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), variables...)
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = env.Stderr, env.Stderr, time.Second
	endsWhole(cmd)
	return cmd
}

// build runs the project's build command in a clean copy of what is pushed, and takes in the paths that it has made.
func (c *pushedCode) build(ctx context.Context, env Env) error {
	command := c.project.Settings.Build
	if command == "" {
		return nil
	}
	if err := c.lay(ctx); err != nil {
		return err
	}
	if err := ownCommand(ctx, env, c.copy, command, c.variables()).Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &usageError{fmt.Sprintf("the build failed: %.200q: %v", command, err), "it runs in a clean copy of what is pushed, where nothing is that git ignores: have it install what it needs (npm ci)"}
	}
	built, err := tree.Resolve(ctx, c.copy, tree.Options{Include: c.project.Settings.Include})
	if err != nil {
		return err
	}
	built.Commit, built.Date, built.Subject, built.Dirty, built.Changed, built.Filters = c.tree.Commit, c.tree.Date, c.tree.Subject, c.tree.Dirty, c.tree.Changed, c.tree.Filters
	_ = c.tree.Close()
	c.tree = built
	return nil
}

// lay makes the copy, if there is none yet.
func (c *pushedCode) lay(ctx context.Context) error {
	if c.copy != "" {
		return nil
	}
	var err error
	if c.copy, err = os.MkdirTemp("", "djship-copy-"); err != nil {
		return err
	}
	return c.tree.CopyTo(ctx, c.copy)
}

// variables tell the project's own commands what is pushed.
func (c *pushedCode) variables() []string {
	r := c.release
	return []string{"DJSHIP_PROJECT=" + r.Site.Project, "DJSHIP_RELEASE=" + r.ID, "DJSHIP_COMMIT=" + c.tree.Commit, "DJSHIP_TREE=" + c.tree.Hash}
}

// hookVariables are those, for help and for a djship that a command calls.
var hookVariables = [][2]string{
	{"DJSHIP_PROJECT", "set for build and hooks of a push: the site's name"},
	{"DJSHIP_RELEASE", "set for hooks of a push: the release's ID"},
	{"DJSHIP_COMMIT", "set for build and hooks of a push: the commit"},
	{"DJSHIP_TREE", "set for build and hooks of a push: the hash of git's tree"},
	{"DJSHIP_STATUS", "set for the hooks after and failed: the exit status of the push"},
}

// before runs the project's command before a push, which it may forbid by failing.
func (c *pushedCode) before(ctx context.Context, env Env) error {
	command := c.project.Settings.Hooks.Before
	if command == "" {
		return nil
	}
	if err := ownCommand(ctx, env, c.dir, command, c.variables()).Run(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &usageError{fmt.Sprintf("the hook before the push failed: %.200q: %v", command, err), "nothing was contacted; mend what it prints, or the line in " + settingsName(c.project)}
	}
	return nil
}

// after runs the project's command for how a push has ended. That it fails is said, and changes nothing.
func (c *pushedCode) after(env Env, status int) {
	command, name := c.project.Settings.Hooks.After, "after"
	if status != 0 {
		command, name = c.project.Settings.Hooks.Failed, "failed"
	}
	if command == "" {
		return
	}
	ctx, done := env.untilInterrupt()
	defer done()
	if err := ownCommand(ctx, env, c.dir, command, append(c.variables(), fmt.Sprintf("DJSHIP_STATUS=%d", status))).Run(); err != nil {
		say(env.Stderr, "djship: the hook %s failed: %s: %s\n", name, command, err)
	}
}
