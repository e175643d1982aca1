package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	urfave "github.com/urfave/cli/v2"

	"djship/report"
	"djship/rollout"
)

func runsCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "runs", Usage: "list earlier runs, the newest first",
		Action: func(c *urfave.Context) error {
			o, err := readOptions(c)
			if err != nil {
				return err
			}
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
			screen := screenOptions(env, o, "")
			return report.PrintRuns(screen.Out, runs, time.Now(), screen.OutColor)
		}}
}

func logCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "log", ArgsUsage: "[HOST [RUN]]", Usage: "print a host's log of its last run, or of another",
		Flags: []urfave.Flag{&urfave.StringFlag{Name: "limit", Aliases: []string{"l"}, Usage: "the log of `HOST`, as if it were the argument"}},
		Action: func(c *urfave.Context) error {
			words := c.Args().Slice()
			if c.IsSet("limit") {
				if len(words) > 1 {
					return &usageError{"the host is named twice: " + c.String("limit") + " and " + words[0], "djship log -l HOST [RUN]"}
				}
				words = append([]string{c.String("limit")}, words...)
			}
			path, err := logPath(runsDir(env), words)
			if err != nil {
				return err
			}
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			defer f.Close()
			_, err = io.Copy(env.Stdout, f)
			return err
		}}
}

// logPath is the log of a host in its last run or, where that is named too, in the one whose id begins
// or ends so. A run alone stands for its only host.
func logPath(dir string, words []string) (string, error) {
	switch {
	case len(words) == 0:
		return report.LastLog(dir, "")
	case len(words) == 1 && report.IsRun(words[0]):
		run, err := report.FindRun(dir, words[0])
		if err != nil {
			return "", err
		}
		return run.OnlyLog()
	case len(words) == 1:
		return report.LastLog(dir, words[0])
	}
	run, err := report.FindRun(dir, words[1])
	if err != nil {
		return "", err
	}
	path, err := run.Log(words[0])
	if errors.Is(err, fs.ErrNotExist) {
		return "", &usageError{fmt.Sprintf("run %s has no log of %s", run.ID, words[0]), "`djship runs` lists the runs"}
	}
	return path, err
}

func reportCommand(env Env) *urfave.Command {
	return &urfave.Command{Name: "report", ArgsUsage: "[RUN]", Usage: "make one HTML page of the last run, or of another, and print its path",
		Flags: []urfave.Flag{&urfave.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "write to `FILE`, - for stdout (default: report.html in the run's folder)"}},
		Action: func(c *urfave.Context) error {
			run, err := report.FindRun(runsDir(env), c.Args().First())
			if err != nil {
				return err
			}
			events, err := run.Events()
			if err != nil {
				return err
			}
			path := c.String("output")
			if path == "-" {
				return report.HTML(env.Stdout, events)
			}
			if path == "" {
				path = filepath.Join(run.Dir, "report.html")
			}
			if err := writeReport(path, events); err != nil {
				return err
			}
			return say(env.Stdout, "%s\n", path)
		}}
}

// writeReport writes the page for its owner alone: it tells of the hosts and of what failed there.
func writeReport(path string, events []rollout.Record) error {
	return report.WriteOwn(path, func(w io.Writer) error { return report.HTML(w, events) })
}
