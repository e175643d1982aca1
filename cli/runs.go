package cli

import (
	"time"

	"djship/report"
)

func runsCommand() *command {
	return &command{
		name: "runs", brief: "list earlier runs, the newest first",
		examples: []string{"djship runs", "djship runs --json"},
		explains: []string{"json"}, accepts: []string{"no-color"},
		run: parseThenRun(readRunsOptions, listRuns),
	}
}

// runsOptions are what `djship runs` is asked for.
type runsOptions struct{ json, noColor bool }

func readRunsOptions(in input) (runsOptions, error) {
	return runsOptions{json: in.on("json"), noColor: in.on("no-color")}, nil
}

// listRuns lists the runs of which there are logs.
func listRuns(env Env, o runsOptions) error {
	runs, err := report.Runs(runsDir(env))
	if err != nil {
		return err
	}
	if o.json {
		for _, r := range runs {
			if err := sayJSON(env.Stdout, r.JSON()); err != nil {
				return err
			}
		}
		return nil
	}
	if len(runs) == 0 {
		return say(env.Stderr, "no runs yet\n")
	}
	screen := screenOf(env, o.noColor)
	return report.PrintRuns(screen.Out, runs, time.Now(), screen.OutColor, env.width())
}
