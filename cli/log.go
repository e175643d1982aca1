package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"djship/report"
)

func logCommand() *command {
	return &command{
		name: "log", args: "[HOST [RUN]]", brief: "print a host's log of its last run, or of another",
		examples: []string{"djship log", "djship log web1", "djship log -l web1"},
		tooMany:  "djship log [HOST [RUN]]; `djship runs` lists the runs",
		flags:    []flag{{name: "limit", short: "l", usage: "the log of `HOST`, as if it were the argument", kind: flagText}},
		offers:   offerLogs,
		run:      parseThenRun(readLogOptions, printLog),
	}
}

// logOptions are what `djship log` is asked for: nothing, a host, a run, or a host and a run.
type logOptions struct{ words []string }

func readLogOptions(in input) (logOptions, error) {
	if !in.set("limit") {
		return logOptions{in.args}, nil
	}
	host := in.text("limit")
	if len(in.args) > 1 {
		return logOptions{}, &usageError{"the host is named twice: " + host + " and " + in.args[0], "djship log -l HOST [RUN]"}
	}
	return logOptions{append([]string{host}, in.args...)}, nil
}

// printLog prints a host's log.
func printLog(env Env, o logOptions) error {
	path, err := logPath(runsDir(env), o.words)
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
}

// logPath is the log of a host in its last run or, where that is named too, in the one whose id begins
// or ends so. Such a run alone stands for its only host.
func logPath(dir string, words []string) (string, error) {
	switch {
	case len(words) == 0:
		return report.LastLog(dir, "")
	case len(words) == 1:
		return report.LogOf(dir, words[0])
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

// offerLogs offers hosts, of which there is a log or not yet, and runs.
func offerLogs(t completing, l line, last string) []string {
	host := ""
	for _, g := range l.flags {
		if g.flag != nil && g.flag.name == "limit" {
			host = g.value
		}
	}
	switch n := len(l.args); {
	case host != "" && n == 0:
		return t.runs(host)
	case host == "" && n == 1:
		return t.runs(l.args[0])
	case host == "" && n == 0:
		runs := t.runs("")
		if last == "" {
			runs = runs[:min(len(runs), 10)] // names of hosts are what is asked for first
		}
		return append(t.names(false), runs...)
	}
	return nil
}
