//go:build linux

package main

import (
	"context"
	"fmt"
	"os/exec"
)

// commitAll commits all that is in a folder, which it makes a checkout where it is none.
func commitAll(ctx context.Context, dir string) error {
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"-c", "user.name=bench", "-c", "user.email=bench@example.com", "commit", "-qm", "change"}} {
		if err := git(ctx, dir, nil, args...); err != nil {
			return err
		}
	}
	return nil
}

// git runs git in a folder, with variables besides those of this process.
func git(ctx context.Context, dir string, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...)
	cmd.Env = append(cmd.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w\n%s", args, err, out)
	}
	return nil
}
