package cli

import (
	"io"
	"path/filepath"

	"djship/report"
	"djship/rollout"
)

func reportCommand() *command {
	return &command{
		name: "report", args: "[RUN]", brief: "make one HTML page of the last run, or of another, and print its path",
		examples: []string{"djship report", "djship report -o page.html"},
		tooMany:  "djship report [RUN]; `djship runs` lists the runs",
		flags:    []flag{{name: "output", short: "o", usage: "write to `FILE`, - for stdout (default: report.html in the run's folder)", kind: flagText}},
		offers:   offerFirst(func(t completing) []string { return t.runs("") }),
		run:      parseThenRun(readReportOptions, makeReport),
	}
}

// reportOptions are what `djship report` is asked for.
type reportOptions struct {
	run    string // "" for the last one
	output string // "" for the run's folder
}

func readReportOptions(in input) (reportOptions, error) {
	return reportOptions{run: in.arg(0), output: in.text("output")}, nil
}

// makeReport makes a page of a run's events.
func makeReport(env Env, o reportOptions) error {
	run, err := report.FindRun(runsDir(env), o.run)
	if err != nil {
		return err
	}
	events, err := run.Events()
	if err != nil {
		return err
	}
	path := o.output
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
}

// writeReport writes the page for its owner alone: it tells of the hosts and of what failed there.
func writeReport(path string, events []rollout.Record) error {
	return report.WriteOwn(path, func(w io.Writer) error { return report.HTML(w, events) })
}
