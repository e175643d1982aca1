package cli

import (
	"os"
	"path/filepath"
)

// runsDir is where the logs of all runs are.
func runsDir(env Env) string {
	state := env.Getenv("XDG_STATE_HOME")
	if state == "" {
		home, _ := os.UserHomeDir()
		state = filepath.Join(home, ".local", "state")
	}
	return filepath.Join(state, "djship", "runs")
}
