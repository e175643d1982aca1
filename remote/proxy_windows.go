package remote

import (
	"context"
	"os/exec"
	"time"
)

// shellCommand runs a command line. When ctx ends, so does the command.
func shellCommand(ctx context.Context, line string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "cmd.exe", "/C", line)
	cmd.Env = ChildEnv()
	cmd.WaitDelay = time.Second
	return cmd
}
